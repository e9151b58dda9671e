"""Reads the clauses of CUAD from the table that its authors publish."""

from __future__ import annotations

import ast
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import ClassVar

from metier.builtin.sources.csv import CsvTable
from metier.builtin.sources.files import FilesConfig
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.files import digest
from metier.values import Record
from metier_legal.categories import Categories, short
from metier_legal.labels import CLAUSES, CUAD

CONTRACT = "Filename"
HINT = "give master_clauses.csv as the Atticus Project publishes it"


class Cuad(CsvTable):
    """CUAD's `master_clauses.csv` (Hendrycks et al. 2021): a record a clause, with its category and contract."""

    name: ClassVar[str] = "cuad"
    patterns: ClassVar[tuple[str, ...]] = ("master_clauses*.csv",)

    class Config(FilesConfig):
        """Options of `cuad`."""

        path: RecipePath
        """`master_clauses.csv`: a row a contract, for each category a list of clauses and an answer."""
        categories: Categories = CLAUSES
        """Which categories' clauses are records, by default those of `clause-classification`; null for all 41."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the file as the `csv` source does, and for the columns of CUAD."""
        problems = list(super().inspect())
        yield from problems
        if not problems:
            names = self.source.columns() or ()
            if CONTRACT not in names or not _categories(names):
                yield Problem("these are not the columns of CUAD", where=self.config.path, hint=HINT)

    def columns(self) -> Sequence[str] | None:
        """Return `text`, `label` and `contract`."""
        return ("text", "label", "contract")

    def digest(self) -> str | None:
        """Return a digest of the file and of the categories that are read."""
        return digest([super().digest(), self.config.categories])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield each clause of each contract; a clause of two categories comes twice."""
        wanted = self.config.categories or CUAD
        left: Counter[str] = Counter()
        for record in self.source.read(context):
            for name, label in _categories(record.values).items():
                for number, text in enumerate(_clauses(record, name), start=1):
                    if label not in wanted:
                        left[label] += 1
                        continue
                    values = {"text": text, "label": label, "contract": record.values[CONTRACT]}
                    yield Record(f"{record.where} {label} {number}", values)
        if left:
            several = f"{left.total()} clauses of {len(left)} other categories are left out"
            context.notes.append(f"cuad: {several}; `categories: null` reads them too")


def _categories(names: Iterable[str]) -> Mapping[str, str]:
    """Return the label of each column that holds clauses: those beside the answers."""
    return {name: short(name) for name in names if short(name) in CUAD}


def _clauses(record: Record, name: str) -> Sequence[str]:
    """Return the clauses of a cell, which is a list as Python writes it, or empty."""
    cell = record.values[name].strip()
    try:
        found = ast.literal_eval(cell) if cell else []
    except (ValueError, SyntaxError) as error:
        raise DataError(f"'{name}' is no list of clauses: {cell[:40]!r}", where=record.where, hint=HINT) from error
    if not isinstance(found, list) or not all(isinstance(one, str) for one in found):
        raise DataError(f"'{name}' is no list of clauses: {cell[:40]!r}", where=record.where, hint=HINT)
    return found
