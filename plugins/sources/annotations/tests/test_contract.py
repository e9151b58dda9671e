"""The source keeps the contract, in each of its formats."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

from metier.components import DataSource
from metier.testing import DataSourceContract
from metier.values import Json
from metier_annotations.annotations import Annotations

CONLL = "The\tO\npump\tB-PART\nleaks\tO\n\nNew\tO\nseal\tB-PART\n"


class TestConll(DataSourceContract):
    component: ClassVar[type[DataSource]] = Annotations

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        (folder / "notes.conll").write_text(CONLL, encoding="utf-8")
        return {"path": str(folder / "notes.conll")}


class TestJson(DataSourceContract):
    component: ClassVar[type[DataSource]] = Annotations

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        rows = [{"text": "the pump", "label": [[4, 8, "PART"]]}, {"text": "none", "label": []}]
        (folder / "notes.bio").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return {"path": str(folder / "notes.bio"), "format": "json"}


class TestLabelsOfTexts(DataSourceContract):
    component: ClassVar[type[DataSource]] = Annotations

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        rows = [{"text": "the pump leaks", "label": ["failure"]}, {"text": "oil changed", "label": "service"}]
        (folder / "notes.bio").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return {"path": str(folder / "notes.bio"), "format": "json", "annotation": "label"}


class TestBrat(DataSourceContract):
    component: ClassVar[type[DataSource]] = Annotations

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        for name in ("one", "two"):
            (folder / f"{name}.txt").write_text("the pump leaks", encoding="utf-8")
            (folder / f"{name}.ann").write_text("T1\tPART 4 8\tpump\nR1\tOf Arg1:T1 Arg2:T1\n", encoding="utf-8")
        return {"path": str(folder / "*.ann")}
