"""The data source `conversations`: chats, whose last reply is the answer to what was said before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from metier.builtin.sources.encoding import EncodingName
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.builtin.sources.jsonl import Jsonl
from metier.components import ReadContext, RecipePath
from metier.errors import DataError
from metier.values import Record
from metier_text_generation.turns import MARK, Turn, written

NAMES = {"human": "user", "gpt": "assistant", "bot": "assistant"}
"""What ShareGPT and its like call the roles."""
HINT = "give a list of {role, content}, with the roles system, user and assistant"


class Conversations(FileSource):
    """Chats in JSON: lists of `{role, content}` as `messages`, or of `{from, value}` as `conversations`."""

    name: ClassVar[str] = "conversations"
    patterns: ClassVar[tuple[str, ...]] = ("*.chat.jsonl", "*.messages.jsonl")

    class Config(FilesConfig):
        """Options of `conversations`."""

        path: RecipePath
        """A file of JSON objects, one a line or in one list, or a glob; `**` reaches folders in folders."""
        messages: str | None = None
        """The key under which the turns are; without it `messages`, or else `conversations`."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        """Return `text` and `answer`."""
        return ("text", "answer")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield a record a conversation: the last reply is the `answer`, and all before it the `text`."""
        options = {"path": self.config.path, "encoding": self.config.encoding}
        for record in Jsonl(Jsonl.Config.model_validate(options)).read(context):
            turns = [_turn(one, record.where) for one in self._messages(record)]
            if len(turns) < 2 or turns[-1].role != "assistant":
                hint = "leave out what follows the last reply, and conversations without one"
                raise DataError("the conversation does not end with an assistant's turn", where=record.where, hint=hint)
            yield Record(record.where, {"text": written(turns[:-1]), "answer": turns[-1].content})

    def _messages(self, record: Record) -> Sequence[Any]:
        names = (self.config.messages,) if self.config.messages else ("messages", "conversations")
        name = next((one for one in names if one in record.values), None)
        if name is None:
            there = ", ".join(record.values) or "nothing"
            hint = "say where the turns are: `messages: …`"
            raise DataError(f"there is no '{names[0]}'; there is {there}", where=record.where, hint=hint)
        found = record.values[name]
        if not isinstance(found, list):
            raise DataError(f"'{name}' holds {type(found).__name__}, not turns", where=record.where, hint=HINT)
        return found


def _turn(value: Any, where: str) -> Turn:
    if not isinstance(value, Mapping):
        raise DataError(f"a turn is {type(value).__name__}, not an object", where=where, hint=HINT)
    role = str(value.get("role", value.get("from")))
    content = value.get("content", value.get("value"))
    if not isinstance(content, str):
        raise DataError(f"a turn of '{role}' holds {type(content).__name__}, not text", where=where, hint=HINT)
    role = NAMES.get(role, role)
    if role not in ("system", "user", "assistant"):
        raise DataError(f"there is a turn of '{role}'", where=where, hint=HINT)
    if MARK.search(content):
        hint = "take the mark out of the text: it stands for a turn of its own"
        raise DataError(f"a turn of '{role}' holds {MARK.search(content)[0]}", where=where, hint=hint)  # type: ignore[index]
    return Turn(role, content)
