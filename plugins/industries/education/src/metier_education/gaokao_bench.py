"""Reads GAOKAO-Bench: questions of the Chinese college entrance examination, with answers and explanations."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from metier.builtin.sources.encoding import open_text, text_files
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record

SUBJECTS = {
    "Biology": "biology",
    "Chemistry": "chemistry",
    "Chinese": "chinese",
    "English": "english",
    "Geography": "geography",
    "History": "history",
    "Math": "math",
    "Physics": "physics",
    "Political": "political-science",
}
"""The subject by the word that follows the years in a file's `keywords`: `2010-2022_Math_II_MCQs`."""
HINT = "give files of GAOKAO-Bench: an object with keywords and example"


class GaokaoBench(FileSource):
    """GAOKAO-Bench (Zhang et al. 2023): questions with their subject, answer and explanation, in Chinese."""

    name: ClassVar[str] = "gaokao-bench"
    patterns: ClassVar[tuple[str, ...]] = ("20[0-9][0-9]-20[0-9][0-9]_*.json",)

    class Config(FilesConfig):
        """Options of `gaokao-bench`."""

        path: RecipePath
        """The files, `Objective_Questions/*.json`: one a subject and kind of question."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return the columns: `text` is the question, `label` its subject, `score` the points that it gives."""
        return ("text", "label", "answer", "analysis", "year", "paper", "score")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield question by question; the letters of a question in several parts are joined: `B, C, A`."""
        for file, place, encoding in text_files(self.config.path, "auto", context):
            subject, items = _open(file, encoding)
            for number, item in enumerate(items, start=1):
                try:
                    values = _values(item, subject)
                except (KeyError, TypeError) as error:
                    where = f"{file}:item {number}"
                    raise DataError(f"not a question of GAOKAO-Bench: {error!r}", where=where, hint=HINT) from error
                yield Record(f"{place}:item {number}", values)


def _open(file: Path, encoding: str) -> tuple[str, Sequence[Mapping[str, Any]]]:
    """Return a file's subject and questions; each is one JSON object of a megabyte at most."""
    try:
        with open_text(file, encoding) as text:
            whole = json.load(text)
        keywords, items = str(whole["keywords"]), whole["example"]
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"not a file of GAOKAO-Bench: {error!r}", where=str(file), hint=HINT) from error
    word = keywords.partition("_")[2].partition("_")[0]
    if word not in SUBJECTS:
        raise DataError(f"no subject in its keywords '{keywords}'", where=str(file), hint=HINT)
    return SUBJECTS[word], items


def _values(item: Mapping[str, Any], subject: str) -> dict[str, Any]:
    answer = item["answer"]
    return {
        "text": item["question"].strip(),
        "label": subject,
        "answer": ", ".join(answer) if isinstance(answer, list) else answer.strip(),
        "analysis": item["analysis"].strip(),
        "year": str(item["year"]),
        "paper": item["category"].strip("（）"),
        "score": item["score"],
    }
