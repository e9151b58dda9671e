"""The contract of a data source: records from somewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from metier.components.base import Component
from metier.errors import Problem
from metier.values import Record


@dataclass(frozen=True, slots=True)
class ReadContext:
    """What a source may use while it reads."""

    offline: bool = False
    notes: list[str] = field(default_factory=list)
    """Append what a person should know (`train.csv: read as GB18030, detected`); it goes into the data report."""


class DataSource(Component):
    """Reads records from somewhere: labelled rows or a corpus."""

    kind: ClassVar[str] = "data source"
    patterns: ClassVar[tuple[str, ...]] = ()
    """File name globs (`*.csv`) that make a bare path mean this source; the longest that matches wins. One that ends in
    `/` matches folders alone."""
    bare_option: ClassVar[str] = "path"
    """The option that a bare string in a recipe sets."""

    def inspect(self) -> Iterable[Problem]:
        """Yield what a quick look finds wrong: missing or unreadable file, a directory, an empty or binary file.

        Called while planning: imports nothing heavy, reads a few kilobytes at most, opens no socket, raises nothing.
        """
        return ()

    def columns(self) -> Sequence[str] | None:
        """Return the columns that records will have, where a quick look tells (a header row); None where it does not.

        Called while planning, after `inspect` found nothing.
        """
        return None

    def digest(self) -> str | None:
        """Return a digest of the content that `read` will give, where that is cheaper than reading; else None.

        With None the core reads the records first and digests what came.
        """
        return None

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield records one by one, in a fixed order, holding no more than a buffer in memory.

        Raises `DataError` with the row where one cannot be read; nothing is skipped unsaid.
        """
        raise NotImplementedError(f"{type(self).__name__}.read")
