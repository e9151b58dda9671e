"""Reads every source of a plan into rows with the task's columns and ids of their own."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from datasets import Dataset

from metier.columns import of_split
from metier.components import DataSource, TaskHead
from metier.data import tables
from metier.data.intake import Intake, take_in
from metier.plan import Plan
from metier.registry import Registry
from metier.values import Column


def read_sources(
    plan: Plan, registry: Registry, head: TaskHead | None, folder: Path, *, offline: bool
) -> dict[str, Intake]:
    """Return what each source of the plan gave, by split; files go into `folder`. Raises `DataError`."""
    taken: dict[str, Intake] = {}
    for split, use in plan.sources.items():
        columns = of_split(split, head.columns if head else (), head.corpus_columns if head else None)
        mapping = dict(plan.mappings.get(split, {}))
        group = plan.split.group
        if split == "train" and group and group not in {column.name for column in columns}:
            columns = (*columns, Column(group, kind="label", required=False))
            mapping[group] = group
        taken[split] = take_in(
            registry.create(DataSource, use),
            folder / f"{split}.arrow",
            columns=columns,
            mapping=mapping,
            where=f"data.{split}",
            offline=offline,
        )
    return taken


def with_own_ids(rows: Mapping[str, Dataset]) -> dict[str, Dataset]:
    """Return splits no two of which share an id: where two files have one name, the split's name goes before."""
    made: dict[str, Dataset] = {}
    seen: list[pa.ChunkedArray] = []
    for split, some in rows.items():
        ids = some.data.column("id")
        if any(pc.any(pc.is_in(ids, value_set=pa.array(other.to_pylist()))).as_py() for other in seen):
            some = tables.rewrite(some, lambda batch, split=split: {"id": [f"{split}/{name}" for name in batch["id"]]})  # type: ignore[misc]
        seen.append(ids)
        made[split] = some
    return made
