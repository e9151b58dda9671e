"""Puts words into a tokenizer as tokens of their own, in place.

Words go into the tokenizer's own model, not behind it as "added tokens": those lose the space before a word when a
byte-level tokenizer decodes it. So a word is one token wherever it stands behind a space, its inflections share it, and
whatever loads the tokenizer needs to know nothing.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import tokenizers
from transformers import AddedToken

from metier.errors import StageError
from metier_pretraining._vocabulary import Word, in_sentences

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast

New = dict[int, tuple[int, ...]]
"""The ids of new tokens, and of the pieces that each was."""


def add_words(tokenizer: PreTrainedTokenizerFast, ranked: Sequence[Word], *, number: int) -> tuple[list[Word], New]:
    """Add the first `number` words of those that become one token; return them, and every new token.

    A tokenizer of byte pairs gets the beginnings of long words beside them, since it puts words together pair by pair.
    Raises `StageError` where its kind cannot take words.
    """
    if not ranked:
        return [], {}
    backend = tokenizer.backend_tokenizer
    before, first = json.loads(backend.model.__getstate__()), max(tokenizer.get_vocab().values()) + 1
    left = list(ranked)
    while True:
        chosen = left[:number]
        inside = [word for word in chosen if not _is_cut(word, before)]
        state, new = _with_words(before, inside, tokenizer, first)
        backend.model = _model(state)
        whole = in_sentences([word.text for word in inside], tokenizer)
        failed = {word for word in inside if len(whole.get(word.text, ())) != 1}
        if not failed:
            break
        left = [word for word in left if word not in failed]
    _count_them(tokenizer, new)
    for word in chosen:
        if _is_cut(word, before):
            tokenizer.add_tokens([AddedToken(word.text, normalized=False, single_word=False)])
            new[tokenizer.get_vocab()[word.text]] = word.pieces
    return chosen, new


def _is_cut(word: Word, state: dict[str, Any]) -> bool:
    """Return whether the tokenizer cuts the word to characters before its model sees it, as BERT's does Chinese."""
    return word.is_chinese and state["type"] == "WordPiece"


def _with_words(
    state: dict[str, Any], words: Sequence[Word], tokenizer: PreTrainedTokenizerFast, first: int
) -> tuple[dict[str, Any], New]:
    """Return a tokenizer model's state with words in it, and the new tokens, whose ids begin at `first`."""
    kind = state["type"]
    if kind == "WordPiece":
        return _with_word_pieces(state, words, tokenizer, first)
    if kind == "BPE":
        return _with_merges(state, words, tokenizer, first)
    if kind == "Unigram" and len(state["vocab"]) == first:
        return _with_unigrams(state, words, tokenizer, first)
    reason = "with tokens behind its vocabulary" if kind == "Unigram" else "of whole words"
    hint = "leave `new_words` out, or choose a model with another tokenizer"
    raise StageError(f"a {kind} tokenizer {reason} takes no new words", where="continued-pretraining", hint=hint)


def _with_word_pieces(
    state: dict[str, Any], words: Sequence[Word], tokenizer: PreTrainedTokenizerFast, first: int
) -> tuple[dict[str, Any], New]:
    """A word in the vocabulary is found whole: the longest match goes first (Schuster & Nakajima 2012)."""
    vocabulary, new = dict(state["vocab"]), New()
    prefix = state["continuing_subword_prefix"]
    for word in words:
        token = "".join(name.removeprefix(prefix) for name in tokenizer.convert_ids_to_tokens(list(word.pieces)))
        if token not in vocabulary:
            vocabulary[token] = first + len(new)
            new[vocabulary[token]] = word.pieces
    return {**state, "vocab": vocabulary}, new


def _with_merges(
    state: dict[str, Any], words: Sequence[Word], tokenizer: PreTrainedTokenizerFast, first: int
) -> tuple[dict[str, Any], New]:
    """A word's pieces are merged from left to right, after all merges that there were (Sennrich et al. 2016)."""
    vocabulary, merges, new = dict(state["vocab"]), list(state["merges"]), New()
    known = {tuple(merge) for merge in merges}
    prefix = state["continuing_subword_prefix"] or ""
    for word in words:
        names: list[str] = tokenizer.convert_ids_to_tokens(list(word.pieces))  # type: ignore[assignment]
        left, *others = names
        for number, right in enumerate(others, start=2):
            token = left + right.removeprefix(prefix)
            if token not in vocabulary:
                vocabulary[token] = first + len(new)
                new[vocabulary[token]] = word.pieces[:number]
            if (left, right) not in known:
                known.add((left, right))
                merges.append([left, right])
            left = token
    return {**state, "vocab": vocabulary, "merges": merges}, new


def _with_unigrams(
    state: dict[str, Any], words: Sequence[Word], tokenizer: PreTrainedTokenizerFast, first: int
) -> tuple[dict[str, Any], New]:
    """A word is as likely as its pieces are on average, and so more likely than all of them (Kudo 2018)."""
    vocabulary, new = list(state["vocab"]), New()
    for word in words:
        token = "".join(tokenizer.convert_ids_to_tokens(list(word.pieces)))
        score = sum(state["vocab"][piece][1] for piece in word.pieces) / len(word.pieces)
        new[first + len(new)] = word.pieces
        vocabulary.append([token, score])
    return {**state, "vocab": vocabulary}, new


def _model(state: dict[str, Any]) -> Any:
    kind = getattr(tokenizers.models, state["type"])
    model = kind()
    model.__setstate__(json.dumps(state).encode())
    return model


def _count_them(tokenizer: PreTrainedTokenizerFast, new: New) -> None:
    """Where special tokens stood behind the vocabulary, see that tokens added later get numbers behind the new ones.

    The library numbers an added token by the last one that was added, and does not see what went into the model.
    """
    vocabulary = tokenizer.backend_tokenizer.get_vocab(with_added_tokens=False)
    if new and len(vocabulary) <= max(new):
        last = tokenizer.backend_tokenizer.id_to_token(max(new))
        tokenizer.add_tokens([AddedToken(last, normalized=False, single_word=True)])
