"""What metier raises when the input, a plugin or a run is at fault; the number is the exit code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one place, with one way out.

    `where` is a file, row or recipe path (`adapt[1].use`); `file` and `line` are known for recipes.
    """

    message: str
    where: str = ""
    hint: str = ""
    file: str = ""
    line: int | None = None

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}" if self.file and self.line is not None else self.file
        prefix = ": ".join(part for part in (place, self.where) if part)
        text = f"{prefix}: {self.message}" if prefix else self.message
        return f"{text}\n  hint: {self.hint}" if self.hint else text


class MetierError(Exception):
    """A fault that the user can mend; carries every problem found, each with its place and a hint."""

    exit_code: ClassVar[int] = 1

    def __init__(self, message: str = "", *, where: str = "", hint: str = "", problems: Sequence[Problem] = ()) -> None:
        own = (Problem(message, where=where, hint=hint),) if message else ()
        self.problems: tuple[Problem, ...] = (*own, *problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))


class RecipeError(MetierError):
    """The recipe does not make a valid plan; nothing was written."""

    exit_code = 2


class PluginError(MetierError):
    """A plugin is broken, missing or ambiguous."""

    exit_code = 3


class DataError(MetierError):
    """The documents or labels cannot be used as they are."""

    exit_code = 4


class RunError(MetierError):
    """A run directory is missing, unfinished, or not what was expected."""

    exit_code = 5


class StageError(MetierError):
    """A stage of a run failed (`raise StageError(...) from cause`); what was finished is kept."""

    exit_code = 6
