"""From cosines to an answer: the likest pair, or that the question is not in the FAQ."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from metier.values import Json
from metier_retrieval.found import READ

NOT_THERE = ""


class Scored(NamedTuple):
    """A pair that was found, and its cosine with the question."""

    pair: Mapping[str, Any]
    cosine: float


def answer_of_pairs(scored: Sequence[Scored], *, threshold: float, temperature: float) -> dict[str, Json]:
    """Return the `answer` of the likest pair, its question as `matched`, its name as `pair` where it has one, the
    `similarity`, a `score`, and all `candidates`, the likest first.

    The answer is empty where no pair is as like as `threshold`. `score` is the probability of what is said among all
    candidates and "not in the FAQ", as the loss has it. Pairs that were put in to be learnt from do not count.
    """
    read = sorted((one for one in scored if one.pair["use"] == READ), key=lambda one: (-one.cosine, one.pair["rank"]))
    logits = np.array([threshold, *(one.cosine for one in read)]) / temperature
    shares = np.exp(logits - logits.max())
    shares /= shares.sum()
    there = bool(read) and read[0].cosine >= threshold
    said = read[0].pair if there else {"answer": NOT_THERE, "text": None, "pair": None}
    names = {"pair": said["pair"]} if any(one.pair["pair"] is not None for one in read) else {}
    return {
        "answer": said["answer"],
        "matched": said["text"],
        **names,
        "similarity": round(read[0].cosine, 6) if read else None,
        "score": round(float(shares[1 if there else 0]), 6),
        "candidates": [_candidate(one) for one in read],
    }


def _candidate(one: Scored) -> dict[str, Json]:
    found = {name: one.pair[name] for name in ("answer", "pair", "rank", "right") if one.pair[name] is not None}
    return {"matched": one.pair["text"], "similarity": round(one.cosine, 6), **found}
