"""Which columns hold a conversation: one with all turns, or one with a speaker and one with what that speaker says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from metier.errors import DataError
from metier_dialogue.turns import SPEAKERS, UTTERANCES

TURNS = ("messages", "conversations", "conversation", "turns", "dialogue", "dialog", "dialogues", "transcript")
"""Names under which people keep all turns."""
CONVERSATIONS = ("conversation_id", "conversation", "dialogue_id", "dialog_id", "session_id", "session", "thread_id")
"""Names under which people keep to which conversation a turn belongs."""


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of a conversation: `turns`, or `speaker` and `utterance` where a row is a turn."""

    turns: str = ""
    speaker: str = ""
    utterance: str = ""
    conversation: str = ""
    """In rows that are turns: the column that keeps conversations apart; where there is none, a file is one."""

    def own(self) -> set[str]:
        """Return the columns that become the conversation."""
        return {name for name in (self.turns, self.speaker, self.utterance) if name}


def layout_of(
    columns: Sequence[str], *, turns: str | None, speaker: str | None, utterance: str | None, conversation: str | None
) -> Layout:
    """Return the layout that is given or that the columns' names tell. Raises `DataError` where they tell none."""
    for option, name in (
        ("turns", turns),
        ("speaker", speaker),
        ("utterance", utterance),
        ("conversation", conversation),
    ):
        if name is not None and name not in columns:
            hint = f"name one of them: `{option}: {columns[0] if columns else '…'}`"
            raise DataError(f"there is no column '{name}'; there are {', '.join(columns)}", where=option, hint=hint)
    all_turns = turns or ("" if speaker or utterance else _first(columns, TURNS))
    if all_turns:
        return Layout(turns=all_turns)
    who, what = speaker or _first(columns, SPEAKERS), utterance or _first(columns, UTTERANCES)
    if who and what:
        return Layout(speaker=who, utterance=what, conversation=conversation or _first(columns, CONVERSATIONS))
    hint = "name the column with all turns (`turns:`), or those of a turn (`speaker:` and `utterance:`)"
    raise DataError(f"no column is known to hold a conversation; there are {', '.join(columns)}", hint=hint)


def _first(columns: Sequence[str], names: Sequence[str]) -> str:
    """Return the first of `names` that is a column, in capitals or not; an empty string for none."""
    folded = {column.strip().casefold(): column for column in reversed(columns)}
    return next((folded[name] for name in names if name in folded), "")
