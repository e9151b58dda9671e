"""Which passages are right for a question: by their text, by their place, or by the answer that stands in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from metier.data.keys import folded
from metier_retrieval.answers import answers_of, holds
from metier_retrieval.index import Index
from metier_retrieval.ranking import Ranking

PLACE = ("file", "page", "section")


@dataclass(frozen=True)
class Gold:
    """What a row says of its answer."""

    answers: Sequence[str]
    passage: str = ""
    """The text of the passage that the answer is in, folded; empty where it is not said."""
    place: Mapping[str, str] = field(default_factory=dict)
    """Of `file`, `page` and `section` those that are said."""

    @property
    def known(self) -> bool:
        """Whether the row says which passage is right, rather than the answer alone."""
        return bool(self.passage or self.place)


def gold_of(row: Mapping[str, Any]) -> Gold:
    """Return what a labelled row says; raises `DataError` where its answers cannot be read."""
    passage = row.get("passage") or ""
    place = {name: _plain(row.get(name)) for name in PLACE}
    answers = answers_of(row["answers"], passage)
    return Gold(answers, folded(passage), {name: value for name, value in place.items() if value})


class RightPassages:
    """Tells whether passages are right for one question that has an answer.

    Where the row gives a passage, it is one that holds all of it, or a part with the answer. Where the row gives a
    place, it is one from there: with the answer in it, if any has it. Else it is any with the answer in it.
    """

    def __init__(self, index: Index, gold: Gold, *, known: Collection[int]) -> None:
        """`known` are the passages with the text, or at the place, that the row gives."""
        self._index, self._gold = index, gold
        self._known = known
        if gold.place and not gold.passage:
            self._known = [number for number in known if self._answers(number)] or known

    def holds(self, number: int) -> bool:
        """Return whether a passage is right."""
        if self._gold.passage:
            text = folded(self._index.get("text", number))
            return self._gold.passage in text or (text in self._gold.passage and self._answers(number))
        return number in self._known if self._gold.place else self._answers(number)

    def first(self, ranking: Ranking) -> int | None:
        """Return the right passage that stands first in a ranking; else any that is known; None if there is none."""
        ranked = (number for number in ranking.numbers.tolist() if self.holds(number))
        return next(ranked, min(self._known, default=None))

    def _answers(self, number: int) -> bool:
        return holds(self._index.get("text", number), self._gold.answers)


class Truth:
    """Knows the passages of an index by their text and place."""

    def __init__(self, index: Index) -> None:
        self._index = index

    def right(self, row: Mapping[str, Any]) -> RightPassages | None:
        """Return what tells a row's right passages; None where it has no answer."""
        gold = gold_of(row)
        if not gold.answers:
            return None
        if gold.passage:
            return RightPassages(self._index, gold, known=self._texts.get(gold.passage, ()))
        there = [self._places[name].get(value, set()) for name, value in gold.place.items()]
        return RightPassages(self._index, gold, known=set.intersection(*there) if there else ())

    @cached_property
    def _texts(self) -> Mapping[str, Collection[int]]:
        """Passages by their folded text."""
        found: dict[str, list[int]] = {}
        for text, numbers in self._index.where("text").items():
            found.setdefault(folded(text), []).extend(numbers)
        return found

    @cached_property
    def _places(self) -> Mapping[str, Mapping[str, set[int]]]:
        """Passages by file, page and section; files by their last name too."""
        found: dict[str, dict[str, set[int]]] = {name: {} for name in PLACE}
        for name in PLACE:
            for value, numbers in self._index.where(name).items():
                whole = _plain(value)
                for key in {whole, PurePosixPath(whole).name} if name == "file" else {whole}:
                    found[name].setdefault(key, set()).update(numbers)
        return found


def _plain(value: Any) -> str:
    """Return a place as a text; a page that is a whole number without its decimal point."""
    whole = isinstance(value, float) and value.is_integer()
    return "" if value is None else str(int(value) if whole else value).strip()
