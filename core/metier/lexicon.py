"""Reads a lexicon file: one term a row, with its category, its synonyms, and its Chinese name."""

from __future__ import annotations

import csv
from pathlib import Path

from metier.errors import DataError
from metier.values import Term

COLUMNS = ("term", "category", "synonyms", "zh")


def read_lexicon(path: Path) -> tuple[Term, ...]:
    """Return the terms of a UTF-8 CSV with the columns term, category, synonyms (`|` between them) and zh.

    Raises `DataError` with the line where a term or category is missing or a term stands twice.
    """
    terms: dict[str, Term] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.DictReader(file)
        if tuple(reader.fieldnames or ()) != COLUMNS:
            raise DataError(
                f"its columns are {reader.fieldnames}", where=str(path), hint=f"name them {', '.join(COLUMNS)}"
            )
        for row in reader:
            where = f"{path}:{reader.line_num}"
            key = row["term"].casefold()
            if not key or not row["category"]:
                raise DataError("a term or its category is empty", where=where, hint="fill in both, or remove the row")
            if key in terms:
                raise DataError(f"the term '{row['term']}' stands twice", where=where, hint="keep one of the rows")
            synonyms = tuple(form.strip() for form in row["synonyms"].split("|") if form.strip())
            terms[key] = Term(row["term"], row["category"], synonyms, row["zh"])
    return tuple(terms.values())
