"""Reads TalkMoves: sentences of mathematics lessons, with what each does in the discussion."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, ClassVar, Literal

from metier.builtin.sources.csv import CsvTable
from metier.builtin.sources.files import FilesConfig
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.files import digest
from metier.values import Record
from metier_education.labels import STUDENT_MOVES, TEACHER_MOVES

COLUMNS = ("text_a", "text_b", "labels")
SPEAKER = "say it: `speaker: student` or `speaker: teacher`"
HINT = "give a table of TalkMoves, with the columns text_a, text_b and labels"


class TalkMoves(CsvTable):
    """TalkMoves (Suresh et al. 2022): a sentence, the one before it, and the talk move that it makes."""

    name: ClassVar[str] = "talk-moves"
    patterns: ClassVar[tuple[str, ...]] = ("*_student.tsv", "*_teacher.tsv", "student_*.tsv", "teacher_*.tsv")
    reading: ClassVar[Mapping[str, Any]] = MappingProxyType({"separator": "\t", "quoting": False})

    class Config(FilesConfig):
        """Options of `talk-moves`."""

        path: RecipePath
        """`train_student.tsv` and its like, as published: `text_a` comes before `text_b`, which is labelled."""
        speaker: Literal["auto", "student", "teacher"] = "auto"
        """Whose sentences are labelled; `auto` goes by the file's name."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the file, its columns, and whose sentences they are."""
        problems = list(super().inspect())
        yield from problems
        if problems:
            return
        if tuple(self.source.columns() or ()) != COLUMNS:
            yield Problem("these are not the columns of TalkMoves", where=self.config.path, hint=HINT)
        if not self._moves:
            yield Problem("whose sentences these are is not in its name", where=self.config.path, hint=SPEAKER)

    def columns(self) -> Sequence[str] | None:
        """Return the two sentences and `label`: the two texts of `pair-classification`."""
        return ("text_a", "text_b", "label")

    def digest(self) -> str | None:
        """Return a digest of the file and of whose labels they are."""
        return digest([super().digest(), self._moves])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the pairs, labels by name; the first sentence of a lesson has none before it."""
        moves: dict[float, str] = dict(enumerate(self._moves))
        for record in self.source.read(context):
            number = record.values.get("labels", "").strip()
            try:
                label = moves[float(number)] if number else ""
                values = {"text_a": record.values["text_a"], "text_b": record.values["text_b"], "label": label}
            except (ValueError, KeyError) as error:
                message = f"'{number}' is none of the {len(moves)} moves"
                raise DataError(message, where=record.where, hint=HINT) from error
            yield Record(record.where, values)

    @property
    def _moves(self) -> Sequence[str]:
        """Return the labels by number; none where the name does not tell whose they are."""
        told = self.config.path.casefold() if self.config.speaker == "auto" else self.config.speaker
        name = told.replace("\\", "/").rpartition("/")[2]
        return STUDENT_MOVES if "student" in name else TEACHER_MOVES if "teacher" in name else ()
