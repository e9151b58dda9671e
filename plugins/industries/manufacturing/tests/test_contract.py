"""The components of `metier-manufacturing` keep their contracts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from metier.testing import DataSourceContract, IndustryContract
from metier.values import Json
from metier_manufacturing.manufacturing import Manufacturing
from metier_manufacturing.nasa_llis import NasaLlis
from metier_manufacturing.nestor import NestorWorkOrders


class TestManufacturing(IndustryContract):
    """The industry."""

    component = Manufacturing


class TestNestorWorkOrders(DataSourceContract):
    """The raw table, as NIST has it."""

    component = NestorWorkOrders

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "excavators.csv"
        rows = ["BscStartDate,Asset,OriginalShorttext,PMType,Cost", '2004-07-01,A,"HOSE BLOWN, BOOM",PM01,183.05']
        path.write_text("\n".join([*rows, "2005-03-20,B,SWAP BUCKET,PM02,0"]), encoding="utf-8")
        return {"path": str(path), "label": "Cost"}


class TestNestorAnnotated(DataSourceContract):
    """The annotated table."""

    component = NestorWorkOrders

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "excavators_annotated.csv"
        rows = [
            ",BscStartDate,Asset,OriginalShorttext,PMType,Cost,MajorSystem",
            "0,2004-07-01,A,FIT TOOTH,PM01,0,Bucket",
        ]
        path.write_text("\n".join([*rows, "1,2005-03-20,A,CYL LEAK,PM01,0,Bucket_Hydraulic Cylinders"]), "utf-8-sig")
        return {"path": str(path)}


class TestNasaLlis(DataSourceContract):
    """Lessons as JSON lines."""

    component = NasaLlis

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "llis.jsonl"
        lessons = [
            {"lesson_id": 7, "driving_event": "A clamp fell.", "lesson": "Tether tools.", "recommendation": "Train."},
            {"lesson_id": 8, "driving_event": "A fuse blew.", "lesson": None, "recommendation": "Check loads."},
        ]
        path.write_text("\n".join(map(json.dumps, lessons)), encoding="utf-8")
        return {"path": str(path)}
