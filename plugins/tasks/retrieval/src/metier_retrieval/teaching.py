"""Where the answer stands in a passage, for training."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metier_retrieval.answers import occurrences, spans_of
from metier_retrieval.truth import gold_of


def taught_spans(row: Mapping[str, Any], passage: Mapping[str, Any]) -> list[dict[str, Any]] | None:
    """Return the answer's spans in a passage; an empty list where it is not there, None where that is not known.

    In the row's own passage they are where the row says. In a right passage they are wherever the answer's words
    stand: where the row does not say which passage is right, every passage with the answer is (distant supervision,
    Mintz et al. 2009; for reading, Chen et al. 2017, section 4.2). It is not known where a right passage answers in
    other words, and where a passage has the words that is not the right one.
    """
    gold = gold_of(row)
    own = spans_of(row["answers"])
    if own and passage["text"] == row.get("passage"):
        return [_span(*place) for place in own]
    found = sorted({place for answer in gold.answers for place in occurrences(passage["text"], answer)})
    if passage["right"]:
        return [_span(*place) for place in found] or None
    return None if found and gold.known else [_span(*place) for place in found]


def _span(start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "label": "answer"}
