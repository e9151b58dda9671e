"""Reads CUAD's contracts with questions, in the form of SQuAD 2.0."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from metier.builtin.sources.encoding import open_text, text_files
from metier.builtin.sources.published import HubCopy, Published, PublishedConfig, PublishedPath
from metier.components import ReadContext
from metier.errors import DataError
from metier.files import digest
from metier.values import Record
from metier_legal.categories import Categories, short
from metier_legal.labels import CUAD

NUMBERED = re.compile(r"_\d+$")
"""What ends the id of a question that is asked once for each answer, in `train_separate_questions.json`."""
HINT = "give CUAD_v1.json, or a file in its form: data, paragraphs, context, qas"


class CuadQuestions(Published):
    """CUAD's `CUAD_v1.json` (Hendrycks et al. 2021): a record a contract and question, with the answers in the text."""

    name: ClassVar[str] = "cuad-questions"
    patterns: ClassVar[tuple[str, ...]] = ("CUAD_v1*.json", "CUADv1*.json")
    copy: ClassVar[HubCopy] = HubCopy("theatticusproject/cuad-qa", revision="refs/convert/parquet")

    class Config(PublishedConfig):
        """Options of `cuad-questions`."""

        path: PublishedPath = None
        """`CUAD_v1.json`, or `train_separate_questions.json` and `test.json` of the authors' split."""
        split: str | None = None
        """Without `path`: `train` or `test` of `theatticusproject/cuad-qa` on the Hub, the authors' split; `train` by
        default."""
        categories: Categories = None
        """Which categories' questions are records; null for all 41. Each record has the whole contract with it."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return the columns; `answers` is a list, empty where the contract has none.

        Each has `text` and `answer_start` as in SQuAD, and as a span of `question-answering` `start`, `end`, `label`.
        """
        return ("contract", "category", "question", "context", "answers")

    def digest_files(self, path: str) -> str:
        """Return a digest of the files and of the categories that are read."""
        return digest([super().digest_files(path), self.config.categories])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield question by question, those of the categories that are asked for.

        Raises `DataError` where a file is not in this form, or an answer does not stand in the text where it says.
        """
        wanted = self.config.categories or CUAD
        return (record for record in super().read(context) if record.values["category"] in wanted)

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        """Yield the questions of each file in turn; a file is one JSON object, so it is held whole (38 MB)."""
        for file, place, encoding in text_files(path, "auto", context):
            try:
                with open_text(file, encoding) as text:
                    contracts = json.load(text)["data"]
                for number, (contract, passage, asked) in enumerate(_questions(contracts), start=1):
                    values = _values(contract, passage, asked, f"{file}:question {number}")
                    yield Record(f"{place}:question {number}", values)
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(f"not in the form of CUAD: {error!r}", where=str(file), hint=HINT) from error

    def from_copy(self, record: Record) -> dict[str, Any]:
        """Return a question; the copy took away white space before answers, but left the offsets as they were."""
        row = record.values
        passage, said = row["context"], row["answers"]
        answers = [
            {"text": text, "answer_start": _start(passage, text, start)}
            for text, start in zip(said["text"], said["answer_start"], strict=True)
        ]
        return _values(row["title"], passage, {**row, "answers": answers}, record.where)


def _questions(contracts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for contract in contracts:
        for paragraph in contract["paragraphs"]:
            for asked in paragraph["qas"]:
                yield contract["title"], paragraph["context"], asked


def _start(passage: str, text: str, start: int) -> int:
    """Return where `text` stands nearest to `start`; `start` itself where it stands nowhere."""
    places = passage.find(text, start), passage.rfind(text, 0, start + len(text))
    return min((place for place in places if place >= 0), key=lambda place: abs(place - start), default=start)


def _values(contract: str, passage: str, asked: Mapping[str, Any], where: str) -> dict[str, Any]:
    category = short(NUMBERED.sub("", asked["id"].rpartition("__")[2]))
    if category not in CUAD:
        raise DataError(f"the question's id, {asked['id'][-60:]!r}, ends in no category", where=where, hint=HINT)
    return {
        "contract": contract,
        "category": category,
        "question": asked["question"],
        "context": passage,
        "answers": [_answer(one["text"], one["answer_start"], passage, where) for one in asked["answers"]],
    }


def _answer(text: str, start: int, passage: str, where: str) -> dict[str, Any]:
    end = start + len(text)
    if passage[start:end] != text:
        found = passage[start:end][:40]
        hint = "offsets count characters of the context; check that the file was not changed"
        raise DataError(f"the text at this place is {found!r}, not {text[:40]!r}", where=where, hint=hint)
    return {"text": text, "answer_start": start, "start": start, "end": end, "label": "answer"}
