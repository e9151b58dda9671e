"""The source keeps the contract, for archives and for saved pages."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, ClassVar

import pytest

from metier.components import DataSource
from metier.testing import DataSourceContract
from metier.values import Json
from metier_web_archive.web_archive import WebArchive


class TestArchive(DataSourceContract):
    component: ClassVar[type[DataSource]] = WebArchive
    make_warc: Any

    @pytest.fixture(autouse=True)
    def _maker(self, make_warc: Any) -> None:
        self.make_warc = make_warc

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        pages = [f"<main><p>The {name} is worn and must be replaced.</p></main>" for name in ("pump", "seal")]
        answers = [("200 OK", [("Content-Type", "text/html")], page.encode()) for page in pages]
        return {"path": str(self.make_warc(folder / "crawl.warc.gz", answers))}


class TestSavedPages(DataSourceContract):
    component: ClassVar[type[DataSource]] = WebArchive

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        for name in ("one", "two"):
            page = f"<main><p>The pump of line {name} leaks.</p></main>"
            (folder / f"{name}.mhtml").write_text(f"Content-Type: text/html; charset=utf-8\n\n{page}\n", "utf-8")
        return {"path": str(folder / "*.mhtml")}
