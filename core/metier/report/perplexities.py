"""What adaptations did to the model's perplexity: on the trade's held-out text, and on general text."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from metier.files import read_json
from metier.report import wording
from metier.report.facts import Facts
from metier.report.figures import Cell, FigureTable

BEFORE, AFTER = "perplexity_before", "perplexity_after"
TEXTS = "held_out_texts"
STAGE = "adapt-"
"""What the stages' names begin with; the method's name follows."""


def adapt_stages(run: Path) -> list[dict[str, Any]]:
    """Return what each adaptation of a run wrote when it was done, in order: `stage`, `job`, `result`."""
    told = [read_json(path) for path in sorted(run.glob("stages/*/result.json"))]
    return [one for one in told if one["stage"].startswith(STAGE)]


def perplexities(facts: Facts) -> FigureTable | None:
    """Return every adaptation with its perplexities before and after, a column for each kind of text.

    An adaptation logs `perplexity_before` and `perplexity_after`; of other texts with their kind before it
    (`general_perplexity_before`). None where no adaptation logged any.
    """
    measured = [(one, one["result"]) for one in adapt_stages(facts.path) if BEFORE in one["result"]]
    kinds = list(dict.fromkeys(kind for _, result in measured for kind in _kinds(result)))
    if not measured:
        return None
    columns = ["held-out texts", *(f"{kind.replace('_', ' ')}perplexity" for kind in kinds)]
    rows = [
        (_name(stage), [_count(result.get(TEXTS)), *(_change(result, kind) for kind in kinds)])
        for stage, result in measured
    ]
    return FigureTable(columns, rows)


def _kinds(result: Mapping[str, Any]) -> list[str]:
    """Return what stands before `perplexity_before`: nothing, `general_`, …."""
    return [name.removesuffix(BEFORE) for name in result if name.endswith(BEFORE)]


def _name(stage: Mapping[str, Any]) -> str:
    job = str(stage["job"]).replace("-seed-", ", seed ")
    return f"{stage['stage'].removeprefix(STAGE).replace('-', ' ')}{f': {job}' if job else ''}"


def _count(texts: float | None) -> Cell:
    return Cell(wording.DASH if texts is None else wording.count(texts))


def _change(result: Mapping[str, Any], kind: str) -> Cell:
    """Return `24.10 → 18.32`."""
    before, after = (result.get(f"{kind}{name}") for name in (BEFORE, AFTER))
    if before is None or after is None:
        return Cell(wording.DASH)
    return Cell(f"{_number(before)} → {_number(after)}")


def _number(value: float) -> str:
    return f"{value:.2f}" if value < 1000 else wording.count(value)
