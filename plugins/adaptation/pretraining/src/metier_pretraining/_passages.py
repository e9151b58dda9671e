"""Data sets of texts: long documents cut into passages between words, and one data set put behind another."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from datasets import Dataset, concatenate_datasets

if TYPE_CHECKING:
    from transformers import PreTrainedTokenizerFast


def passages(documents: Dataset, tokenizer: PreTrainedTokenizerFast, *, size: int) -> Dataset:
    """Return the documents cut into passages of at most `size` tokens; ids say which: `report.txt:3#2`.

    A passage ends where a word does, unless one word alone is longer. Joined, the passages of a document are its text.
    """
    found: dict[str, list[str]] = {"id": [], "text": []}
    for start in range(0, len(documents), 1000):
        rows = documents[start : start + 1000]
        encoded = tokenizer(rows["text"], add_special_tokens=False, return_offsets_mapping=True, verbose=False)
        for number, (name, text) in enumerate(zip(rows["id"], rows["text"], strict=True)):
            cuts = [*_cuts(encoded.encodings[number], size=size), len(text)]
            for i, (begin, end) in enumerate(zip([0, *cuts], cuts, strict=False), start=1):
                if passage := text[begin:end].strip():
                    found["id"].append(str(name) if len(cuts) == 1 else f"{name}#{i}")
                    found["text"].append(passage)
    return Dataset.from_dict(found)


def joined(first: Dataset, second: Dataset) -> Dataset:
    """Return the rows of both; columns are the same, their types may differ in width."""
    return concatenate_datasets([first, Dataset.from_dict(second[:], features=first.features)])


def _cuts(encoding: Any, *, size: int) -> Iterator[int]:
    """Yield the places in the text before which it is cut, in characters."""
    words, offsets, start = encoding.word_ids, encoding.offsets, 0
    while len(words) - start > size:
        end = start + size
        while end > start and words[end] == words[end - 1]:
            end -= 1
        start = end if end > start else start + size
        yield offsets[start][0]
