"""Holds splits apart: says what they share, and takes out, lets stay or refuses what the test split holds too."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from datasets import Dataset

from metier.columns import CORPUS_SPLIT
from metier.data import leakage, report, tables
from metier.data.audit import Audit
from metier.errors import DataError
from metier.plan import Plan
from metier.values import Json

Splits = Mapping[str, Dataset]


def hold_apart(
    plan: Plan, rows: Splits, audit: Audit, *, of: str, into: str, judged: bool
) -> tuple[dict[str, Dataset], dict[str, Json]]:
    """Return the splits, and what the rows of `of` share with `into`; where `judged`, as `on_leak` has it.

    Raises `DataError` where `on_leak` is `error` and there is a leak, or where `drop` leaves nothing.
    """
    mine, theirs = leakage.prints(rows[of], audit.content), leakage.prints(rows[into], audit.content)
    leaks = leakage.between(mine, theirs)
    if leaks and judged and plan.on_leak == "error":
        raise _leak_error(leaks, rows, of, into)
    gone = {leak.row for leak in leaks} if judged and plan.on_leak == "drop" else set()
    if len(gone) == len(rows[of]):
        hint = f"give other rows for {of}, or for {into}"
        raise DataError(f"every row of {of} is in the {into} split too", where="data.on_leak", hint=hint)
    made = {**rows, of: tables.keep(rows[of], [row not in gone for row in range(len(rows[of]))])}
    return made, report.of_leak((of, into), (rows[of], rows[into]), audit.content, leaks, len(gone))


def corpus_leaks(rows: Splits, audit: Audit) -> list[Json]:
    """Return how many texts of each held-out split the corpus holds; they stay, and are said."""
    held: list[Json] = []
    for split in ("validation", "test"):
        if split in rows and CORPUS_SPLIT in rows:
            found = leakage.inside(rows[split], audit.content, rows[CORPUS_SPLIT])
            held.append(report.of_corpus(split, rows[split], audit.content, found))
    return held


def _leak_error(leaks: Sequence[leakage.Leak], rows: Splits, of: str, into: str) -> DataError:
    first = leaks[0]
    one, other = tables.column(rows[of], "id")[first.row], tables.column(rows[into], "id")[first.other]
    what = "training rows are" if of == "train" else f"{of} rows are"
    message = f"{len(leaks)} {what} in the {into} split too, or nearly: {one} and {other}"
    return DataError(message, where="data.on_leak", hint="take them out, or set `on_leak: drop`")
