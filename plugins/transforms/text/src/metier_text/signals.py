"""What the heuristics measure in a text: words, lines, and how much of it repeats."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
"""Chinese and Japanese characters."""
UNIT = re.compile(rf"{UNSPACED.pattern}|[^\s\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]+")
CHARACTERS_A_WORD = 1.5
"""How many characters a Chinese word has on average: lengths and n-grams that were found for words are scaled by it."""
BULLETS = ("•", "●", "‣", "▪", "·", "*", "-", "–")
SYMBOLS = re.compile(r"#|…|\.\.\.")
ELLIPSES = ("…", "...")
SENTENCE_END = re.compile(r"[.!?]+(?=[\s\"'”’)]|$)|[。！？]+")
STOP_WORDS = frozenset("the be to of and that have with".split())  # noqa: SIM905 - as the paper lists them
CHINESE_STOP_WORDS = frozenset("的了是在和有不这我也")
PARAGRAPH = re.compile(r"\n\s*\n")


class Signals:
    """Measures of one text, each made when it is asked for."""

    def __init__(self, text: str) -> None:
        self.text = text

    @cached_property
    def units(self) -> list[str]:
        """What stands between spaces; in Chinese and Japanese each character."""
        return UNIT.findall(self.text)

    @cached_property
    def unspaced(self) -> bool:
        """Whether most units are characters of a script that puts no space between words."""
        return 2 * sum(bool(UNSPACED.fullmatch(unit)) for unit in self.units) > len(self.units)

    @cached_property
    def scale(self) -> float:
        """Units that stand for a word."""
        return CHARACTERS_A_WORD if self.unspaced else 1.0

    @cached_property
    def words(self) -> float:
        """Words; of Chinese, characters by `CHARACTERS_A_WORD`."""
        return len(self.units) / self.scale

    @cached_property
    def mean_word_length(self) -> float | None:
        """Characters of a word on average; None where words are not told by spaces."""
        return None if self.unspaced or not self.units else sum(map(len, self.units)) / len(self.units)

    @cached_property
    def symbols(self) -> float:
        """Hash signs and ellipses for each word."""
        return len(SYMBOLS.findall(self.text)) / max(self.words, 1)

    @cached_property
    def alphabetic(self) -> float:
        """Share of words with a letter in them."""
        return _share(any(one.isalpha() for one in unit) for unit in self.units)

    @cached_property
    def stop_words(self) -> int:
        """How many of the eight (in Chinese, ten) commonest words occur."""
        found = CHINESE_STOP_WORDS if self.unspaced else STOP_WORDS
        return len(found & {unit.casefold().strip(".,;:!?\"'()") for unit in self.units})

    @cached_property
    def lines(self) -> list[str]:
        """Lines that are not empty."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    @cached_property
    def paragraphs(self) -> list[str]:
        """What stands between empty lines."""
        return [part.strip() for part in PARAGRAPH.split(self.text) if part.strip()]

    @cached_property
    def bullet_lines(self) -> float:
        """Share of lines that begin with a bullet."""
        return _share(line.startswith(BULLETS) for line in self.lines)

    @cached_property
    def ellipsis_lines(self) -> float:
        """Share of lines that end with an ellipsis."""
        return _share(line.endswith(ELLIPSES) for line in self.lines)

    @cached_property
    def sentences(self) -> int:
        """Sentences, told by what closes them."""
        return len(SENTENCE_END.findall(self.text))

    @cached_property
    def duplicate_lines(self) -> float:
        """Share of lines that were there before."""
        return _duplicates(self.lines)

    @cached_property
    def duplicate_paragraphs(self) -> float:
        """Share of paragraphs that were there before."""
        return _duplicates(self.paragraphs)

    @cached_property
    def duplicate_line_characters(self) -> float:
        """Share of characters in lines that were there before."""
        return _duplicate_characters(self.lines)

    @cached_property
    def duplicate_paragraph_characters(self) -> float:
        """Share of characters in paragraphs that were there before."""
        return _duplicate_characters(self.paragraphs)

    def top_ngram(self, size: int) -> float:
        """Return the share of characters in the commonest n-gram of so many words, where it occurs more than once."""
        counts = Counter(self._ngrams(size))
        top = max((count * sum(map(len, gram)) for gram, count in counts.items() if count > 1), default=0)
        return min(top / max(self._characters, 1), 1.0)

    def repeated_ngrams(self, size: int) -> float:
        """Return the share of characters in n-grams that were there before, no character counted twice.

        So counts datatrove, with which FineWeb was made; the paper does not say whether the first of a kind counts.
        """
        width, seen = self._units_of(size), set()
        covered, reached = 0, 0
        for place, gram in enumerate(self._ngrams(size)):
            if place < reached:
                continue
            if gram in seen:
                covered += sum(map(len, gram))
                reached = place + width
            seen.add(gram)
        return covered / max(self._characters, 1)

    @cached_property
    def _folded(self) -> list[str]:
        return [unit.casefold() for unit in self.units]

    @cached_property
    def _characters(self) -> int:
        return sum(map(len, self._folded))

    def _units_of(self, size: int) -> int:
        return round(size * self.scale)

    def _ngrams(self, size: int) -> Iterable[tuple[str, ...]]:
        return zip(*(self._folded[place:] for place in range(self._units_of(size))), strict=False)


def _duplicates(parts: Sequence[str]) -> float:
    return 1 - len(set(parts)) / len(parts) if parts else 0.0


def _duplicate_characters(parts: Sequence[str]) -> float:
    total = sum(map(len, parts))
    return 1 - sum(map(len, set(parts))) / total if total else 0.0


def _share(marks: Iterable[bool]) -> float:
    found = list(marks)
    return sum(found) / len(found) if found else 0.0
