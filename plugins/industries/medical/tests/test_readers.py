"""Readers take the files of others as they are published, and patterns find what names a patient."""

from __future__ import annotations

import json
import re
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.builtin.sources.csv import Csv
from metier.components import DataSource, ReadContext
from metier.errors import DataError
from metier_medical.medical import Medical
from metier_medical.medquad import MedQuad
from metier_medical.mtsamples import MtSamples
from metier_medical.mtsdialog import MtsDialog
from metier_medical.pubmedqa import PubMedQa

REAL = Path(__file__).parents[5] / "shared" / "data" / "medical"
real = pytest.mark.skipif(not REAL.is_dir(), reason="the real files are not beside this checkout")


def read(
    component: type[DataSource], path: Path, context: ReadContext | None = None, **options: Any
) -> list[dict[str, Any]]:
    source = component(component.Config.model_validate({"path": str(path), **options}))
    assert list(source.inspect()) == []
    return [record.values for record in source.read(context or ReadContext())]


def test_without_names_classes_stay_numbers_which_is_said(tmp_path: Path) -> None:
    path = tmp_path / "mtsamples_test.csv"
    path.write_text("label,description,text\n3, A visit ,Well.\n", encoding="utf-8")
    context = ReadContext()
    assert read(MtSamples, path, context) == [{"label": "3", "description": "A visit", "text": "Well."}]
    assert any("classes.txt" in note for note in context.notes)


def test_a_class_without_a_name_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "mtsamples_test.csv"
    path.write_text("label,description,text\n1,a,b\n3,a,b\n", encoding="utf-8")
    (tmp_path / "classes.txt").write_text("Surgery\n\nOther\n", encoding="utf-8")
    assert read(MtSamples, path)[1]["label"] == "Other"
    (tmp_path / "classes.txt").write_text("Surgery\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"mtsamples_test\.csv:3: classes\.txt has no class 3"):
        read(MtSamples, path)


def test_other_columns_are_told_while_planning(tmp_path: Path) -> None:
    path = tmp_path / "mtsamples.csv"
    path.write_text("a,b\n1,2\n", encoding="utf-8")
    (problem,) = MtSamples(MtSamples.Config(path=str(path))).inspect()
    assert "a, b" in problem.message
    assert "transcription" in problem.hint


def talks(folder: Path, header: str, row: str) -> Path:
    path = folder / "MTS-Dialog-TrainingSet.csv"
    path.write_text(f"{header}\n{row}\n", encoding="utf-8")
    return path


def test_a_talk_has_the_heading_and_the_note_of_its_section(tmp_path: Path) -> None:
    path = talks(tmp_path, "ID,section_header,section_text,dialogue", "7,FAM/SOCHX, Smokes. ,Doctor: Do you smoke?")
    heading = "Family and social history"
    row = {"dialogue": "Doctor: Do you smoke?", "section": heading, "note": "Smokes."}
    assert read(MtsDialog, path) == [{**row, "answer": f"Section: {heading}\nNote: Smokes."}]


def test_a_section_that_is_none_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = talks(tmp_path, "ID,section_header,section_text,dialogue", "7,SMOKING,Smokes.,Doctor: Do you smoke?")
    with pytest.raises(DataError, match=r"MTS-Dialog-TrainingSet\.csv:2: 'SMOKING' is no section"):
        read(MtsDialog, path)


def test_a_file_without_talks_is_told_while_planning(tmp_path: Path) -> None:
    path = talks(tmp_path, "ID,section_header,section_text", "7,CC,Cough.")
    (problem,) = MtsDialog(MtsDialog.Config(path=str(path))).inspect()
    assert "dialogue" in problem.message
    with pytest.raises(DataError, match="there is no column 'dialogue'"):
        list(MtsDialog(MtsDialog.Config(path=str(path))).read(ReadContext()))


QUESTION = {"QUESTION": "Is it?", "CONTEXTS": ["One.", "Two."], "LONG_ANSWER": "It is.", "final_decision": "maybe"}


@settings(deadline=None)
@given(st.sets(st.from_regex(r"[1-9]\d{0,7}", fullmatch=True), min_size=1), st.randoms(use_true_random=False))
def test_test_and_train_are_all_questions_each_once(pmids: set[str], random: Any) -> None:
    official = [pmid for pmid in sorted(pmids) if random.random() < 0.5]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ori_pqal.json"
        path.write_text(json.dumps(dict.fromkeys(sorted(pmids), QUESTION)), encoding="utf-8")
        path.with_name("test_ground_truth.json").write_text(json.dumps(dict.fromkeys(official, "yes")), "utf-8")
        parts = {part: [row["pmid"] for row in read(PubMedQa, path, part=part)] for part in ("all", "train", "test")}
    assert parts["test"] == official
    assert sorted(parts["train"] + parts["test"]) == parts["all"] == sorted(pmids)


def test_the_official_test_must_be_beside_the_file(tmp_path: Path) -> None:
    path = tmp_path / "ori_pqal.json"
    path.write_text(json.dumps({"1": QUESTION}), encoding="utf-8")
    (row,) = read(PubMedQa, path)
    assert (row["passage"], row["label"], row["year"]) == ("One.\nTwo.", "maybe", "")
    (problem,) = PubMedQa(PubMedQa.Config(path=str(path), part="test")).inspect()
    assert "test_ground_truth.json" in problem.where


@pytest.mark.parametrize(("text", "message"), [("[]", "not list"), ('{"1": {}}', "QUESTION"), ("{", "not JSON")])
def test_another_json_is_an_error(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "ori_pqal.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=message):
        read(PubMedQa, path)


def test_questions_without_answers_are_counted(tmp_path: Path) -> None:
    pair = '<QAPair pid="{}"><Question qtype="causes">Why ?</Question><Answer>{}</Answer></QAPair>'
    text = (
        f"<Document><Focus>Flu</Focus><QAPairs>{pair.format(1, 'A virus.')}{pair.format(2, ' ')}</QAPairs></Document>"
    )
    (tmp_path / "1.xml").write_text(text, encoding="utf-8")
    context = ReadContext()
    (row,) = read(MedQuad, tmp_path, context)
    assert (row["question"], row["answer"], row["label"], row["focus"]) == ("Why ?", "A virus.", "causes", "Flu")
    assert any("1 questions have no answer" in note for note in context.notes)


def test_broken_xml_is_an_error_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "1.xml").write_text("<Document>\n<QAPairs>\n</Document>", encoding="utf-8")
    with pytest.raises(DataError, match=r"1\.xml:3: this is not well-formed XML"):
        read(MedQuad, tmp_path)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MEDICAL_RECORD", "MRN: 0048213"),
        ("MEDICAL_RECORD", "住院号：A1029384"),
        ("BIRTH_DATE", "DOB 3/14/1961"),
        ("BIRTH_DATE", "born on 14 March 1961"),
        ("BIRTH_DATE", "出生日期：1961年3月14日"),
        ("VISIT_DATE", "admitted on 08/06/2007 after a fall"),
        ("VISIT_DATE", "Discharged: Aug. 9, 2007"),
        ("VISIT_DATE", "于2021年5月3日入院，入院日期：2021-05-03"),
        ("HEALTH_INSURANCE", "NHS number 943 476 5919"),
        ("HEALTH_INSURANCE", "医保卡号 330106199001"),
    ],
)
def test_patterns_find_what_names_a_patient(name: str, text: str) -> None:
    assert re.search(Medical().sensitive_patterns()[name], text)


@pytest.mark.parametrize(
    "text", ["blood pressure 120/80/min", "seen 3 times since 2007", "ratio 1.5.2 of insurance claims", "born at term"]
)
def test_patterns_leave_findings(text: str) -> None:
    found = [name for name, pattern in Medical().sensitive_patterns().items() if re.search(pattern, text)]
    assert not found


@real
def test_the_real_reports_read_as_published() -> None:
    rows = read(MtSamples, REAL / "mtsamples_subset" / "mtsamples_test.csv")
    expected = {"Surgery": 198, "Internal Medicine": 109, "Medical Records": 102, "Other": 91}
    assert Counter(row["label"] for row in rows) == expected


@real
def test_the_real_questions_read_as_published() -> None:
    path = REAL / "pubmedqa" / "ori_pqal.json"
    assert Counter(row["label"] for row in read(PubMedQa, path)) == {"yes": 552, "no": 338, "maybe": 110}
    assert len(read(PubMedQa, path, part="test")) == 500
    assert len(read(MedQuad, REAL / "medquad")) == 2550


@real
def test_the_real_dialogues_of_both_languages_read_as_published() -> None:
    counts = [len(read(MtsDialog, path)) for path in sorted((REAL / "mts_dialog").glob("*.csv"))]
    assert counts == [200, 200, 1201, 100]
    context = ReadContext()
    (path,) = (REAL / "chinese_medical_dialogue_zh").glob("*.csv")
    asked = read(Csv, path, context)
    assert Counter(row["department"] for row in asked)["肝病科"] == 3121
    assert any("GB18030" in note for note in context.notes)
