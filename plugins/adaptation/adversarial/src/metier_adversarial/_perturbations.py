"""Changes a text and keeps what it says: typing errors, casing, synonyms. Numbers stay."""

from __future__ import annotations

import re
from collections.abc import Iterator
from random import Random
from typing import NamedTuple

from metier_adversarial._candidates import Exchanges
from metier_adversarial._forms import cased, is_acronym
from metier_adversarial._pieces import GLUE
from metier_adversarial._trie import Trie

KEYS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
"""The letters of a keyboard, row by row."""
SHORTEST = 4
"""Letters of a word that may be mistyped; its first and last stay, so that people still read it (Pruthi et al. 2019,
arXiv 1905.11268)."""
WORD = re.compile(r"(?<![\w'’])[^\W\d_]+(?![\w'’])")
UNIT = re.compile(r"\w+|[^\w\s]")


def with_typos(text: str, random: Random, *, rate: float) -> str:
    """Return `text` with one typing error in `rate` of its longer words, and in one at least where there are any."""
    words = [match for match in WORD.finditer(text) if len(match[0]) >= SHORTEST and match[0].isascii()]
    if not words:
        return text
    for match in sorted(random.sample(words, max(1, round(rate * len(words)))), key=lambda one: -one.start()):
        text = text[: match.start()] + _mistyped(match[0], random) + text[match.end() :]
    return text


def _mistyped(word: str, random: Random) -> str:
    """Return a word with a neighbouring key hit, a letter left out, or two swapped, inside of it."""
    at = random.randrange(1, len(word) - 1)
    error = random.choice(("key", "drop", "swap"))
    if error == "drop":
        return word[:at] + word[at + 1 :]
    if error == "swap" and at + 2 < len(word) and word[at] != word[at + 1]:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    key = random.choice(neighbours(word[at].lower()))
    return word[:at] + (key.upper() if word[at].isupper() else key) + word[at + 1 :]


def neighbours(letter: str) -> str:
    """Return the letters beside, above and below a letter's key."""
    row = next(i for i, keys in enumerate(KEYS) if letter in keys)
    at = KEYS[row].index(letter)
    near = [KEYS[row][max(0, at - 1) : at + 2]]
    near += [KEYS[i][max(0, at - (i > row)) : at + 1 + (i < row)] for i in (row - 1, row + 1) if 0 <= i < len(KEYS)]
    return "".join(one for one in "".join(near) if one != letter)


def in_other_case(text: str, random: Random) -> str:
    """Return `text` in capitals, or without any."""
    ways = [way for way in (text.upper(), text.lower()) if way != text]
    return random.choice(ways) if ways else text


class Exchange(NamedTuple):
    """A form, and what may take its place."""

    form: str
    candidates: tuple[str, ...]


class Exchanger:
    """Puts the forms of a lexicon into texts."""

    def __init__(self, found: Exchanges) -> None:
        self._trie: Trie[list[Exchange]] = Trie()
        alike: dict[tuple[str, ...], list[Exchange]] = {}
        for form, candidates in found.items():
            alike.setdefault(tuple(UNIT.findall(form.casefold())), []).append(Exchange(form, candidates))
        for units, exchanges in alike.items():
            self._trie.add(units, exchanges)

    def exchanged(self, text: str, random: Random) -> str:
        """Return `text` with every form that it holds exchanged for one of its candidates."""
        made, done = [], 0
        for start, end, exchange in self._found(text):
            made += [text[done:start], _in_place(random.choice(exchange.candidates), text[start:end], exchange.form)]
            done = end
        return "".join([*made, text[done:]])

    def _found(self, text: str) -> Iterator[tuple[int, int, Exchange]]:
        """Yield where each form begins and ends in `text`."""
        units = list(UNIT.finditer(text))

        def written(start: int, end: int, alike: list[Exchange]) -> Iterator[tuple[int, int, Exchange]]:
            begin, stop = units[start].start(), units[end - 1].end()
            if text[begin - 1 : begin] not in GLUE and text[stop : stop + 1] not in GLUE:
                yield from ((begin, stop, one) for one in alike if _is_written(one.form, text[begin:stop]))

        words = [unit[0].casefold() for unit in units]
        for found in self._trie.find(words, lambda *place: any(written(*place))):
            yield next(written(*found))


def _is_written(form: str, text: str) -> bool:
    """Return whether `text` is the form, whatever its capitals: an acronym's must be there."""
    same = " ".join(text.split())
    return same == form if is_acronym(form) else same.casefold() == form.casefold()


def _in_place(candidate: str, text: str, form: str) -> str:
    """Return a candidate with the capitals of the text that it replaces, where these are not the form's own."""
    return candidate if is_acronym(form) or is_acronym(candidate) or text == form else cased(candidate, text)
