"""Reads CUAD's contracts with questions, in the form of SQuAD 2.0."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, ClassVar

from metier.builtin.sources import paths
from metier.builtin.sources.encoding import open_text, text_files
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.errors import DataError
from metier.files import digest
from metier.values import Record
from metier_legal.categories import Categories, short
from metier_legal.labels import CUAD

HINT = "give CUAD_v1.json, or a file in its form: data, paragraphs, context, qas"


class CuadQuestions(FileSource):
    """CUAD's `CUAD_v1.json` (Hendrycks et al. 2021): a record a contract and question, with the answers in the text."""

    name: ClassVar[str] = "cuad-questions"
    patterns: ClassVar[tuple[str, ...]] = ("CUAD_v1*.json", "CUADv1*.json")

    class Config(FilesConfig):
        """Options of `cuad-questions`."""

        path: RecipePath
        """`CUAD_v1.json`, or `train_separate_questions.json` and `test.json` of the authors' split."""
        categories: Categories = None
        """Which categories' questions are records; null for all 41. Each record has the whole contract with it."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return the columns; `answers` is a list of `{text, answer_start}`, empty where the contract has none."""
        return ("contract", "category", "question", "context", "answers")

    def digest(self) -> str | None:
        """Return a digest of the files and of the categories that are read."""
        return digest([paths.digest(self.config.path), self.config.categories])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield question by question; a file is one JSON object, so it is held whole (38 MB).

        Raises `DataError` where a file is not in this form, or an answer does not stand in the text where it says.
        """
        wanted = self.config.categories or CUAD
        for file, place, encoding in text_files(self.config.path, "auto", context):
            try:
                with open_text(file, encoding) as text:
                    contracts = json.load(text)["data"]
                for number, (contract, passage, asked) in enumerate(_questions(contracts), start=1):
                    where = f"{place}:question {number}"
                    values = _values(contract, passage, asked, f"{file}:question {number}")
                    if values["category"] in wanted:
                        yield Record(where, values)
            except (ValueError, KeyError, TypeError) as error:
                raise DataError(f"not in the form of CUAD: {error!r}", where=str(file), hint=HINT) from error


def _questions(contracts: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for contract in contracts:
        for paragraph in contract["paragraphs"]:
            for asked in paragraph["qas"]:
                yield contract["title"], paragraph["context"], asked


def _values(contract: str, passage: str, asked: Mapping[str, Any], where: str) -> dict[str, Any]:
    answers = [{"text": one["text"], "answer_start": one["answer_start"]} for one in asked["answers"]]
    for one in answers:
        found = passage[one["answer_start"] : one["answer_start"] + len(one["text"])]
        if found != one["text"]:
            hint = "offsets count characters of the context; check that the file was not changed"
            raise DataError(
                f"the text at this place is {found[:40]!r}, not {one['text'][:40]!r}", where=where, hint=hint
            )
    category = short(asked["id"].rpartition("__")[2])
    return {
        "contract": contract,
        "category": category,
        "question": asked["question"],
        "context": passage,
        "answers": answers,
    }
