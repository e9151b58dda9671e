"""Splits rows by their content: the same row goes to the same side whatever the order of the file.

Rows with equal text stay together, so a copy never sits on both sides. Every label has rows in the training split.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from metier.errors import DataError

Side = Literal["train", "validation", "test"]
Method = Literal["stratified", "hash", "group"]
SCALE = 1 << 64


@dataclass(frozen=True, slots=True)
class Shares:
    """Shares of the rows that go to each held-out side; 0 for none."""

    validation: float
    test: float

    def by_side(self) -> dict[Side, float]:
        """Return the share of each held-out side."""
        return {"test": self.test, "validation": self.validation}


def split(
    keys: Sequence[str],
    shares: Shares,
    *,
    by: Method = "stratified",
    labels: Sequence[Sequence[str]] | None = None,
    groups: Sequence[object] | None = None,
    where: str = "data.split",
) -> list[Side]:
    """Return the side of each row, known by the key of its text.

    `labels` gives the labels of each row (one, several or none); `groups` its group, which no side shares with another.
    Raises `DataError` where rows have no group, or there are too few groups or texts.
    """
    units = _group_units(groups, where) if by == "group" else list(keys)
    wanted = 1 + (shares.validation > 0) + (shares.test > 0)
    if len(set(units)) < wanted:
        what = "groups" if by == "group" else "different texts"
        hint = "give more data, or splits of your own: `data.validation`, `data.test`"
        raise DataError(f"{len(set(units))} {what} cannot make {wanted} splits", where=where, hint=hint)
    if by == "hash":
        sides = {unit: _by_hash(unit, shares) for unit in set(units)}
    elif by == "group":
        sides = _by_size(Counter(units), shares)
    else:
        sides = _stratified(units, labels, shares)
    if labels is not None:
        _keep_labels_in_train(sides, units, labels)
    for side, share in shares.by_side().items():
        if share and side not in sides.values():
            hint = f"give more data or a larger share, or a file: `data.{side}`"
            raise DataError(f"the {side} split comes out empty", where=where, hint=hint)
    return [sides[unit] for unit in units]


def _group_units(groups: Sequence[object] | None, where: str) -> list[str]:
    if groups is None or any(group is None or group == "" for group in groups):
        hint = "name a column that every row fills: `split: {by: group, group: …}`"
        raise DataError("some rows have no group", where=where, hint=hint)
    return [str(group) for group in groups]


def _place(unit: str) -> int:
    """Return the unit's fixed place in 0..2^64."""
    return int.from_bytes(hashlib.blake2b(unit.encode("utf-8", "surrogatepass"), digest_size=8).digest(), "big")


def _by_hash(unit: str, shares: Shares) -> Side:
    place = _place(unit) / SCALE
    if place < shares.test:
        return "test"
    return "validation" if place < shares.test + shares.validation else "train"


def _by_size(sizes: Mapping[str, int], shares: Shares) -> dict[str, Side]:
    """Fill test, then validation, with groups in the order of their places, as near to the shares as they fit."""
    total = sum(sizes.values())
    left = {side: share * total for side, share in shares.by_side().items()}
    sides: dict[str, Side] = dict.fromkeys(sizes, "train")
    for side in left:
        free = sorted((unit for unit in sizes if sides[unit] == "train"), key=lambda unit: (_place(unit), unit))
        for unit in free[:-1] if left[side] else ():  # one stays for training
            if sizes[unit] <= 2 * left[side]:  # taking it comes nearer to the share than leaving it
                sides[unit] = side
                left[side] -= sizes[unit]
        if left[side] and side not in sides.values():
            smallest = min(free, key=lambda unit: (sizes[unit], _place(unit), unit))
            sides[smallest] = side
    return sides


def _stratified(units: Sequence[str], labels: Sequence[Sequence[str]] | None, shares: Shares) -> dict[str, Side]:
    """Take the same shares of each stratum; what rounding leaves over is carried to the next, so totals come out."""
    sides: dict[str, Side] = {}
    owed: dict[Side, float] = {"test": 0.0, "validation": 0.0}
    for members in _strata(units, labels):
        room = len(members) - 1  # one stays for training
        taken = 0
        for side, share in shares.by_side().items():
            owed[side] += share * len(members)
            count = min(max(round(owed[side]), 0), room)
            owed[side] = min(owed[side] - count, 1.0)  # many tiny strata do not empty the next one
            room -= count
            sides.update(dict.fromkeys(members[taken : taken + count], side))
            taken += count
        sides.update(dict.fromkeys(members[taken:], "train"))
    return sides


def _strata(units: Sequence[str], labels: Sequence[Sequence[str]] | None) -> list[list[str]]:
    """Return the units of each stratum in the order of their places; a unit counts for its rarest label."""
    counts = Counter(label for row in labels or () for label in row)
    held: dict[str, set[str]] = defaultdict(set)
    for row, unit in enumerate(units):
        held[unit].update(labels[row] if labels is not None else ())
    strata: dict[str, list[str]] = defaultdict(list)
    for unit, mine in held.items():
        strata[min(mine, key=lambda label: (counts[label], label), default="")].append(unit)
    return [sorted(strata[label], key=lambda unit: (_place(unit), unit)) for label in sorted(strata)]


def _keep_labels_in_train(sides: dict[str, Side], units: Sequence[str], labels: Sequence[Sequence[str]]) -> None:
    """Move one unit of each label that training lacks there."""
    holders: dict[str, set[str]] = defaultdict(set)
    for unit, mine in zip(units, labels, strict=True):
        for label in mine:
            holders[label].add(unit)
    for label in sorted(holders):
        if not any(sides[unit] == "train" for unit in holders[label]):
            sides[min(holders[label], key=lambda unit: (_place(unit), unit))] = "train"
