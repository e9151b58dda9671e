"""Reads graded answers of SemEval-2013 task 7 in the XML files that its organisers publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal
from xml.etree.ElementTree import Element, ParseError, parse

from metier.builtin.sources import paths
from metier.builtin.sources.published import HubCopy, Published, PublishedConfig, PublishedPath
from metier.components import ReadContext
from metier.errors import DataError
from metier.files import digest
from metier.values import Record
from metier_education.labels import GRADES

COLUMNS = ("question_text", "reference", "student_answer", "label", "question_id", "module")
HINT = "give the task's files: a question each, with questionText, referenceAnswers and studentAnswers"


class SciEntsBank(Published):
    """Answers of the SciEntsBank and Beetle corpora (Dzikovska et al. 2013): reference, answer and grade."""

    name: ClassVar[str] = "scientsbank"
    copy: ClassVar[HubCopy] = HubCopy("nkazi/SciEntsBank")

    class Config(PublishedConfig):
        """Options of `scientsbank`."""

        path: PublishedPath = None
        """The questions' files, `train/*.xml`: an XML file a question, with all answers to it."""
        split: str | None = None
        """Without `path`: `train`, `test_ua` (new answers), `test_uq` (new questions) or `test_ud` (new domains) of
        `nkazi/SciEntsBank` on the Hub, in five grades; `train` by default."""
        grades: Literal["as-given", "three"] = "as-given"
        """`three` calls `incorrect` what is neither `correct` nor `contradictory` in the five-way scheme."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return the columns; `reference` and `student_answer` are the two texts of `pair-classification`."""
        return COLUMNS

    def digest_files(self, path: str) -> str:
        """Return a digest of the files and of the grades."""
        return digest([super().digest_files(path), self.config.grades])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield each answer with its grade."""
        for record in super().read(context):
            grade = record.values["label"]
            merged = self.config.grades == "three" and grade and grade not in GRADES
            yield Record(record.where, {**record.values, "label": "incorrect" if merged else grade})

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        """Yield each answer to each question; of several reference answers (Beetle), the first of the best."""
        files = paths.expand(path)
        for file, place in zip(files, paths.places(files), strict=True):
            question = _root(file)
            asked, reference = _text(question.find("questionText"), file), _reference(question, file)
            for number, answer in enumerate(question.iter("studentAnswer"), start=1):
                grade = answer.get("accuracy")
                if grade is None:
                    raise DataError(f"answer {number} has no accuracy", where=str(file), hint=HINT)
                said = (asked, reference, _text(answer, file), grade, question.get("id"), question.get("module", ""))
                yield Record(f"{place}:answer {number}", dict(zip(COLUMNS, said, strict=True)))

    def from_copy(self, record: Record) -> dict[str, Any]:
        """Return an answer; its id, `EM.45b.110.1`, begins with module and question."""
        row = record.values
        asked, reference, answer = (_flat(row[name]) for name in ("question", "reference_answer", "student_answer"))
        parts = row["id"].split(".")
        return dict(zip(COLUMNS, (asked, reference, answer, row["label"], "_".join(parts[:2]), parts[0]), strict=True))


def _root(file: Path) -> Element:
    try:
        root = parse(file).getroot()
    except (ParseError, OSError) as error:
        raise DataError(f"not well-formed XML: {error}", where=str(file), hint=HINT) from error
    if root.tag != "question":
        raise DataError(f"the outermost element is '{root.tag}', not 'question'", where=str(file), hint=HINT)
    return root


def _reference(question: Element, file: Path) -> str:
    found = list(question.iter("referenceAnswer"))
    best = [one for one in found if one.get("category", "BEST") == "BEST"] or found
    return _text(best[0] if best else None, file)


def _text(element: Element | None, file: Path) -> str:
    if element is None:
        raise DataError("the question or its reference answer is missing", where=str(file), hint=HINT)
    return _flat("".join(element.itertext()))


def _flat(text: str) -> str:
    return " ".join(text.split())
