"""Every built-in component keeps the contract of its kind, as any plugin's does."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from datasets import Dataset

from metier.builtin.models.hub import Hub as HubModels
from metier.builtin.models.local import Local
from metier.builtin.optimizers.adafactor import Adafactor
from metier.builtin.optimizers.adamw import AdamW
from metier.builtin.optimizers.sgd import Sgd
from metier.builtin.sources.csv import Csv
from metier.builtin.sources.folder_per_class import FolderPerClass
from metier.builtin.sources.hub import Hub
from metier.builtin.sources.jsonl import Jsonl
from metier.builtin.sources.parquet import Parquet
from metier.builtin.sources.sql import Sql
from metier.builtin.sources.text import Text
from metier.builtin.strategies.ablation import Ablation
from metier.builtin.strategies.seeds import Seeds
from metier.builtin.transforms.deduplicate import Deduplicate
from metier.builtin.transforms.filter import Filter
from metier.builtin.transforms.normalize import Normalize
from metier.testing import (
    DataSourceContract,
    ModelSourceContract,
    OptimizerContract,
    StrategyContract,
    TransformContract,
)
from metier.testing.models import build_model
from metier.testing.samples import rows
from metier.values import Json

ROWS = rows(6)


class TestCsv(DataSourceContract):
    component = Csv

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        lines = ["text,label", *(f'"{row["text"]}",{row["label"]}' for row in ROWS)]
        (folder / "sample.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
        return {"path": str(folder / "sample.csv")}


class TestJsonl(DataSourceContract):
    component = Jsonl

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        text = "".join(json.dumps(row) + "\n" for row in ROWS)
        (folder / "sample.jsonl").write_text(text, encoding="utf-8")
        return {"path": str(folder / "sample.jsonl")}


class TestParquet(DataSourceContract):
    component = Parquet

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        Dataset.from_list(ROWS).to_parquet(folder / "sample.parquet")
        return {"path": str(folder / "sample.parquet")}


class TestText(DataSourceContract):
    component = Text

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        (folder / "sample.txt").write_text("\n\n".join(row["text"] for row in ROWS), encoding="utf-8")
        return {"path": str(folder / "sample.txt")}


class TestFolderPerClass(DataSourceContract):
    component = FolderPerClass

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        for number, row in enumerate(ROWS):
            path = folder / "classes" / row["label"] / f"{number}.txt"
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(row["text"], encoding="utf-8")
        return {"path": str(folder / "classes")}


class TestHub(DataSourceContract):
    component = Hub

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        (folder / "dataset").mkdir(exist_ok=True)
        Dataset.from_list(ROWS).to_parquet(folder / "dataset" / "train.parquet")
        return {"dataset": str(folder / "dataset")}


class TestSql(DataSourceContract):
    component = Sql

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "sample.db"
        path.unlink(missing_ok=True)
        connection = sqlite3.connect(path)
        connection.execute("create table reports (id integer primary key, text text, label text)")
        connection.executemany("insert into reports (text, label) values (:text, :label)", ROWS)
        connection.commit()
        connection.close()
        return {"url": f"sqlite:///{path}", "query": "select text, label from reports order by id"}

    def missing_options(self, folder: Path) -> Mapping[str, Json]:
        return {**self.sample_options(folder), "url": f"sqlite:///{folder / 'missing.db'}"}


class TestNormalize(TransformContract):
    component = Normalize


class TestFilter(TransformContract):
    component = Filter


class TestDeduplicate(TransformContract):
    component = Deduplicate


class TestLocal(ModelSourceContract):
    component = Local

    def sample(self, folder: Path) -> str:
        return str(build_model("bert", folder / "model").path)


class TestHubModels(ModelSourceContract):
    component = HubModels


class TestAdafactor(OptimizerContract):
    component = Adafactor


class TestAdamW(OptimizerContract):
    component = AdamW


class TestSgd(OptimizerContract):
    component = Sgd


class TestAblation(StrategyContract):
    component = Ablation


class TestSeeds(StrategyContract):
    component = Seeds


def test_every_built_in_component_is_here() -> None:
    from metier.discovery import discover

    tested = {
        value.component for name, value in globals().items() if name.startswith("Test") and value.__module__ == __name__
    }
    own = {entry.component for entry in discover().entries if entry.provider.plugin == "builtin"}
    assert own <= tested, f"not tested: {own - tested}"
