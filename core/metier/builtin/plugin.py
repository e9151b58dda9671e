"""Registers the built-in components, by the same hooks as any plugin."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource, ModelSource, OptimizerFactory, Strategy, Transform


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the file, Hub and database sources."""
    from metier.builtin.sources import csv, folder_per_class, hub, jsonl, parquet, sql, text

    return [
        csv.Csv,
        folder_per_class.FolderPerClass,
        hub.Hub,
        jsonl.Jsonl,
        parquet.Parquet,
        sql.Sql,
        text.Text,
    ]


@hookimpl
def provide_transforms() -> Sequence[type[Transform]]:
    """Return the basic transforms."""
    from metier.builtin.transforms import deduplicate, filter, normalize

    return [deduplicate.Deduplicate, filter.Filter, normalize.Normalize]


@hookimpl
def provide_model_sources() -> Sequence[type[ModelSource]]:
    """Return the Hub and local folders."""
    from metier.builtin.models.hub import Hub
    from metier.builtin.models.local import Local

    return [Hub, Local]


@hookimpl
def provide_optimizers() -> Sequence[type[OptimizerFactory]]:
    """Return torch's standard optimizers."""
    from metier.builtin.optimizers import adafactor, adamw, sgd

    return [adafactor.Adafactor, adamw.AdamW, sgd.Sgd]


@hookimpl
def provide_strategies() -> Sequence[type[Strategy]]:
    """Return several seeds, and ablation."""
    from metier.builtin.strategies.ablation import Ablation
    from metier.builtin.strategies.seeds import Seeds

    return [Ablation, Seeds]
