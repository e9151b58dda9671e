"""Reads lessons learned of NASA: what happened, what follows from it, what is recommended."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Annotated, Any, ClassVar, Literal

from pydantic import Field

from metier.builtin.sources.files import DerivedSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ComponentConfig, ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record

Part = Literal["driving_event", "lesson", "recommendation"]
PARTS: tuple[Part, ...] = ("driving_event", "lesson", "recommendation")
ID = "lesson_id"


class NasaLlis(DerivedSource):
    """Lessons of NASA's Lessons Learned Information System, a JSON object each."""

    name: ClassVar[str] = "nasa-llis"
    patterns: ClassVar[tuple[str, ...]] = ("llis*.jsonl", "LLIS*.jsonl")

    class Config(ComponentConfig):
        """Options of `nasa-llis`."""

        path: RecipePath
        """A file of JSON objects with `lesson_id`, `driving_event`, `lesson` and `recommendation`."""
        parts: Annotated[tuple[Part, ...], Field(min_length=1)] = PARTS
        """What makes the column `text`, in this order, with an empty line between."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.source = Jsonl(Jsonl.Config.model_validate({"path": config.path}))

    def columns(self) -> Sequence[str] | None:
        """Return the whole text, the lesson's number, and the parts by themselves."""
        return ("text", ID, *PARTS)

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the lessons; a part that one lacks is empty."""
        for record in self.source.read(context):
            lesson = _lesson(record.values, record.where)
            text = "\n\n".join(lesson[name] for name in self.config.parts if lesson[name])
            yield Record(record.where, {"text": text, ID: str(record.values.get(ID, "")), **lesson})


def _lesson(values: dict[str, Any], where: str) -> dict[str, str]:
    """Return the parts of a lesson; raises `DataError` for an object that has none, and for one that is no text."""
    if not any(name in values for name in PARTS):
        hint = f"give each object {', '.join(PARTS)}"
        raise DataError(f"this is no lesson: it has {', '.join(values) or 'nothing'}", where=where, hint=hint)
    wrong = [name for name in PARTS if not isinstance(values.get(name), str | None)]
    if wrong:
        what = type(values[wrong[0]]).__name__
        raise DataError(f"'{wrong[0]}' holds {what}, not text", where=where, hint="correct the value")
    return {name: (values.get(name) or "").strip() for name in PARTS}
