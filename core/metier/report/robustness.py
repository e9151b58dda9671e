"""How models hold on test rows that were changed: every arm by every change, beside the rows as they are."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metier.report import wording
from metier.report.facts import Facts
from metier.report.figures import Cell, FigureTable, arm_cell, title

CLEAN = "test"
CHANGED = f"{CLEAN}-"
"""What the names of splits with changed test rows begin with."""
PREFERRED = "accuracy"
"""The figure that is shown where it is measured; else the primary one."""
ANSWERS = frozenset(("reference", "prediction", "probabilities"))
"""Columns of predictions that are no part of the row."""


def robustness(facts: Facts) -> FigureTable | None:
    """Return the figure of every arm on the test rows and on each change of them, with its drop.

    None where there are no such splits.
    """
    splits = changed_splits(facts)
    if not splits:
        return None
    name = figure(facts)
    columns = [f"{CLEAN} {wording.name(name)}", *(column for split in splits for column in (_short(split), "drop"))]
    rows = [
        (
            title(arm),
            [
                arm_cell(arm, name, CLEAN),
                *(cell for split in splits for cell in (arm_cell(arm, name, split), _drop(arm, name, split))),
            ],
        )
        for arm in facts.metrics["arms"]
    ]
    counts = [changed_rows(facts, split) for split in splits]
    if any(count is not None for count in counts):
        shown = [Cell(wording.DASH if count is None else wording.count(count)) for count in counts]
        rows.append(("rows that are changed", [Cell(""), *(cell for one in shown for cell in (one, Cell("")))]))
    return FigureTable(columns, rows)


def changed_splits(facts: Facts) -> list[str]:
    """Return the splits with changed test rows, where there are test rows to compare them with."""
    splits = facts.kept["splits"]
    return [split for split in splits if split.startswith(CHANGED)] if CLEAN in splits else []


def changed_rows(facts: Facts, split: str) -> int | None:
    """Return how many texts of a split differ from the test rows; None where the predictions were not kept."""
    import pyarrow.parquet as pq

    files = [facts.path / facts.kept["splits"][one].get("predictions", "") for one in (CLEAN, split)]
    if not all(file.is_file() for file in files):
        return None
    tables = [pq.read_table(file) for file in files]
    clean, changed = (table.select([one for one in table.column_names if one not in ANSWERS]) for table in tables)
    known = {row["id"]: row for row in clean.to_pylist()}
    return sum(1 for row in changed.to_pylist() if row != known.get(row["id"]))


def figure(facts: Facts) -> str:
    """Return the name of the figure that is shown."""
    return PREFERRED if PREFERRED in facts.kept["splits"][CLEAN]["metrics"] else facts.primary


def _short(split: str) -> str:
    """Return a change's name: `typos` for `test-typos`."""
    return split.removeprefix(CHANGED).replace("-", " ")


def _drop(arm: Mapping[str, Any], name: str, split: str) -> Cell:
    """Return how much smaller the figure is than on the rows as they are: the mean over seeds."""
    both = [(_value(run, CLEAN, name), _value(run, split, name)) for run in arm["runs"]]
    drops = [clean - changed for clean, changed in both if clean is not None and changed is not None]
    return Cell(wording.number(sum(drops) / len(drops) if drops else None))


def _value(run: Mapping[str, Any], split: str, name: str) -> float | None:
    found: float | None = run["splits"].get(split, {}).get("metrics", {}).get(name)
    return found
