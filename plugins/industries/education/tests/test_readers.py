"""The readers give what stands in the files, and say what they take out and what is wrong."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from metier.components import DataSource, ReadContext
from metier.errors import DataError
from metier_education.gaokao_bench import GaokaoBench
from metier_education.gsm8k import Gsm8k
from metier_education.labels import GRADES, LEVELS, STUDENT_MOVES, SUBJECTS
from metier_education.one_stop_english import OneStopEnglish
from metier_education.scientsbank import SciEntsBank
from metier_education.talk_moves import TalkMoves

SHARED = Path(__file__).parents[5] / "shared" / "data" / "education"
ANSWERS = SHARED / "semeval2013_scientsbank_3way"
ARTICLES = SHARED / "onestop_english"
EXAMS = SHARED / "gaokao_zh"
PROBLEMS = SHARED / "gsm8k"
LESSONS = SHARED / "talkmoves_student"


def read(component: type[DataSource], context: ReadContext | None = None, **options: Any) -> list[dict[str, Any]]:
    made = component(component.Config.model_validate(options))
    assert list(made.inspect()) == []
    return [record.values for record in made.read(context or ReadContext())]


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return str(path)


def test_of_several_reference_answers_the_best_is_taken(tmp_path: Path) -> None:
    text = (
        '<question id="Q" module="B"><questionText>Why?</questionText><referenceAnswers>'
        '<referenceAnswer category="MINIMAL">gap</referenceAnswer>'
        '<referenceAnswer category="BEST">There is\n a gap.</referenceAnswer></referenceAnswers><studentAnswers>'
        '<studentAnswer accuracy="irrelevant">dunno</studentAnswer></studentAnswers></question>'
    )
    (row,) = read(SciEntsBank, path=write(tmp_path, "q.xml", text))
    assert (row["reference"], row["student_answer"], row["label"]) == ("There is a gap.", "dunno", "irrelevant")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("<question>", "not well-formed XML"),
        ("<pairs/>", "the outermost element is 'pairs'"),
        ("<question><questionText>Why?</questionText></question>", "reference answer is missing"),
        (
            "<question><questionText>Why?</questionText><referenceAnswer>So.</referenceAnswer>"
            "<studentAnswer>x</studentAnswer></question>",
            "answer 1 has no accuracy",
        ),
    ],
)
def test_another_xml_is_an_error_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message) as raised:
        read(SciEntsBank, path=write(tmp_path, "q.xml", text))
    assert raised.value.problems[0].where.endswith("q.xml")


def test_the_name_of_the_level_is_taken_out_and_said(tmp_path: Path) -> None:
    write(tmp_path, "Int-Txt/Rain Forest-int.txt", "\ufeffIntermediate \nIt rains.\n\nIt rains more.\n")
    write(tmp_path, "Ele-Txt/Rain Forest-ele.txt", "Elementary my dear\n")
    context = ReadContext()
    rows = read(OneStopEnglish, context, path=str(tmp_path))
    assert rows == [
        {"text": "Elementary my dear", "label": "elementary", "title": "Rain Forest"},
        {"text": "It rains.\n\nIt rains more.", "label": "intermediate", "title": "Rain Forest"},
    ]
    assert any("above 1 texts, is taken out" in note for note in context.notes)
    assert [row["text"] for row in read(OneStopEnglish, path=str(tmp_path), unit="paragraph")] == [
        "Elementary my dear",
        "It rains.",
        "It rains more.",
    ]


def test_a_folder_that_is_no_level_is_an_error(tmp_path: Path) -> None:
    write(tmp_path, "Adv-Txt/A-adv.txt", "One.")
    write(tmp_path, "Other/A.txt", "Two.")
    with pytest.raises(DataError, match="'Other' is none of the levels' folders"):
        read(OneStopEnglish, path=str(tmp_path))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[]", "not a file of GAOKAO-Bench"),
        ('{"keywords": "2010-2022_Cooking", "example": []}', "no subject in its keywords"),
        ('{"keywords": "2010-2022_Math_I_MCQs", "example": [{"question": "?"}]}', "item 1: not a question"),
    ],
)
def test_another_exam_is_an_error_with_its_place(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        read(GaokaoBench, path=write(tmp_path, "2010-2022_X.json", text))


def test_a_solution_is_reasoning_and_a_number(tmp_path: Path) -> None:
    answer = "She has 3*400 = $<<3*400=1200>>1200.\n#### 1,200"
    path = write(tmp_path, "a.jsonl", json.dumps({"question": "How much?", "answer": answer}))
    (row,) = read(Gsm8k, path=path)
    assert row == {"question": "How much?", "reasoning": "She has 3*400 = $1200.", "answer": "1200"}
    (row,) = read(Gsm8k, path=path, calculator=True)
    assert row["reasoning"] == "She has 3*400 = $<<3*400=1200>>1200."


def test_a_problem_without_its_number_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"a\.jsonl:1: this is no problem with its solution"):
        read(Gsm8k, path=write(tmp_path, "a.jsonl", '{"question": "How much?", "answer": "1200"}'))


def test_moves_have_names_by_who_speaks(tmp_path: Path) -> None:
    text = "text_a\ttext_b\tlabels\nIt is 5\tWhy is it 5\t2.0\nYes\tOkay\t\n"
    labels = [row["label"] for row in read(TalkMoves, path=write(tmp_path, "student/lesson_teacher.tsv", text))]
    assert labels == ["getting-students-to-relate", ""]
    labels = [row["label"] for row in read(TalkMoves, path=write(tmp_path, "x.tsv", text), speaker="student")]
    assert labels == ["asking-for-more-information", ""]


def test_whose_moves_must_be_known(tmp_path: Path) -> None:
    path = write(tmp_path, "x.tsv", "text_a\ttext_b\tlabels\na\tb\t0\n")
    (problem,) = TalkMoves(TalkMoves.Config(path=path)).inspect()
    assert "speaker: student" in problem.hint


@pytest.mark.parametrize("number", ["5.0", "-1", "claim"])
def test_an_unknown_move_is_an_error_with_its_place(tmp_path: Path, number: str) -> None:
    path = write(tmp_path, "x_student.tsv", f"text_a\ttext_b\tlabels\na\tb\t{number}\n")
    with pytest.raises(DataError, match=rf"x_student\.tsv:2: '{number}' is none of the 5 moves"):
        read(TalkMoves, path=path)


@pytest.mark.skipif(not ANSWERS.is_dir(), reason="SciEntsBank is not beside this checkout")
def test_scientsbank_reads_as_published() -> None:
    sizes = {"train": 4969, "test-unseen-answers": 540, "test-unseen-questions": 733, "test-unseen-domains": 4562}
    for part, size in sizes.items():
        rows = read(SciEntsBank, path=str(ANSWERS / part / "*.xml"))
        assert (len(rows), {row["label"] for row in rows}) == (size, set(GRADES))
        assert all(row["question_text"] and row["reference"] and row["student_answer"] for row in rows)


@pytest.mark.skipif(not ARTICLES.is_dir(), reason="OneStopEnglish is not beside this checkout")
def test_one_stop_english_reads_as_published() -> None:
    context = ReadContext()
    rows = read(OneStopEnglish, context, path=str(ARTICLES))
    assert Counter(row["label"] for row in rows) == dict.fromkeys(LEVELS, 189)
    assert set(Counter(row["title"] for row in rows).values()) == {3}, "three levels of each title"
    assert not any(row["text"].casefold().startswith(LEVELS) for row in rows)
    assert any("above 162 texts, is taken out" in note for note in context.notes)


@pytest.mark.skipif(not EXAMS.is_dir(), reason="GAOKAO-Bench is not beside this checkout")
def test_gaokao_bench_reads_as_published() -> None:
    rows = read(GaokaoBench, path=str(EXAMS / "**" / "*.json"))
    assert len(rows) == 1183
    assert {row["label"] for row in rows} == set(SUBJECTS) - {"chemistry", "math"}
    assert rows[0]["answer"] == "D"
    assert all(isinstance(row["answer"], str) and row["text"] for row in rows)


@pytest.mark.skipif(not PROBLEMS.is_dir(), reason="GSM8K is not beside this checkout")
def test_gsm8k_reads_as_published() -> None:
    rows = read(Gsm8k, path=str(PROBLEMS / "*.jsonl"))
    assert len(rows) == 7473 + 1319
    assert not any("<<" in row["reasoning"] for row in rows)
    assert all(float(row["answer"]) or row["answer"] == "0" for row in rows)


@pytest.mark.skipif(not LESSONS.is_dir(), reason="TalkMoves is not beside this checkout")
def test_talk_moves_read_as_published() -> None:
    rows = read(TalkMoves, path=str(LESSONS / "test_student.tsv"))
    counts = Counter(row["label"] for row in rows)
    assert [counts[move] for move in STUDENT_MOVES] == [3233, 476, 146, 2442, 854]
