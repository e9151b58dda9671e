"""`multiple-choice` keeps the contract of a task head, with a context and without."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from metier.testing import TaskHeadContract
from metier.testing.samples import TEXTS, rows
from metier_multiple_choice.multiple_choice import MultipleChoice


class TestMultipleChoice(TaskHeadContract):
    """Two to four choices; the right one is a letter."""

    component = MultipleChoice

    def sample(self) -> Mapping[str, Sequence[Any]]:
        some, places = rows(16), [i % (2 + i % 3) for i in range(16)]
        choices = [[TEXTS[(i + 3 * j) % len(TEXTS)] for j in range(2 + i % 3)] for i in range(16)]
        return {
            "id": [row["id"] for row in some],
            "text": [row["text"] for row in some],
            "choices": choices,
            "label": ["ABCD"[place] for place in places],
        }


class TestWithContext(TestMultipleChoice):
    """Choices are lines of a text, and the right one is repeated in words."""

    options = {"context": True, "answers": "text"}

    def sample(self) -> Mapping[str, Sequence[Any]]:
        made = super().sample()
        places = ["ABCD".index(letter) for letter in made["label"]]
        return {
            **made,
            "context": list(reversed(made["text"])),
            "choices": ["\n".join(some) for some in made["choices"]],
            "label": [some[place] for some, place in zip(made["choices"], places, strict=True)],
        }
