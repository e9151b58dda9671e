"""Without a path the readers give of the Hub's copy what they give of the files; the copy is a local folder here."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import ClassLabel, Features, Value

from metier.builtin.sources.published import Published
from metier.errors import DataError
from metier.testing import authored
from metier.testing.copies import put_copy, values_of
from metier_education.gsm8k import Gsm8k
from metier_education.labels import GRADES, GRADES_FIVE
from metier_education.scientsbank import SciEntsBank

TEXT = Value("string")
ANSWERS = Features(
    dict.fromkeys(("id", "question", "reference_answer", "student_answer"), TEXT)
    | {"label": ClassLabel(names=list(GRADES_FIVE))}
)
FILE = """<question id="EM_45b" module="EM"><questionText>Why is it dry?</questionText>
<referenceAnswers><referenceAnswer id="EM_45b-a1">The water evaporated.</referenceAnswer></referenceAnswers>
<studentAnswers><studentAnswer id="EM.45b.110.1" accuracy="correct">It evaporated.</studentAnswer>
<studentAnswer id="EM.45b.113.1" accuracy="irrelevant">I like salt.</studentAnswer></studentAnswers></question>
"""

Put = Callable[..., None]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Return what points a reader at rows of splits in the Hub's columns."""
    return functools.partial(put_copy, tmp_path, monkeypatch)


def answer(number: int, said: str, label: str) -> dict[str, Any]:
    asked = {"question": "Why is it  dry?", "reference_answer": "The water evaporated."}
    return {"id": f"EM.45b.{number}.1", **asked, "student_answer": said, "label": label}


def test_graded_answers_are_those_of_the_files(tmp_path: Path, put: Put) -> None:
    (tmp_path / "EM-45b.xml").write_text(FILE, encoding="utf-8")
    rows = [answer(110, "It evaporated.", "correct"), answer(113, "I like salt.", "irrelevant")]
    put(SciEntsBank, ANSWERS, train=rows, test_ua=rows[:1])
    for grades, labels in (("as-given", ["correct", "irrelevant"]), ("three", ["correct", "incorrect"])):
        found = values_of(SciEntsBank, grades=grades)
        assert found == values_of(SciEntsBank, path=str(tmp_path / "*.xml"), grades=grades)
        assert [row["label"] for row in found] == labels
    assert values_of(SciEntsBank, split="test_ua") == values_of(SciEntsBank)[:1]


def test_a_digest_tells_grades_apart(tmp_path: Path) -> None:
    path = tmp_path / "EM-45b.xml"
    path.write_text(FILE, encoding="utf-8")
    options = ({"grades": "as-given"}, {"grades": "three"})
    digests = {SciEntsBank(SciEntsBank.Config(path=str(path), **one)).digest() for one in options}  # type: ignore[arg-type]
    assert len(digests) == 2


def test_problems_are_those_of_the_files(tmp_path: Path, put: Put) -> None:
    row = {"question": "A thousand twice?", "answer": "It is 2*1000 = <<2*1000=2000>>2000\n#### 2,000"}
    path = tmp_path / "train.jsonl"
    path.write_text(json.dumps(row), encoding="utf-8")
    put(Gsm8k, Features({"question": TEXT, "answer": TEXT}), train=[row], test=[{**row, "question": "And now?"}])
    for calculator in (False, True):
        assert values_of(Gsm8k, calculator=calculator) == values_of(Gsm8k, path=str(path), calculator=calculator)
    assert values_of(Gsm8k, split="test")[0]["question"] == "And now?"


def test_a_recipe_reads_the_copy_by_the_readers_name(tmp_path: Path, put: Put) -> None:
    rows = [answer(number, f"I say {number}.", GRADES_FIVE[number % 4]) for number in range(60)]
    put(SciEntsBank, ANSWERS, train=rows, test_ua=[answer(99, "I say so.", "correct")])
    made = authored.prepared("education/writing-feedback", tmp_path, train="scientsbank")
    assert sum(ref.rows for ref in made.datasets.values()) == 60
    assert set(made.state["labels"]) - set(GRADES) == {"irrelevant", "partially_correct_incomplete"}


@pytest.mark.parametrize("component", [SciEntsBank, Gsm8k])
def test_a_copy_that_is_not_kept_is_an_error_offline(component: type[Published]) -> None:
    with pytest.raises(DataError, match=f"hub data set '{component.copy.dataset}'.*cannot be had offline") as raised:
        values_of(component)
    assert "give the files as `path`" in raised.value.problems[0].hint
