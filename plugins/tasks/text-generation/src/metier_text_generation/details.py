"""Tables for the report: how long answers are, which fields are filled, and some answers beside their references."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.values import Detail, Json, TableDetail
from metier_text_generation.fields import filled
from metier_text_generation.figures import AnswerFigures
from metier_text_generation.overlap import words

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

SIDES = ("reference", "prediction")
SHOWN = 7
"""Answers that are shown, evenly from the furthest from its reference to the nearest."""
LONGEST = 400
"""Characters of a text that are shown."""


def details(table: PredictionTable, fields: Sequence[str]) -> Sequence[Detail]:
    """Return the tables."""
    found: list[Detail] = [_lengths(table), _numbers(table), _some(table)]
    return [*found, _fields(table, fields)] if fields else found


def _lengths(table: PredictionTable) -> TableDetail:
    columns = [np.quantile([len(words(text)) for text in table[side]], (0, 0.5, 1)) for side in SIDES]
    rows = tuple((name, *map(int, row)) for name, *row in zip(("shortest", "median", "longest"), *columns, strict=True))
    return TableDetail("Words of an answer", ("", "references", "predictions"), rows)


def _numbers(table: PredictionTable) -> TableDetail:
    rows = []
    for name, column in (("references", "true_numbers"), ("predictions", "numbers")):
        defined = table[column][~np.isnan(table[column])]
        rows.append((name, len(defined), round(float(defined.mean()), 4) if len(defined) else None))
    columns = ("", "answers with numbers", "share of their numbers that is in the prompt")
    return TableDetail("Numbers", columns, tuple(rows))


def _some(table: PredictionTable) -> TableDetail:
    scores = np.nan_to_num(AnswerFigures(table, names=frozenset({"rouge_l"})).rows["rouge_l"])
    order = np.argsort(scores, kind="stable")
    chosen = order[np.unique(np.linspace(0, len(order) - 1, min(SHOWN, len(order))).round().astype(int))]
    rows = tuple(
        (
            str(table["id"][row]),
            round(float(scores[row]), 4),
            _shown(table["reference"][row]),
            _shown(table["prediction"][row]),
        )
        for row in chosen
    )
    return TableDetail("Answers from the furthest to the nearest", ("row", "ROUGE-L", "reference", "prediction"), rows)


def _fields(table: PredictionTable, fields: Sequence[str]) -> TableDetail:
    there = [[filled(text, fields) for text in table[side]] for side in SIDES]
    rows = tuple((name, *(_share(found, name) for found in there)) for name in fields)
    return TableDetail("Fields that are filled", ("field", "references", "predictions"), rows)


def _share(found: Sequence[Mapping[str, str]], name: str) -> Json:
    return round(sum(name in one for one in found) / len(found), 4)


def _shown(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}…"
