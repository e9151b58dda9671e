"""Reads MedQuAD: questions and answers on health, from folders of XML files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar
from xml.etree import ElementTree

from metier.builtin.sources import paths
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.values import Record

FILES = "**/*.xml"


class MedQuad(FileSource):
    """MedQuAD (Ben Abacha and Demner-Fushman 2019): questions and answers of NIH's web sites, an XML file a topic."""

    name: ClassVar[str] = "medquad"
    patterns: ClassVar[tuple[str, ...]] = ("*_QA/", "MedQuAD*/")

    class Config(FilesConfig):
        """Options of `medquad`."""

        path: RecipePath
        """The folder MedQuAD or one of its collections (`5_NIDDK_QA`); or a glob of XML files."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the files."""
        return paths.look(self._glob)

    def columns(self) -> Sequence[str] | None:
        """Return the columns; `label` is the question's type, `focus` what the page is about, if it says so."""
        return ("question", "answer", "label", "focus", "source", "url", "document")

    def digest(self) -> str | None:
        """Return a digest of the files."""
        return paths.digest(self._glob)

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the pairs of each file in turn; questions without an answer are left out and counted."""
        without = 0
        files = paths.expand(self._glob)
        for file, place in zip(files, paths.places(files), strict=True):
            root = _root(file)
            said = {name: root.get(name, "") for name in ("source", "url")}
            about = {"focus": _text(root, "Focus"), **said, "document": place}
            for number, pair in enumerate(root.iter("QAPair"), start=1):
                question, answer = pair.find("Question"), _text(pair, "Answer")
                if question is None or not answer:
                    without += 1
                    continue
                asked = {"question": _flat(question.text), "answer": answer, "label": question.get("qtype", "")}
                yield Record(f"{place}:pair {pair.get('pid', number)}", {**asked, **about})
        if without:
            context.notes.append(
                f"medquad: {without} questions have no answer and were left out; "
                "the collections from MedlinePlus are published without"
            )

    @property
    def _glob(self) -> str:
        return str(Path(self.config.path) / FILES) if Path(self.config.path).is_dir() else self.config.path


def _root(file: Path) -> ElementTree.Element:
    try:
        with paths.open_binary(file) as binary:
            return ElementTree.parse(binary).getroot()
    except ElementTree.ParseError as error:
        line, _ = error.position
        hint = "give the files as MedQuAD has them, or take this one away"
        raise DataError(f"this is not well-formed XML: {error}", where=f"{file}:{line}", hint=hint) from error


def _text(element: ElementTree.Element, name: str) -> str:
    return (element.findtext(name) or "").strip()


def _flat(text: str | None) -> str:
    return " ".join((text or "").split())
