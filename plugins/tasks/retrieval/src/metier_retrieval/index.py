"""The index of a corpus in a model's folder: its passages, and what finds them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.errors import RunError
from metier.files import read_json, write_json
from metier_retrieval.ranking import Ranking, fused

if TYPE_CHECKING:
    from datasets import Dataset

    from metier_retrieval.options import RetrievalOptions

FOLDER, NOTE, PASSAGES, WORDS, ENCODER = "index", "index.json", "passages.arrow", "bm25", "encoder"
DEPTH = 100
"""Ranks that rankings have before they are put together, and that a true passage is looked for in."""


def write(
    corpus: Dataset,
    folder: Path,
    *,
    options: RetrievalOptions,
    model: Path,
    columns: Sequence[str],
    searched: Sequence[str],
) -> None:
    """Write the index of `corpus` into a model's `folder`: `columns` of each text, found by the texts of `searched`.

    `model` is the encoder of `dense` and `fused`, unless `options` name one; it is copied, so that the folder may go
    anywhere. Where the folder has an index, its texts are replaced, and its encoder stays.
    """
    from metier.data import store

    place = folder / FOLDER
    place.mkdir(parents=True, exist_ok=True)
    present = [name for name in columns if name in corpus.column_names]
    types = {field.name: field.type for field in corpus.features.arrow_schema if field.name in present}
    store.write(({name: row[name] for name in present} for row in store.records(corpus)), place / PASSAGES, types=types)
    parts = [corpus[name][:] for name in searched if name in corpus.column_names]
    texts = [" ".join(part for part in some if part) for some in zip(*parts, strict=True)]
    if options.retriever != "dense":
        from metier_retrieval import _bm25

        _bm25.write(texts, place / WORDS)
    if options.retriever != "bm25":
        from metier_retrieval import _dense

        stays = (place / NOTE).is_file() and (place / ENCODER).is_dir()
        _dense.write(texts, place, model=place / ENCODER if stays else options.encoder_of(model))
    write_json(place / NOTE, {"retriever": options.retriever, "passages": len(corpus)})


class Index:
    """An index that was written, open to be asked."""

    def __init__(self, folder: Path) -> None:
        """Open the index in a model's folder; raises `RunError` where there is none."""
        self._folder = folder / FOLDER
        if not (self._folder / NOTE).is_file():
            hint = "name a model that was trained with `data.corpus`; its folder has `index` in it"
            raise RunError("there is no index of documents here", where=str(folder), hint=hint)
        self.retriever: str = read_json(self._folder / NOTE)["retriever"]

    @cached_property
    def passages(self) -> Dataset:
        """What is kept of each text of the corpus."""
        from metier.data import store

        return store.load(self._folder / PASSAGES)

    @cached_property
    def _columns(self) -> Mapping[str, Any]:
        table = self.passages.data.table
        return {name: table.column(name) for name in table.column_names}

    def rankings(self, questions: Sequence[str], count: int = DEPTH) -> list[Ranking]:
        """Return the `count` best passages for each question, or fewer."""
        found = list(self._each(questions, max(count, DEPTH) if self.retriever == "fused" else count))
        if len(found) == 1:
            return found[0]
        return [fused(some, count) for some in zip(*found, strict=True)]

    def get(self, name: str, number: int) -> Any:
        """Return what a column holds of a passage; None where the corpus has no such column."""
        column = self._columns.get(name)
        return None if column is None else column[number].as_py()

    def where(self, name: str) -> Mapping[Any, Sequence[int]]:
        """Return which passages have each value of a column; empty where the corpus has no such column."""
        found: dict[Any, list[int]] = defaultdict(list)
        if name in self.passages.column_names:
            for number, value in enumerate(self.passages[name][:]):
                found[value].append(number)
        return found

    def _each(self, questions: Sequence[str], count: int) -> Iterator[list[Ranking]]:
        if self.retriever != "dense":
            from metier_retrieval._bm25 import Bm25

            yield Bm25(self._folder / WORDS).rankings(questions, count)
        if self.retriever != "bm25":
            from metier_retrieval._dense import Dense

            yield Dense(self._folder).rankings(questions, count)
