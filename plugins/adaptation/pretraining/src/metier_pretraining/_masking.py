"""Which tokens of a batch are to be guessed: words, spans or terms drawn until a share of a row's tokens is reached.

A row's budget is `share` of its tokens. What is drawn last and does not fit is taken by chance, such that the mean is
the budget, whatever the length of words; BERT's own script leaves such a word out, so that in short rows a long word is
never hidden. Each row has something to guess, as there: its shortest word, if nothing else.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from metier_pretraining._units import NO_UNIT

SPAN_END, LONGEST_SPAN = 0.2, 10
"""A span's length in words is geometric with this probability, up to this length (Joshi et al. 2020, section 3.1)."""
LENGTHS = np.arange(1, LONGEST_SPAN + 1)
LENGTH_SHARES = SPAN_END * (1 - SPAN_END) ** (LENGTHS - 1) / (1 - (1 - SPAN_END) ** LONGEST_SPAN)
LENGTH_BOUNDS = LENGTH_SHARES.cumsum()[:-1]
Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Units:
    """The units of a batch, row after row; a unit is a run of tokens that are hidden together."""

    of: Array
    """(batch, sequence): each token's unit, `NO_UNIT` for those never to be guessed."""
    row: Array
    """(units,): the row that it is in; never falls."""
    place: Array
    """(units,): where it begins in its row."""
    size: Array
    """(units,): its tokens."""

    @classmethod
    def where(cls, numbers: Array) -> Units:
        """Return the units of a rectangle (batch, sequence), in which a unit's tokens have the same number."""
        before = np.pad(numbers, ((0, 0), (1, 0)), constant_values=NO_UNIT)[:, :-1]
        begins = (numbers != NO_UNIT) & (numbers != before)
        row, place = begins.nonzero()
        of = np.where(numbers == NO_UNIT, NO_UNIT, begins.cumsum().reshape(begins.shape) - 1)
        return cls(of, row, place, np.bincount(of[of != NO_UNIT], minlength=len(row)))

    def tokens(self, rows: int) -> Array:
        """Return how many tokens each row can be asked, (rows,)."""
        return np.bincount(self.row, weights=self.size, minlength=rows)

    def goes_on(self) -> Array:
        """Return whether a unit follows the one before it in its row with nothing between, (units,) bool."""
        return np.asarray(self.place == np.append(NO_UNIT, self.place[:-1] + self.size[:-1]))

    def without(self, chosen: Array) -> Array:
        """Return the rows that have none of the `chosen` units, (units,) bool."""
        return np.setdiff1d(self.row, self.row[chosen])

    def shortest(self, rows: Array, generator: np.random.Generator) -> Array:
        """Return the shortest unit of each of some rows that have one, drawn from those of that length."""
        order = np.lexsort((generator.random(len(self.row)), self.size, self.row))
        found, begins = np.unique(self.row[order], return_index=True)
        return np.asarray(order[begins[np.isin(found, rows)]])


def drawn(units: Units, share: float, generator: np.random.Generator, *, first: Array | None = None) -> Array:
    """Return which units are to be guessed, (units,) bool: in random order until the row's budget is spent.

    Units that are `first` (units,) come before the others of their row.
    """
    later = np.zeros(len(units.row), bool) if first is None else ~first
    order = np.lexsort((generator.random(len(units.row)), later, units.row))
    size, row = units.size[order], units.row[order]
    begins = np.searchsorted(row, row)
    spent = np.concatenate([[0], size.cumsum()])
    before = spent[:-1] - spent[begins]
    room = share * units.tokens(len(units.of))[row] - before
    chosen = np.zeros(len(order), bool)
    chosen[order] = generator.random(len(order)) * size < room
    chosen[units.shortest(units.without(chosen), generator)] = True
    return chosen


def spans(units: Units, share: float, generator: np.random.Generator) -> Array:
    """Return which span each unit is in, (units,), `NO_UNIT` where in none: Joshi et al. 2020, section 3.1.

    A span begins at a word drawn evenly from those that are left and takes whole words, geometrically many, as far as
    they follow each other without a special token between.
    """
    found = np.full(len(units.row), NO_UNIT)
    budget = (share * units.tokens(len(units.of))).tolist()
    bounds = np.searchsorted(units.row, np.arange(len(units.of) + 1)).tolist()
    sizes, goes_on = units.size.tolist(), units.goes_on().tolist()
    number = 0
    for room, (start, stop) in zip(budget, pairwise(bounds), strict=True):
        while room > 0 and (left := start + np.flatnonzero(found[start:stop] == NO_UNIT)).size:
            unit = int(left[generator.integers(len(left))])
            length = 1 + int(np.searchsorted(LENGTH_BOUNDS, generator.random()))
            for one in range(unit, min(unit + length, stop)):
                if room <= 0 or found[one] != NO_UNIT or (one > unit and not goes_on[one]):
                    break
                if generator.random() * sizes[one] < room:
                    found[one] = number
                room -= sizes[one]
            number += 1
    alone = units.shortest(units.without(found != NO_UNIT), generator)
    found[alone] = number + np.arange(len(alone))
    return found
