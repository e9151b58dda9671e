"""Tables for the report: what became of questions, where answers are long, and other thresholds for "no answer"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier.evaluation.predictions import objects
from metier.values import Detail, TableDetail
from metier_question_answering.figures import AnswerFigures
from metier_question_answering.matching import NO_ANSWER, Match

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

LENGTHS = ((0, 10), (10, 30), (30, 100), (100, None))
"""Characters of answers: from, and up to."""
WAYS = ("right", "in part", "elsewhere", "not answered", "answered without reason", "rightly not answered")
SHARES = (0.1, 0.25, 0.5, 0.75, 0.9)
"""Of the questions that other thresholds would leave without an answer."""


def details(table: PredictionTable, match: Match, null_threshold: float | None) -> Sequence[Detail]:
    """Return the tables that this table of predictions allows."""
    figures = AnswerFigures(table, match)
    found = [_ways(table, figures), _lengths(table, figures)]
    if null_threshold is not None and "margin" in table:
        found.append(_thresholds(table, match, null_threshold))
    return found


def _ways(table: PredictionTable, figures: AnswerFigures) -> TableDetail:
    counts: Counter[str] = Counter()
    for (said,), answerable, exact, f1 in zip(
        table["prediction"], figures.answerable, figures.exact, figures.f1, strict=True
    ):
        if not answerable:
            counts["answered without reason" if said else "rightly not answered"] += 1
        elif said == NO_ANSWER:
            counts["not answered"] += 1
        else:
            counts["right" if exact else "in part" if f1 else "elsewhere"] += 1
    return TableDetail("What became of questions", ("what", "questions"), tuple((way, counts[way]) for way in WAYS))


def _lengths(table: PredictionTable, figures: AnswerFigures) -> TableDetail:
    """Return figures by the characters of the first true answer."""
    sizes = np.array([len(true[0]) for true in table["reference"]])
    rows = []
    for low, high in LENGTHS:
        chosen = (sizes > low) & (sizes <= (high or sizes.max(initial=0)))
        if chosen.any():
            name = f"{low + 1} to {high}" if high else f"over {low}"
            means = (round(float(values[chosen].mean()), 4) for values in (figures.f1, figures.exact))
            rows.append((name, *means, int(chosen.sum())))
    columns = ("characters of the answer", "f1", "exact match", "questions")
    return TableDetail("Figures by the answer's length", columns, tuple(rows))


def _thresholds(table: PredictionTable, match: Match, used: float) -> TableDetail:
    """Return what the figures would be with other thresholds: those that leave a share of questions unanswered."""
    margins = np.nan_to_num(table["margin"].astype(np.float64), nan=-np.inf)
    others = -np.quantile(margins, SHARES, method="inverted_cdf")
    rows = []
    for threshold in sorted({used, *others[np.isfinite(others)].tolist()}):
        answered = margins >= -threshold
        given = [one if yes else [NO_ANSWER] for one, yes in zip(table["candidate"], answered, strict=True)]
        means = AnswerFigures({**table, "prediction": objects(given)}, match)(None)
        share = round(float(answered.mean()), 4)
        rows.append((round(threshold, 3), round(means["f1"], 4), round(means["exact_match"], 4), share))
    columns = ("null_threshold", "f1", "exact match", "answered")
    return TableDetail("Other thresholds for no answer", columns, tuple(rows))
