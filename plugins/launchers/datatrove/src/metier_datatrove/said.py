"""What the steps of a task say besides their counts: notes, and a few examples of what was changed or dropped."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from metier.components import Change
from metier.files import read_json, write_json

CHANGED, DROPPED = "changed", "dropped"


@dataclass(slots=True)
class Note:
    """A note that a source made of some of its files."""

    text: str
    first: str = ""
    """The first of the files, where the note begins with a file's name."""
    files: int = 1

    def __str__(self) -> str:
        if not self.first:
            return self.text if self.files == 1 else f"{self.text} ({self.files} times)"
        return f"{self.first if self.files == 1 else f'{self.files} files ({self.first}, …)'}: {self.text}"


@dataclass(slots=True)
class Notes:
    """Notes of many files, those that say the same counted."""

    kept: dict[tuple[str, bool], Note] = field(default_factory=dict)

    def take(self, notes: Iterable[str], *, name: str, place: str) -> None:
        """Take what a source said of the file `name`, which stands at `place` among all files."""
        for text in notes:
            of_file = text.startswith(f"{name}: ")
            self.add(Note(text[len(name) + 2 :], place) if of_file else Note(text))

    def add(self, note: Note) -> None:
        """Add a note, or count it with the one that says the same."""
        same = self.kept.setdefault((note.text, bool(note.first)), note)
        if same is not note:
            same.files += note.files


def write(
    path: Path, *, changed: Mapping[str, Change], dropped: Mapping[str, Change], notes: Notes | None = None
) -> None:
    """Write what a step said; counts are datatrove's to keep."""
    write_json(
        path,
        {
            CHANGED: {reason: change.examples for reason, change in changed.items()},
            DROPPED: {reason: change.examples for reason, change in dropped.items()},
            "notes": [[note.text, note.first, note.files] for note in notes.kept.values()] if notes else [],
        },
    )


def read_notes(paths: Iterable[Path]) -> Iterator[str]:
    """Yield the notes of several tasks, those that say the same put together."""
    notes = Notes()
    for path in paths:
        for one in read_json(path)["notes"]:
            notes.add(Note(*one))
    yield from map(str, notes.kept.values())


def read_examples(paths: Iterable[Path], kind: str, most: int) -> dict[str, list[Any]]:
    """Return the first examples of each reason, in the order of the tasks."""
    found: dict[str, list[Any]] = {}
    for path in paths:
        for reason, examples in read_json(path)[kind].items():
            kept = found.setdefault(reason, [])
            kept += examples[: most - len(kept)]
    return found
