"""Finds the corpus's words that a tokenizer shatters into pieces, those first that cost most."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from metier_pretraining._chinese import HAN, chinese_words

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

WORD = re.compile(rf"[{HAN}]+|[^\W\d_{HAN}][^\W_{HAN}]*")
"""A run of Chinese characters; or letters and digits that begin with a letter."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word that comes in pieces."""

    text: str
    """As it stands in the corpus most often."""
    count: int
    pieces: tuple[int, ...]
    """The token ids that it is now, inside a sentence."""

    @property
    def saved(self) -> int:
        """The tokens by which the corpus is shorter once the word is one: frequency times fertility, less the one."""
        return self.count * (len(self.pieces) - 1)

    @property
    def is_chinese(self) -> bool:
        """Whether it stands in a sentence without spaces around it."""
        return is_chinese(self.text)


def shattered_words(texts: Iterable[str], tokenizer: PreTrainedTokenizerFast, *, minimum: int) -> list[Word]:
    """Return the words of at least `minimum` occurrences that come in pieces, those first that save most tokens.

    Words are one for the tokenizer where it cuts them into the same pieces (`Profit` and `profit`, for one that lowers
    case). A word that it has no piece for is left out: there is nothing to make its embedding of.
    """
    counts = {word: count for word, count in word_counts(texts, minimum=minimum).items() if count >= minimum}
    grouped: dict[tuple[int, ...], list[str]] = {}
    for word, pieces in in_sentences(list(counts), tokenizer).items():
        if len(pieces) > 1 and not _unknown(pieces, tokenizer):
            grouped.setdefault(pieces, []).append(word)
    words = [
        Word(max(forms, key=lambda form: (counts[form], form)), sum(counts[form] for form in forms), pieces)
        for pieces, forms in grouped.items()
    ]
    return sorted(words, key=lambda word: (-word.saved, word.text))


def word_counts(texts: Iterable[str], *, minimum: int) -> Counter[str]:
    """Return how often each word stands in the texts; of Chinese, what the characters' company tells to be words."""
    between_spaces = Counter(part for text in texts for part in text.split())
    counts: Counter[str] = Counter()
    chinese: Counter[str] = Counter()
    for part, count in between_spaces.items():
        for word in WORD.findall(part):
            (chinese if is_chinese(word) else counts)[word] += count
    counts.update(chinese_words(chinese, minimum=minimum))
    return counts


def in_sentences(words: Sequence[str], tokenizer: PreTrainedTokenizerFast) -> dict[str, tuple[int, ...]]:
    """Return the token ids of each word inside a sentence: behind a space, or Chinese behind another character.

    A word that the tokenizer does not keep apart from what stands before it is left out.
    """
    found: dict[str, tuple[int, ...]] = {}
    for chinese in (False, True):
        some = [word for word in words if is_chinese(word) is chinese]
        before = "的" if chinese else "a "
        start, *whole = _ids([before.rstrip(), *(before + word for word in some)], tokenizer)
        for word, ids in zip(some, whole, strict=True):
            if ids[: len(start)] == start and len(ids) > len(start):
                found[word] = tuple(ids[len(start) :])
    return found


def is_chinese(word: str) -> bool:
    """Return whether a word is of Chinese characters."""
    return re.match(rf"[{HAN}]", word) is not None


def _ids(texts: Sequence[str], tokenizer: PreTrainedTokenizerFast) -> list[list[int]]:
    ids: list[list[int]] = tokenizer(list(texts), add_special_tokens=False, verbose=False)["input_ids"]
    return ids


def _unknown(pieces: Sequence[int], tokenizer: PreTrainedTokenizerFast) -> bool:
    """Return whether a piece stands for characters that the tokenizer does not know, or for a single byte of one."""
    names = tokenizer.convert_ids_to_tokens(list(pieces))
    return tokenizer.unk_token_id in pieces or any(re.fullmatch(r"<0x[0-9A-F]{2}>", name) for name in names)
