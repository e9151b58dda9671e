"""From scores of tokens to an answer: the best spans of a window, the best over windows, and whether there is one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from metier.values import Json
from metier_question_answering.matching import NO_ANSWER

BEGINS, ENDS = 1, 2
"""Of a token: whether an answer may begin at it, and end at it."""


class Candidate(NamedTuple):
    """A span of a text that may be the answer."""

    start: int
    end: int
    margin: float
    """How much higher it scores than that its window has no answer."""


def candidates_of(
    scores: np.ndarray, window: Mapping[str, Any], *, within_words: bool, longest: int, count: int
) -> list[Candidate]:
    """Return a window's `count` best spans, held against its token for "no answer".

    `scores` (2, tokens) are logits of where an answer begins and ends; `window` says where tokens lie (`starts`,
    `ends`), where words do (`borders`), and which token that is (`null`).
    """
    starts, ends, borders = (np.asarray(window[name]) for name in ("starts", "ends", "borders"))
    places = np.flatnonzero(ends > starts)
    given = scores[:, places]
    if not within_words:
        given = np.where(np.stack([borders[places] & BEGINS, borders[places] & ENDS]) > 0, given, -np.inf)
    null = float(scores[:, window["null"]].sum())
    found = best_spans(given, starts[places], ends[places], longest=longest, count=count)
    return [one._replace(margin=one.margin - null) for one in found]


def best_spans(
    scores: np.ndarray, starts: np.ndarray, ends: np.ndarray, *, longest: int, count: int
) -> list[Candidate]:
    """Return the `count` best spans of tokens that lie from `starts` to `ends` (tokens,), the best first.

    `scores` (2, tokens) are those of each token to begin an answer, and to end one; a span's is the sum of both. It
    has `longest` characters at most, or is a single token. `margin` is that sum here.
    """
    if not len(starts):
        return []
    steps = np.arange(len(starts))
    reach = np.maximum(np.searchsorted(ends, starts + longest, side="right") - steps, 1)
    width = int(reach.max())
    padded = np.concatenate([scores[1], np.full(width - 1, -np.inf)])
    totals = scores[0][:, None] + np.lib.stride_tricks.sliding_window_view(padded, width)
    totals[np.arange(width) >= reach[:, None]] = -np.inf
    flat = totals.ravel()
    some = np.argpartition(flat, -count)[-count:] if count < len(flat) else np.arange(len(flat))
    some = some[np.lexsort((some, -flat[some]))]
    return [
        Candidate(int(starts[place // width]), int(ends[place // width + place % width]), float(flat[place]))
        for place in some
        if flat[place] > -np.inf
    ]


def best_over_windows(windows: Iterable[Iterable[Candidate]], *, count: int) -> list[Candidate]:
    """Return the best candidates of a text, each span once, the best first.

    Margins of different windows compare, as logits do not: a window's logits may all be higher by any number.
    """
    best: dict[tuple[int, int], Candidate] = {}
    for window in windows:
        for one in window:
            place = (one.start, one.end)
            if place not in best or best[place].margin < one.margin:
                best[place] = one
    return sorted(best.values(), key=lambda one: (-one.margin, one.start, one.end))[:count]


def answer_of(text: str, candidates: Sequence[Candidate], *, null_threshold: float | None) -> dict[str, Json]:
    """Return the `answer` among candidates, the best first, with `start`, `end`, `score`, `margin` and `n_best`.

    There is no answer (it is empty, without a place) where that scores higher than the best candidate by more than
    `null_threshold`; with None there is one wherever there is a candidate. `score` is a probability among what is
    listed (Devlin et al. 2019, section 4.3), `margin` the best candidate's.
    """
    listed: list[dict[str, Json]] = [
        {"answer": text[one.start : one.end], "start": one.start, "end": one.end} for one in candidates
    ]
    margins = [one.margin for one in candidates]
    if null_threshold is not None or not candidates:
        listed.append({"answer": NO_ANSWER, "start": None, "end": None})
        margins.append(0.0)
    weights = np.exp(np.array(margins) - max(margins))
    for one, share in zip(listed, (weights / weights.sum()).tolist(), strict=True):
        one["score"] = round(share, 6)
    answered = candidates and (null_threshold is None or -candidates[0].margin <= null_threshold)
    return {
        **(listed[0] if answered else listed[-1]),
        "margin": round(candidates[0].margin, 4) if candidates else None,
        "n_best": sorted(listed, key=lambda one: -one["score"]),
    }
