"""The transform `deduplicate`: leaves out copies and near-copies, and settles copies whose labels disagree."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from metier.components import ComponentConfig, Transform, TransformContext
from metier.errors import DataError

if TYPE_CHECKING:
    from datasets import Dataset

HELD_OUT = ("validation", "test")
COPY = "same text"
NEAR = "nearly the same text"
OUTVOTED = "same text, another label"
TIED = "same text, labels in balance"


class Deduplicate(Transform):
    """Leaves out copies and near-copies, and settles copies whose labels disagree."""

    name: ClassVar[str] = "deduplicate"

    class Config(ComponentConfig):
        """Options of `deduplicate`."""

        near: bool = True
        """Also leave out near-copies: with the same label, most word 3-grams in common (of Chinese, characters)."""
        threshold: float = Field(0.8, ge=0.5, le=1)
        """The Jaccard similarity of their word 3-grams from which two texts are near-copies."""
        conflicts: Literal["majority", "drop", "keep", "error"] = "majority"
        """What copies with different labels mean: keep one row with the commonest label (none in a draw), drop all,
        keep one a label, or stop."""

        held_out: bool = False
        """Also leave out copies inside validation and test data of their own; by default these stay whole, so that
        figures compare with those of others."""

    config: Config

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        """Return the first row of each set of copies. Case, width and spacing make no difference."""
        if context.split in HELD_OUT and not self.config.held_out:
            return rows
        from metier.data import near, tables
        from metier.data.keys import key
        from metier.data.shingles import shingles

        keys = [key(text) for text in tables.texts(rows, context.text_columns)]
        ids = tables.column(rows, "id")
        labels = tables.column(rows, context.label_column) if context.label_column else [None] * len(keys)
        reasons = self._copies(keys, [_comparable(label) for label in labels], ids)
        if self.config.near:
            left = [row for row in range(len(keys)) if row not in reasons]
            grams = shingles(tables.texts(rows.select(left), context.text_columns))
            same = [_comparable(labels[row]) for row in left] if context.label_column else None
            for match in near.duplicates(grams, self.config.threshold, labels=same):
                reasons[left[match.row]] = NEAR
        for row, text in enumerate(tables.texts(rows, context.text_columns)):
            if row in reasons:
                context.drop(reasons[row], ids[row], tables.shown(text))
        return tables.keep(rows, [row not in reasons for row in range(len(keys))])

    def _copies(self, keys: Sequence[str], labels: Sequence[object], ids: Sequence[str]) -> dict[int, str]:
        """Return the reason of each row that goes because of an equal text."""
        groups: dict[str, list[int]] = defaultdict(list)
        for row, name in enumerate(keys):
            groups[name].append(row)
        reasons: dict[int, str] = {}
        for group in groups.values():
            if len(group) > 1:
                reasons.update(self._settle(group, labels, ids))
        return reasons

    def _settle(self, group: list[int], labels: Sequence[object], ids: Sequence[str]) -> dict[int, str]:
        counts = Counter(labels[row] for row in group)
        if len(counts) == 1:
            return dict.fromkeys(group[1:], COPY)
        conflicts = self.config.conflicts
        if conflicts == "error":
            told = ", ".join(f"{ids[row]} ({labels[row]})" for row in group[:4])
            hint = "correct the labels, or say what to do: `conflicts: majority`, `drop` or `keep`"
            raise DataError(f"the same text has different labels: {told}", where="deduplicate", hint=hint)
        if conflicts == "keep":
            firsts = {labels[row]: row for row in reversed(group)}
            return {row: COPY for row in group if firsts[labels[row]] != row}
        (winner, most), (_, second) = counts.most_common(2)
        if conflicts == "drop" or most == second:
            return dict.fromkeys(group, OUTVOTED if conflicts == "drop" else TIED)
        first = next(row for row in group if labels[row] == winner)
        return {row: COPY if labels[row] == winner else OUTVOTED for row in group if row != first}


def _comparable(label: object) -> object:
    return tuple(label) if isinstance(label, list) else label
