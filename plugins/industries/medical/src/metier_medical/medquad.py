"""Reads MedQuAD: questions and answers on health, from folders of XML files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar
from xml.etree import ElementTree

from metier.builtin.sources import paths
from metier.builtin.sources.published import HubCopy, Published, PublishedConfig, PublishedPath
from metier.components import ReadContext
from metier.errors import DataError, Problem
from metier.values import Record

FILES = "**/*.xml"


class MedQuad(Published):
    """MedQuAD (Ben Abacha and Demner-Fushman 2019): questions and answers of NIH's web sites, an XML file a topic."""

    name: ClassVar[str] = "medquad"
    patterns: ClassVar[tuple[str, ...]] = ("*_QA/", "MedQuAD*/")
    copy: ClassVar[HubCopy] = HubCopy("lavita/MedQuAD")

    class Config(PublishedConfig):
        """Options of `medquad`."""

        path: PublishedPath = None
        """The folder MedQuAD or one of its collections (`5_NIDDK_QA`); or a glob of XML files."""
        split: str | None = None
        """Without `path`: `train` of `lavita/MedQuAD` on the Hub; a `document` is then named by source and number."""

    config: Config

    def inspect_files(self, path: str) -> Iterable[Problem]:
        """Look at the files."""
        return paths.look(_glob(path))

    def columns(self) -> Sequence[str] | None:
        """Return the columns; `label` is the question's type, `focus` what the page is about, if it says so."""
        return ("question", "answer", "label", "focus", "source", "url", "document")

    def digest_files(self, path: str) -> str:
        """Return a digest of the files."""
        return paths.digest(_glob(path))

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the pairs; questions without an answer are left out and counted."""
        without = 0
        for record in super().read(context):
            if record.values["question"] and record.values["answer"]:
                yield record
            else:
                without += 1
        if without:
            context.notes.append(
                f"medquad: {without} questions have no answer and were left out; "
                "the collections from MedlinePlus are published without"
            )

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        """Yield the pairs of each file in turn, those without an answer too."""
        files = paths.expand(_glob(path))
        for file, place in zip(files, paths.places(files), strict=True):
            root = _root(file)
            said = {name: root.get(name, "") for name in ("source", "url")}
            about = {"focus": _text(root, "Focus"), **said, "document": place}
            for number, pair in enumerate(root.iter("QAPair"), start=1):
                question = pair.find("Question")
                kind = "" if question is None else question.get("qtype", "")
                asked = {"question": _flat(pair.findtext("Question")), "answer": _text(pair, "Answer"), "label": kind}
                yield Record(f"{place}:pair {pair.get('pid', number)}", {**asked, **about})

    def from_copy(self, record: Record) -> dict[str, Any]:
        """Return a pair; the numbers of documents begin anew in each source."""
        row = record.values
        return {
            "question": _flat(row["question"]),
            "answer": (row["answer"] or "").strip(),
            "label": row["question_type"] or "",
            "focus": (row["question_focus"] or "").strip(),
            "source": row["document_source"] or "",
            "url": row["document_url"] or "",
            "document": f"{row['document_source']}/{row['document_id']}",
        }


def _glob(path: str) -> str:
    return str(Path(path) / FILES) if Path(path).is_dir() else path


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
