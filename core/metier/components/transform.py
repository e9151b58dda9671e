"""The contract of a transform: one step of preparing records."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar

from metier.components.base import Component
from metier.components.industry import Industry

if TYPE_CHECKING:
    from datasets import Dataset

EXAMPLES = 5
"""How many examples of each reason the report keeps."""


@dataclass(slots=True)
class Change:
    """What one reason did: how many rows, and a few of them."""

    count: int = 0
    examples: list[dict[str, str]] = field(default_factory=list)


@dataclass(slots=True)
class TransformContext:
    """What a transform may know, and where it says what it changed or dropped."""

    text_columns: tuple[str, ...]
    label_column: str | None = None
    seed: int = 0
    split: str = "train"
    """Whose rows they are: `train` (what is put aside for validation and test still among them), `corpus`, or
    `validation` and `test` where these have a source of their own."""
    industry: Industry | None = None
    """The recipe's industry, where it names one."""
    changed: dict[str, Change] = field(default_factory=dict)
    dropped: dict[str, Change] = field(default_factory=dict)

    def change(self, reason: str, row: str, before: str, after: str) -> None:
        """Say that the row with id `row` was changed; both texts are cut to 200 characters in the report."""
        self._note(self.changed, reason, {"id": row, "before": before[:200], "after": after[:200]})

    def drop(self, reason: str, row: str, text: str) -> None:
        """Say that the row with id `row` is left out."""
        self._note(self.dropped, reason, {"id": row, "text": text[:200]})

    @staticmethod
    def _note(book: dict[str, Change], reason: str, example: dict[str, str]) -> None:
        entry = book.setdefault(reason, Change())
        entry.count += 1
        if len(entry.examples) < EXAMPLES:
            entry.examples.append(example)


class Transform(Component):
    """One step of preparing records: clean, normalise, de-duplicate, redact, label."""

    kind: ClassVar[str] = "transform"
    needs_labels: ClassVar[bool] = False
    """Whether it works on labels; such a step leaves the corpus, which has none, as it is."""

    def rowwise(self) -> bool:
        """Return whether what it does to a row depends on that row alone, so that a corpus may be done in pieces."""
        return False

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        """Return `rows` prepared: column `id` (str) and the task's columns stay, and stay in order.

        Every row that leaves is said by `context.drop`, every text that differs by `context.change`. Same rows and
        seed, same result.
        """
        raise NotImplementedError(f"{type(self).__name__}.apply")
