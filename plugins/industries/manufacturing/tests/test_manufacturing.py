"""Readers take the files as they are published, and patterns find what names a person, and no part numbers."""

from __future__ import annotations

import csv
import io
import json
import re
import tempfile
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.components import ReadContext
from metier.errors import DataError
from metier_manufacturing.manufacturing import Manufacturing
from metier_manufacturing.nasa_llis import NasaLlis
from metier_manufacturing.nestor import NestorWorkOrders

REAL = Path(__file__).parents[5] / "shared" / "data" / "manufacturing"
HEADER = ["BscStartDate", "Asset", "OriginalShorttext", "PMType", "Cost", "MajorSystem"]


def orders(path: Path, label: str = "MajorSystem") -> list[dict[str, object]]:
    source = NestorWorkOrders(NestorWorkOrders.Config.model_validate({"path": str(path), "label": label}))
    assert list(source.inspect()) == []
    return [record.values for record in source.read(ReadContext())]


def lessons(path: Path, **options: object) -> list[dict[str, str]]:
    source = NasaLlis(NasaLlis.Config.model_validate({"path": str(path), **options}))
    return [record.values for record in source.read(ReadContext())]


@settings(deadline=None)
@given(st.lists(st.tuples(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), st.floats(0, 1e6))))
def test_any_text_and_cost_come_back(rows: list[tuple[str, float]]) -> None:
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    writer.writerows([HEADER, *(["2001-01-01", "A", text, "PM01", cost, "Engine"] for text, cost in rows)])
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "excavators.csv"
        path.write_text(buffer.getvalue(), encoding="utf-8", newline="")
        assert [(row["text"], row["label"]) for row in orders(path, "Cost")] == rows


def test_several_systems_are_a_list_too(tmp_path: Path) -> None:
    path = tmp_path / "excavators.csv"
    path.write_text(",".join(HEADER) + "\n2001-01-01,A,fit hose,PM01,0,Engine_Hydraulic System\n")
    (order,) = orders(path)
    assert (order["label"], order["labels"]) == ("Engine_Hydraulic System", ["Engine", "Hydraulic System"])


def test_orders_that_nobody_annotated_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "excavators.csv"
    path.write_text(",".join(HEADER) + "\n2001-01-01,A,fit hose,PM01,0,Engine\n,B,?,PM01,0,\n,B,?,PM01,0, \n")
    context = ReadContext()
    (order,) = NestorWorkOrders(NestorWorkOrders.Config(path=str(path))).read(context)
    assert order.values["text"] == "fit hose"
    assert "nestor-work-orders: 2 orders without MajorSystem were left out" in context.notes


def test_a_label_that_the_raw_table_lacks_is_told(tmp_path: Path) -> None:
    path = tmp_path / "excavators.csv"
    path.write_text("BscStartDate,Asset,OriginalShorttext,PMType,Cost\n2001-01-01,A,fit hose,PM01,0\n")
    source = NestorWorkOrders(NestorWorkOrders.Config(path=str(path)))
    (problem,) = source.inspect()
    assert "no column 'MajorSystem'" in problem.message
    assert "annotated" in problem.hint
    with pytest.raises(DataError, match="MajorSystem"):
        list(source.read(ReadContext()))


def test_a_cost_that_is_no_number_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "excavators.csv"
    path.write_text(",".join(HEADER) + "\n2001-01-01,A,fit hose,PM01,n/a,Engine\n")
    with pytest.raises(DataError, match=r"excavators\.csv:2: the cost is 'n/a'"):
        orders(path, "Cost")


def test_a_comma_without_quotes_is_put_back_into_the_text(tmp_path: Path) -> None:
    path = tmp_path / "excavators.csv"
    path.write_text("BscStartDate,Asset,OriginalShorttext,PMType,Cost\n2003-12-31,B,won,t swing,PM01\n")
    source = NestorWorkOrders(NestorWorkOrders.Config(path=str(path), label="PMType"))
    context = ReadContext()
    (record,) = source.read(context)
    assert (record.values["text"], record.values["label"]) == ("won,t swing", "PM01")
    assert any("excavators.csv:2" in note for note in context.notes)


def test_parts_of_a_lesson_are_chosen_by_option(tmp_path: Path) -> None:
    path = tmp_path / "llis.jsonl"
    path.write_text(json.dumps({"lesson_id": 7, "driving_event": "A fell.", "lesson": " ", "recommendation": "Tie."}))
    (whole,) = lessons(path)
    assert whole["text"] == "A fell.\n\nTie."
    assert whole["lesson_id"] == "7"
    (some,) = lessons(path, parts=["recommendation", "driving_event"])
    assert some["text"] == "Tie.\n\nA fell."


@pytest.mark.parametrize(("lesson", "message"), [({"id": 1}, "no lesson"), ({"lesson": ["a"]}, "holds list")])
def test_an_object_that_is_no_lesson_is_an_error(tmp_path: Path, lesson: object, message: str) -> None:
    path = tmp_path / "llis.jsonl"
    path.write_text(json.dumps(lesson))
    with pytest.raises(DataError, match=message):
        lessons(path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("EMPLOYEE_ID", "reported by operator no. 40211, night shift"),
        ("EMPLOYEE_ID", "Employee ID: AB-12345"),
        ("EMPLOYEE_ID", "报修人工号：A10234"),
        ("BADGE", "badge number 0099123 found in bay 3"),
        ("BADGE", "胸牌号 20871"),
        ("PHONE_EXTENSION", "call ext. 4471 before start"),
        ("PHONE_EXTENSION", "请打内线 8123"),
        ("LOGIN", "changed by user: MEIERJ"),
    ],
)
def test_patterns_find_what_names_a_person(name: str, text: str) -> None:
    assert re.search(Manufacturing().sensitive_patterns()[name], text)


@pytest.mark.parametrize(
    "text",
    [
        "operator replaced 24 bags",
        "exchange of bearing 6205",
        "see user manual, page 4471",
        "pump P-204, extruder 4471, order 400123",
        "text 12345 on label",
    ],
)
def test_patterns_leave_machines_and_parts(text: str) -> None:
    found = [name for name, pattern in Manufacturing().sensitive_patterns().items() if re.search(pattern, text)]
    assert not found


@pytest.mark.skipif(not REAL.is_dir(), reason="NIST's and NASA's files are not beside this checkout")
def test_the_real_files_read_as_published() -> None:
    rows = orders(REAL / "excavators_mwo" / "excavators_annotated.csv")
    assert len(rows) == 5485 - 2400
    assert Counter(str(row["label"]) for row in rows).most_common(1) == [("Hydraulic System", 994)]
    costs = [row["label"] for row in orders(REAL / "excavators_mwo" / "excavators.csv", "Cost")]
    assert len(costs) == 5484, "all but the row with a comma in its text"
    assert all(isinstance(cost, float) for cost in costs)
    found = lessons(REAL / "nasa_llis" / "llis.jsonl")
    assert len(found) == 196
    assert all(lesson["text"] for lesson in found)
