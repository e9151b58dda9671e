"""The source keeps the contract, for formats with pages and without."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from metier.components import DataSource
from metier.testing import DataSourceContract
from metier.values import Json
from metier_documents.documents import Documents


class TestPages(DataSourceContract):
    component: ClassVar[type[DataSource]] = Documents
    make_pdf: Any

    @pytest.fixture(autouse=True)
    def _maker(self, make_pdf: Any) -> None:
        self.make_pdf = make_pdf

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        self.make_pdf(folder / "report.pdf", [[("The pump leaks.", 72, 700)], [("The seal is worn.", 72, 700)]])
        return {"path": str(folder / "report.pdf")}


class TestSections(DataSourceContract):
    component: ClassVar[type[DataSource]] = Documents

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        page = "<h1>Pump</h1><p>It leaks.</p><h1>Seal</h1><p>It is worn.</p>"
        (folder / "report.html").write_text(page, encoding="utf-8")
        return {"path": str(folder / "report.html")}


class TestWholes(DataSourceContract):
    component: ClassVar[type[DataSource]] = Documents

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        for name in ("one", "two"):
            (folder / f"{name}.eml").write_text(f"Subject: {name}\n\nThe pump leaks.\n", encoding="utf-8")
        return {"path": str(folder / "*.eml"), "unit": "document"}
