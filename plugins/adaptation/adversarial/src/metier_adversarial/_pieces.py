"""How a tokenizer cuts words into pieces, and where a word ends."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from itertools import pairwise
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

GLUE = frozenset("-_")
MARKERS = ("Ġ", "▁")
"""How byte-level and SentencePiece vocabularies write that white space comes before a piece."""
Tokens: TypeAlias = tuple[int, ...]


class Pieces:
    """The pieces of one tokenizer's vocabulary."""

    def __init__(self, tokenizer: PreTrainedTokenizerFast) -> None:
        self._tokenizer = tokenizer
        model = tokenizer.backend_tokenizer.model
        self._prefix: str = getattr(model, "continuing_subword_prefix", None) or ""
        self._whole_words = type(model).__name__ in {"WordPiece", "WordLevel"}
        self._special = set(tokenizer.all_special_ids)
        self._piece = lru_cache(maxsize=None)(self._read)
        normalizer = tokenizer.backend_tokenizer.normalizer
        self.cased = normalizer is None or normalizer.normalize_str("A") != "a"
        """Whether upper and lower case are told apart."""
        self.spaced = self._encode([" a"]) != self._encode(["a"])
        """Whether a word has other ids after white space than at the beginning of a text."""

    def joined(self, one: int, other: int) -> bool:
        """Return whether two neighbouring pieces belong to one word."""
        if one in self._special or other in self._special:
            return False
        (left, _, _), (right, after_space, continues) = self._piece(one), self._piece(other)
        if continues or after_space:
            return continues
        if left[-1:] in GLUE or right[:1] in GLUE:
            return True
        return not self._whole_words and _is_letter(left[-1:]) and _is_letter(right[:1])

    def word_starts(self, tokens: Sequence[int]) -> list[bool]:
        """Return for each token whether a word begins with it; the first is taken to begin one."""
        return [True, *(not self.joined(one, other) for one, other in pairwise(tokens))][: len(tokens)]

    def encoded(self, texts: Iterable[str]) -> dict[str, Tokens]:
        """Return the token ids of each text, none where one of its tokens is unknown."""
        distinct = list(dict.fromkeys(texts))
        return dict(zip(distinct, self._encode(distinct), strict=True))

    def _encode(self, texts: Sequence[str]) -> list[Tokens]:
        found = self._tokenizer(list(texts), add_special_tokens=False, truncation=False, verbose=False)["input_ids"]
        unknown = self._tokenizer.unk_token_id
        return [() if unknown is not None and unknown in ids else tuple(ids) for ids in found]

    def _read(self, token: int) -> tuple[str, bool, bool]:
        """Return a piece's letters, whether white space surely comes before it, and whether it continues a word."""
        text = str(self._tokenizer.convert_ids_to_tokens(token))
        if self._prefix and text.startswith(self._prefix) and len(text) > len(self._prefix):
            return text[len(self._prefix) :], False, True
        if not self._whole_words and text.startswith(MARKERS):
            return text[1:], True, False
        return text, False, False


def _is_letter(character: str) -> bool:
    """Return whether a character belongs to a word; a byte-level vocabulary writes other scripts beyond ASCII."""
    return character.isalnum() or ord(character or " ") > 127
