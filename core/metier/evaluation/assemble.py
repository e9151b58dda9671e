"""Puts a run's figures side by side: arms with their seeds, baselines, and the differences between them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.evaluation.predictions import read_table
from metier.evaluation.seeds import summary
from metier.evaluation.significance import Drawn, check_same_rows, compare, drawn
from metier.values import Json

if TYPE_CHECKING:
    from metier.components import TaskHead

JUDGED = "test"
"""The split on which models are compared."""


def assemble(
    head: TaskHead,
    state: Mapping[str, Json],
    *,
    runs: Sequence[Mapping[str, Any]],
    baselines: Sequence[Mapping[str, Any]],
    root: Path,
    seed: int = 0,
) -> dict[str, Json]:
    """Return `evaluation/metrics.json`.

    `runs` has an entry a training, `{"name", "seed", "label", "seconds", "splits"}`; those of one name are an arm, the
    recipe's own first. `baselines` has `{"name", "splits"}`. A split is what `Evaluation.to_json` gives, with
    `predictions`, a parquet file relative to `root`. Raises `RunError` where what is compared is not of the same rows.
    """
    grouped = _arms(runs)
    sides = [(arm["name"], arm["runs"]) for arm in grouped] + [(one["name"], [one]) for one in baselines]
    return {
        "task": head.name,
        "primary": head.primary_metric,
        "labels": list(state.get("labels", ())),
        "arms": grouped,
        "baselines": [dict(baseline) for baseline in baselines],
        "comparisons": _comparisons(head, state, sides, arms=len(grouped), root=root, seed=seed),
    }


def _arms(runs: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    named: dict[str, list[dict[str, Any]]] = {}
    for run in runs:
        named.setdefault(run["name"], []).append({key: value for key, value in run.items() if key != "name"})
    return [{"name": name, "runs": group, "summary": _summary(group)} for name, group in named.items()]


def _summary(runs: Sequence[Mapping[str, Any]]) -> dict[str, Json]:
    splits = [split for split in runs[0]["splits"] if all(split in run["splits"] for run in runs)]
    return {split: summary([run["splits"][split]["metrics"] for run in runs]) for split in splits}


def _comparisons(
    head: TaskHead,
    state: Mapping[str, Json],
    sides: Sequence[tuple[str, Sequence[Mapping[str, Any]]]],
    *,
    arms: int,
    root: Path,
    seed: int,
) -> list[dict[str, Json]]:
    """Compare every arm with every baseline, and the first arm with the others, by the primary figure."""
    figures: dict[str, Drawn] = {}
    first = None
    for name, group in sides:
        if not all(JUDGED in one["splits"] for one in group):
            continue
        tables = [read_table(root / one["splits"][JUDGED]["predictions"]) for one in group]
        first = first or (tables[0], name)
        check_same_rows([first[0], *tables], [first[1], *[name] * len(tables)])
        figures[name] = drawn(head, state, tables, metric=head.primary_metric, seed=seed)
    names, seeds = [name for name, _ in sides], {name: [one.get("seed") for one in group] for name, group in sides}
    pairs = [(names[0], other) for other in names[1:arms]]
    pairs += [(arm, baseline) for arm in names[:arms] for baseline in names[arms:]]
    found = []
    for one, other in pairs:
        if one not in figures or other not in figures:
            continue
        result = compare(figures[one], figures[other], paired=seeds[one] == seeds[other], seed=seed)
        if result is not None:
            pair = {"arm": one, "against": other, "metric": head.primary_metric}
            found.append({**pair, "difference": result.difference, "interval": list(result.interval), "p": result.p})
    return found
