"""Copies of published data sets as the Hub has them, in a local folder: for tests of readers that need no path."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset, Features

from metier.builtin.sources.published import Published
from metier.components import ReadContext


def put_copy(
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    component: type[Published],
    features: Features,
    **splits: Sequence[Mapping[str, Any]],
) -> None:
    """Write rows of splits below `folder` in the Hub's columns, and point a reader at them until the test ends."""
    copy, name = folder / "copy", component.copy.subset or "default"
    card = ["---", "configs:", f"- config_name: {name}", "  data_files:"]
    for split, rows in splits.items():
        (copy / name).mkdir(parents=True, exist_ok=True)
        Dataset.from_list([dict(row) for row in rows], features=features).to_parquet(copy / name / f"{split}.parquet")
        card.append(f"  - {{split: {split}, path: {name}/{split}.parquet}}")
    (copy / "README.md").write_text("\n".join([*card, "---"]), encoding="utf-8")
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", folder / "cache")
    monkeypatch.setattr(component, "copy", replace(component.copy, dataset=str(copy)))


def values_of(component: type[Published], context: ReadContext | None = None, **options: Any) -> list[dict[str, Any]]:
    """Return what a reader's records hold: all of its columns."""
    made = component(component.Config.model_validate(options))
    assert list(made.inspect()) == []
    rows = [record.values for record in made.read(context or ReadContext(offline=True))]
    assert all(set(row) == set(made.columns() or ()) for row in rows)
    return rows
