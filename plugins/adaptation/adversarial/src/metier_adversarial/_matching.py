"""Finds in a sequence of token ids what can be exchanged, and knows the token ids of what it is exchanged for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from metier.errors import StageError
from metier_adversarial._candidates import WHERE, Exchanges
from metier_adversarial._forms import cased, is_acronym
from metier_adversarial._pieces import Pieces, Tokens
from metier_adversarial._trie import Trie

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

REMEMBERED = 1 << 17
"""Texts whose places are kept, so that later epochs need not look for them again."""
SHORT_ACRONYM = 3


class Place(NamedTuple):
    """A term in a text, and what may take its place."""

    start: int
    end: int
    """Token positions, `end` excluded."""
    candidates: tuple[int, ...]
    """Positions in `Matcher.forms`."""


class Matcher:
    """The exchanges of a lexicon in the tokens of one tokenizer.

    Terms are found at word borders alone. Where the tokenizer has lower case only, an acronym that might be an ordinary
    word (three letters or fewer, or one piece of the vocabulary: `ALL`, `AIDS`) is not replaced.
    """

    def __init__(self, tokenizer: PreTrainedTokenizerFast, found: Exchanges) -> None:
        self.pieces = Pieces(tokenizer)
        self.forms: list[Tokens] = []
        """The token ids of every form that may be put in."""
        self._trie: Trie[tuple[int, ...]] = Trie()
        self._numbers: dict[Tokens, int] = {}
        self._build(found)
        self.find = lru_cache(maxsize=REMEMBERED)(self._find)
        """`find(tokens)` returns the places of a text, given as its token ids."""

    def _build(self, found: Exchanges) -> None:
        encode = self.pieces.encoded(_written(found, self.pieces))
        for form, candidates in found.items():
            for written, offered in _as_written(form, candidates, self.pieces):
                tokens = encode[written]
                others = [encode[one] for one in offered if encode[one] not in {(), tokens}]
                if tokens and others and not self._may_be_a_word(form, tokens):
                    self._trie.add(tokens, tuple(dict.fromkeys(map(self._number, others))))
        if not self.forms:
            hint = "choose a model whose tokenizer knows the trade's words"
            raise StageError("the tokenizer knows none of the words that could be exchanged", where=WHERE, hint=hint)

    def _number(self, tokens: Tokens) -> int:
        if tokens not in self._numbers:
            self._numbers[tokens] = len(self.forms)
            self.forms.append(tokens)
        return self._numbers[tokens]

    def _may_be_a_word(self, form: str, tokens: Tokens) -> bool:
        return not self.pieces.cased and is_acronym(form) and (len(form) <= SHORT_ACRONYM or len(tokens) == 1)

    def _find(self, tokens: Tokens) -> tuple[Place, ...]:
        return tuple(
            Place(*one) for one in self._trie.find(tokens, lambda start, end, _: self._stands(tokens, start, end))
        )

    def _stands(self, tokens: Tokens, start: int, end: int) -> bool:
        before = start > 0 and self.pieces.joined(tokens[start - 1], tokens[start])
        return not before and not (end < len(tokens) and self.pieces.joined(tokens[end - 1], tokens[end]))


def _as_written(form: str, candidates: Sequence[str], pieces: Pieces) -> Iterable[tuple[str, list[str]]]:
    """Yield a form and its candidates in every way that has token ids of its own: capitals, and white space before."""
    for space in ("", " ") if pieces.spaced else ("",):
        for capital in (False, True) if pieces.cased and not is_acronym(form) else (False,):
            yield (
                space + (cased(form, "Capital") if capital else form),
                [space + (cased(one, "Capital") if capital else one) for one in candidates],
            )


def _written(found: Exchanges, pieces: Pieces) -> Iterable[str]:
    for form, candidates in found.items():
        for written, offered in _as_written(form, candidates, pieces):
            yield written
            yield from offered
