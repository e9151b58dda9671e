"""The tables of all figures: every model by every figure, and every seed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.report import wording
from metier.report.facts import Facts


@dataclass(frozen=True, slots=True)
class Cell:
    """A figure with what it may move by."""

    text: str
    spread: str = ""


@dataclass(frozen=True, slots=True)
class FigureTable:
    """Rows of figures: a name each, then a cell a column."""

    columns: Sequence[str]
    rows: Sequence[tuple[str, Sequence[Cell]]]


def every_model(facts: Facts) -> FigureTable:
    """Return all figures of arms and baselines on the judged split."""
    names, split = order(facts), facts.split
    rows = [(title(arm), [arm_cell(arm, name, split) for name in names]) for arm in facts.metrics["arms"]]
    rows += [
        (one["name"], [_cell(one["splits"][split], name) for name in names])
        for one in facts.metrics["baselines"]
        if split in one["splits"]
    ]
    return FigureTable([wording.name(name) for name in names], rows)


def every_seed(facts: Facts) -> FigureTable | None:
    """Return the primary figure and accuracy of every training by split; None where there was one alone.

    Splits of changed test rows have a table of their own.
    """
    runs = [(arm["name"], run) for arm in facts.metrics["arms"] for run in arm["runs"]]
    if len(runs) < 2:
        return None
    splits = [split for split in facts.kept["splits"] if not split.startswith("test-")]
    shown = [name for name in (facts.primary, "accuracy") if name in facts.judged["metrics"]]
    shown = list(dict.fromkeys(shown))
    columns = [f"{split} {wording.name(name)}" for split in splits for name in shown]
    rows = [
        (
            f"{name}, seed {run['seed']}",
            [
                *(_cell(run["splits"].get(split, {}), figure) for split in splits for figure in shown),
                Cell(wording.duration(run["seconds"])),
            ],
        )
        for name, run in runs
    ]
    return FigureTable([*columns, "training time"], rows)


def order(facts: Facts) -> list[str]:
    """Return the judged figures, the primary first."""
    names = list(facts.judged["metrics"])
    return sorted(names, key=lambda name: (name != facts.primary, name in wording.SMALLER_IS_BETTER))


def title(arm: Mapping[str, Any]) -> str:
    """Return an arm's name, with its number of seeds where there are several."""
    seeds = len(arm["runs"])
    return str(arm["name"]) if seeds == 1 else f"{arm['name']} ({seeds} seeds)"


def arm_cell(arm: Mapping[str, Any], name: str, split: str) -> Cell:
    """Return an arm's figure on a split: the mean over its seeds, or its one seed's with the interval over rows."""
    found = arm["summary"].get(split, {}).get(name)
    if found is None or found["half_width"] is None:
        return _cell(arm["runs"][0]["splits"].get(split, {}), name)
    return Cell(wording.number(found["mean"]), f"± {wording.number(found['half_width'])}")


def _cell(figures: Mapping[str, Any], name: str) -> Cell:
    value = figures.get("metrics", {}).get(name)
    return Cell(wording.number(value), wording.interval(figures.get("intervals", {}).get(name)))
