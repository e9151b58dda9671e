"""Reads PubMedQA: questions that abstracts of papers answer with yes, no or maybe."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from metier.builtin.sources import paths
from metier.builtin.sources.encoding import open_text
from metier.builtin.sources.published import HubCopy, Published, PublishedConfig, PublishedPath
from metier.components import ReadContext
from metier.errors import DataError, Problem
from metier.files import digest
from metier.values import Record

Part = Literal["all", "train", "test"]
TEST = "test_ground_truth.json"
"""The official test questions, by PubMed id; the file stands beside `ori_pqal.json`."""
HINT = "give a file of PubMedQA as its authors publish it: an object by PubMed id"


class PubMedQa(Published):
    """PubMedQA (Jin et al. 2019): questions on abstracts, answered with yes, no or maybe."""

    name: ClassVar[str] = "pubmedqa"
    patterns: ClassVar[tuple[str, ...]] = ("ori_pqa?.json",)
    copy: ClassVar[HubCopy] = HubCopy("qiaojin/PubMedQA", subset="pqa_labeled")

    class Config(PublishedConfig):
        """Options of `pubmedqa`."""

        path: PublishedPath = None
        """`ori_pqal.json`, the 1,000 questions that experts labelled; the artificial and unlabelled ones have the same
        shape."""
        split: str | None = None
        """Without `path`: `train` of `qiaojin/PubMedQA`, `pqa_labeled`, on the Hub: all 1,000 questions that experts
        labelled, without the `year`, which is empty."""
        part: Part = "all"
        """All questions; or those which `test_ground_truth.json`, beside the file, has as the `test`, or the others."""

        @field_validator("part")
        @classmethod
        def _of_files(cls, part: Part, info: ValidationInfo) -> Part:
            if part != "all" and info.data.get("path") is None:
                raise ValueError(f"needs a `path`, with {TEST} beside it: the copy on the Hub has no official test")
            return part

    config: Config

    def inspect_files(self, path: str) -> Iterable[Problem]:
        """Look at the file, and for that of the official test where it is needed."""
        yield from paths.look(path)
        if self.config.part != "all":
            yield from paths.look(_test(path))

    def columns(self) -> Sequence[str] | None:
        """Return the columns; `conclusion` answers the question, so that a task that is to answer must not read it."""
        return ("question", "passage", "label", "conclusion", "pmid", "year")

    def digest_files(self, path: str) -> str:
        """Return a digest of the file, and of that of the official test where it decides."""
        own = paths.digest(path)
        part = self.config.part
        return own if part == "all" else digest([own, paths.digest(_test(path)), part])

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        """Yield the questions; the whole file is held in memory, which for `ori_pqal.json` is little."""
        wanted = None if self.config.part == "all" else set(_load(_test(path)))
        for pmid, one in _load(path).items():
            if wanted is None or (pmid in wanted) == (self.config.part == "test"):
                yield Record(f"pubmedqa:{pmid}", _row(pmid, one, f"{path}, {pmid}"))

    def from_copy(self, record: Record) -> dict[str, Any]:
        """Return a question."""
        row = record.values
        named = {"QUESTION": row["question"], "CONTEXTS": row["context"]["contexts"], "LONG_ANSWER": row["long_answer"]}
        return _row(str(row["pubid"]), {**named, "final_decision": row["final_decision"]}, record.where)


def _test(path: str) -> str:
    return str(Path(path).with_name(TEST))


def _row(pmid: str, one: Any, where: str) -> dict[str, Any]:
    try:
        return {
            "question": one["QUESTION"],
            "passage": "\n".join(one["CONTEXTS"]),
            "label": one.get("final_decision", ""),
            "conclusion": one["LONG_ANSWER"],
            "pmid": pmid,
            "year": one.get("YEAR") or "",
        }
    except (KeyError, TypeError, AttributeError) as error:
        raise DataError(f"this is no question of PubMedQA: {error!r}", where=where, hint=HINT) from error


def _load(path: str) -> Mapping[str, Any]:
    (file,) = paths.expand(path)
    with open_text(file, "utf-8-sig") as text:
        try:
            value = json.load(text)
        except ValueError as error:
            if isinstance(error, UnicodeDecodeError):
                raise
            raise DataError(f"this is not JSON: {error}", where=str(file), hint=HINT) from error
    if not isinstance(value, dict):
        raise DataError(f"an object is expected, not {type(value).__name__}", where=str(file), hint=HINT)
    return value
