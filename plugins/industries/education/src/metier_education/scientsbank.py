"""Reads graded answers of SemEval-2013 task 7 in the XML files that its organisers publish."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import ClassVar
from xml.etree.ElementTree import Element, ParseError, parse

from metier.builtin.sources import paths
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record

COLUMNS = ("question_text", "reference", "student_answer", "label", "question_id", "module")
HINT = "give the task's files: a question each, with questionText, referenceAnswers and studentAnswers"


class SciEntsBank(FileSource):
    """Answers of the SciEntsBank and Beetle corpora (Dzikovska et al. 2013): reference, answer and grade."""

    name: ClassVar[str] = "scientsbank"

    class Config(FilesConfig):
        """Options of `scientsbank`."""

        path: RecipePath
        """The questions' files, `train/*.xml`: an XML file a question, with all answers to it."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return the columns; `reference` and `student_answer` are the two texts of `pair-classification`."""
        return COLUMNS

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield each answer to each question; of several reference answers (Beetle), the first of the best."""
        files = paths.expand(self.config.path)
        for file, place in zip(files, paths.places(files), strict=True):
            question = _root(file)
            asked, reference = _text(question.find("questionText"), file), _reference(question, file)
            for number, answer in enumerate(question.iter("studentAnswer"), start=1):
                grade = answer.get("accuracy")
                if grade is None:
                    raise DataError(f"answer {number} has no accuracy", where=str(file), hint=HINT)
                said = (asked, reference, _text(answer, file), grade, question.get("id"), question.get("module", ""))
                yield Record(f"{place}:answer {number}", dict(zip(COLUMNS, said, strict=True)))


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
    return " ".join("".join(element.itertext()).split())
