"""One answer of the spans that were found in several passages, with what it is cited from."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from metier.values import Json
from metier_question_answering.answers import Candidate, answer_of, best_over_windows
from metier_retrieval.found import LISTED, READ, TAUGHT
from metier_retrieval.truth import PLACE

BETWEEN = "\n"


def answer_of_passages(
    pieces: Sequence[Mapping[str, Json]],
    found: Sequence[Mapping[str, Any]],
    *,
    count: int,
    null_threshold: float | None,
    rank_weight: float = 0.0,
) -> dict[str, Json]:
    """Return the `answer`, `start` and `end` in its passage, `score`, `margin`, `n_best`, `citations`, `passages`.

    `pieces` are the candidates of windows, with the number of the passage among those `found`. The best span over all
    passages that are read is the answer, unless "no answer" scores higher by more than `null_threshold`. From a span's
    margin goes `rank_weight` times the logarithm of its passage's rank: with 1, as if the passage at rank r were right
    with a probability that falls as 1 / r.

    Every span of `n_best` says the rank of its passage. The `citations` are the passages that the answer is from, with
    their text; none where there is no answer. `passages` are all that were found, without texts.
    """
    texts = [one["text"] if one["use"] == READ else "" for one in found]
    begins = list(accumulate((len(text) + len(BETWEEN) for text in texts[:-1]), initial=0))
    late = [rank_weight * math.log(one["rank"]) if one["use"] == READ else 0.0 for one in found]
    windows = (
        [Candidate(begins[at] + start, begins[at] + end, margin - late[at]) for start, end, margin in one["candidates"]]
        for one in pieces
        if (at := one["passage"]) < len(found) and found[at]["use"] == READ
    )
    candidates = best_over_windows(windows, count=count)
    said = answer_of(BETWEEN.join(texts), candidates, null_threshold=null_threshold)
    of = None if said["start"] is None else bisect_right(begins, said["start"]) - 1
    return {
        **_placed(said, begins),
        "n_best": [_ranked(one, begins, found) for one in said["n_best"]],
        "citations": [] if of is None else [{"text": found[of]["text"], **cited(found[of])}],
        "passages": listed(found),
    }


def cited(passage: Mapping[str, Any]) -> dict[str, Json]:
    """Return where a passage is from, its rank and score, and whether it is right where that is known."""
    names = (*PLACE, "rank", "score", "right")
    return {name: passage[name] for name in names if passage[name] is not None}


def listed(found: Sequence[Mapping[str, Any]]) -> list[dict[str, Json]]:
    """Return the passages that were found, without those that were put in to be learnt from."""
    return [cited(one) for one in found if one["use"] != TAUGHT or (one["rank"] or LISTED + 1) <= LISTED]


def _placed(span: Mapping[str, Json], begins: Sequence[int]) -> dict[str, Json]:
    """Return a span with its place in its own passage."""
    if span["start"] is None:
        return dict(span)
    begin = begins[bisect_right(begins, span["start"]) - 1]
    return {**span, "start": span["start"] - begin, "end": span["end"] - begin}


def _ranked(span: Mapping[str, Json], begins: Sequence[int], found: Sequence[Mapping[str, Any]]) -> dict[str, Json]:
    rank = None if span["start"] is None else found[bisect_right(begins, span["start"]) - 1]["rank"]
    return {**_placed(span, begins), "rank": rank}
