"""The data source `dialogue`: conversations as text and as messages with roles."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar

from metier.builtin.sources.csv import Csv
from metier.builtin.sources.encoding import EncodingName
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import DataSource, ReadContext, RecipePath
from metier.errors import DataError, MetierError, Problem
from metier.values import Record
from metier_dialogue.layout import Layout, layout_of
from metier_dialogue.turns import Turn, turns_of

Conversation = tuple[Record, list[Turn]]
"""Turns, and a record with the other values."""
SPEAKERS = 12
"""Speakers that the data report names."""
JSON = tuple(f"{ending}{packed}" for ending in (".json", ".jsonl", ".ndjson") for packed in ("", ".gz"))
ROLES = {
    **dict.fromkeys(("user", "human", "prompter"), "user"),
    **dict.fromkeys(("assistant", "gpt", "chatgpt", "bot", "model"), "assistant"),
    **{"system": "system", "tool": "tool", "function": "tool"},
}
"""What the names of speakers mean that chats are kept with, in small letters."""


class Dialogue(FileSource):
    """Conversations out of CSV or JSON: turns as lines of text, and as messages with roles."""

    name: ClassVar[str] = "dialogue"

    class Config(FilesConfig):
        """Options of `dialogue`."""

        path: RecipePath
        """A file, or a glob; `.json` and `.jsonl` are read as JSON, all else as CSV."""
        roles: Mapping[str, str] = {}
        """What speakers are to a model (`{Doctor: assistant, Patient: user}`), in capitals or not; who is not named
        keeps their name, but for those of the usual chat formats (`human`, `gpt`, …)."""
        turns: str | None = None
        """The column or key with all turns of a conversation; the usual names are found."""
        speakers: tuple[str, ...] | None = None
        """Names that begin a turn where a text holds all turns; without it any few words before a colon at the
        beginning of a line do."""
        speaker: str | None = None
        """Where a row is a turn: the column with who speaks; the usual names are found."""
        utterance: str | None = None
        """Where a row is a turn: the column with what is said; the usual names are found."""
        conversation: str | None = None
        """Where a row is a turn: the column that keeps conversations apart; where there is none, a file is one."""
        per_turn: tuple[str, ...] = ()
        """Where a row is a turn: further columns whose value changes within a conversation; they become lists."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the files, and at the columns where there is a header."""
        try:
            problems = list(self._rows().inspect())
            yield from problems
            if not problems:
                self.columns()
        except MetierError as error:
            yield from error.problems

    def columns(self) -> Sequence[str] | None:
        """Return the conversation's columns and the others of the header; None for JSON."""
        header = self._rows().columns()
        return None if header is None else _names(header, self._layout(header))

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the conversations in order; where a row is a turn, those of one conversation stand together."""
        counts: Counter[str] = Counter()
        speakers: Counter[str] = Counter()
        rows = iter(self._rows().read(context))
        first = next(rows, None)
        if first is None:
            return
        layout = self._layout(tuple(first.values))
        hidden = {"text", "messages"} & (set(first.values) - layout.own())
        if hidden:
            context.notes.append(f"the conversation takes the place of the column '{min(hidden)}'")
        every = itertools.chain([first], rows)
        for record, turns in self._whole(every, layout, counts) if layout.turns else self._parts(every, layout, counts):
            speakers.update(turn.speaker for turn in turns)
            if turns:
                yield Record(record.where, {**record.values, **self._conversation(turns)})
            else:
                counts["conversations without turns left out"] += 1
        context.notes.append(_told(speakers))
        context.notes.extend(f"{count} {what}" for what, count in (+counts).items())

    def _rows(self) -> DataSource:
        options = {"path": self.config.path, "encoding": self.config.encoding}
        if self.config.path.lower().endswith(JSON):
            return Jsonl(Jsonl.Config.model_validate(options))
        return Csv(Csv.Config.model_validate(options))

    def _layout(self, columns: Sequence[str]) -> Layout:
        given = self.config
        try:
            return layout_of(
                columns,
                turns=given.turns,
                speaker=given.speaker,
                utterance=given.utterance,
                conversation=given.conversation,
            )
        except DataError as error:
            raise DataError(problems=[_placed(one, given.path) for one in error.problems]) from error

    def _whole(
        self, rows: Iterable[Record], layout: Layout, counts: Counter[str]
    ) -> Iterator[tuple[Record, list[Turn]]]:
        """Yield the turns of rows that are conversations, each with the row's other values."""
        for record in rows:
            value = _value(record, layout.turns)
            turns = turns_of(value, speakers=self.config.speakers, counts=counts, where=record.where)
            yield Record(record.where, _others(record, layout)), turns

    def _parts(
        self, rows: Iterable[Record], layout: Layout, counts: Counter[str]
    ) -> Iterator[tuple[Record, list[Turn]]]:
        """Yield the turns of conversations whose rows are turns, each with the values that its rows share."""
        seen: set[str] = set()
        for key, group in itertools.groupby(rows, key=lambda record: _belongs_to(record, layout)):
            some = list(group)
            if key in seen:
                hint = "sort the rows, so that those of one conversation stand together"
                raise DataError(f"the conversation '{key}' began further up already", where=some[0].where, hint=hint)
            seen.add(key)
            turns: list[Turn] = []
            for one in some:
                said = {"speaker": _value(one, layout.speaker), "text": _value(one, layout.utterance)}
                turns += turns_of([said], speakers=None, counts=counts, where=one.where)
            yield Record(some[0].where, _shared(some, layout, self.config.per_turn)), turns

    def _conversation(self, turns: Sequence[Turn]) -> dict[str, Any]:
        roles = {**ROLES, **{speaker.casefold(): role for speaker, role in self.config.roles.items()}}
        return {
            "text": "\n".join(f"{turn.speaker}: {turn.text}" for turn in turns),
            "messages": [
                {"role": roles.get(turn.speaker.casefold(), turn.speaker), "content": turn.text} for turn in turns
            ],
        }


def _told(speakers: Counter[str]) -> str:
    """Return a note on who speaks, in which a name that is misspelt or none shows."""
    told = ", ".join(f"{speaker} {count}" for speaker, count in speakers.most_common(SPEAKERS))
    more = f" and {len(speakers) - SPEAKERS} more" if len(speakers) > SPEAKERS else ""
    return f"turns by speaker: {told or 'none'}{more}"


def _names(columns: Sequence[str], layout: Layout) -> list[str]:
    others = [name for name in columns if name not in layout.own() | {"text", "messages"}]
    return [*others, "text", "messages"]


def _others(record: Record, layout: Layout) -> dict[str, Any]:
    return {name: value for name, value in record.values.items() if name not in layout.own()}


def _value(record: Record, name: str) -> Any:
    if name not in record.values:
        hint = "give every record the same columns"
        raise DataError(f"this record has no '{name}'", where=record.where, hint=hint)
    return record.values[name]


def _belongs_to(record: Record, layout: Layout) -> str:
    """Return what tells a turn's conversation: a value of its own, or the file that it stands in."""
    if layout.conversation:
        return str(_value(record, layout.conversation))
    return record.where.rpartition(":")[0]


def _shared(rows: Sequence[Record], layout: Layout, per_turn: Sequence[str]) -> dict[str, Any]:
    """Return the values of a conversation's rows: that of all, or for columns `per_turn` a list."""
    values = _others(rows[0], layout)
    for name, value in values.items():
        if name in per_turn:
            values[name] = [row.values.get(name) for row in rows]
        elif other := next((row for row in rows if row.values.get(name) != value), None):
            hint = f"keep them as a list: `per_turn: [{name}]`"
            message = f"'{name}' is {other.values.get(name)!r} here, and {value!r} at the conversation's beginning"
            raise DataError(message, where=other.where, hint=hint)
    return values


def _placed(problem: Problem, path: str) -> Problem:
    return replace(problem, where=problem.where or path)
