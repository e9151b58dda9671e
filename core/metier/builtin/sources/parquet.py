"""The data source `parquet`: columnar files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, ClassVar

from metier.builtin.sources import paths
from metier.builtin.sources.files import FilesConfig, FileSource
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.values import Record

BATCH = 1000
MARK = b"PAR1"


class Parquet(FileSource):
    """Parquet files."""

    name: ClassVar[str] = "parquet"
    patterns: ClassVar[tuple[str, ...]] = ("*.parquet",)

    class Config(FilesConfig):
        """Options of `parquet`."""

        path: RecipePath
        """A file, or a glob of files with the same columns; `**` reaches folders in folders."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the files and their first bytes."""
        problems = list(paths.look(self.config.path, binary=True))
        yield from problems
        for file in () if problems else paths.expand(self.config.path):
            with paths.open_binary(file) as handle:
                if handle.read(len(MARK)) != MARK:
                    hint = "check the format, or name the source: `use: csv`, …"
                    yield Problem("this is not a Parquet file", where=str(file), hint=hint)

    def columns(self) -> Sequence[str] | None:
        """Return the names in the first file's schema."""
        return tuple(_open(paths.expand(self.config.path)[0]).schema_arrow.names)

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the rows of each file in turn."""
        files = paths.expand(self.config.path)
        expected = self.columns()
        for file, place in zip(files, paths.places(files), strict=True):
            opened = _open(file)
            if tuple(opened.schema_arrow.names) != expected:
                columns = ", ".join(opened.schema_arrow.names)
                raise DataError(f"has the columns {columns}", where=str(file), hint="give files with the same columns")
            number = 0
            for batch in _batches(opened, file):
                for values in batch.to_pylist():
                    number += 1
                    yield Record(f"{place}:{number}", values)


def _open(file: Path) -> Any:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        return pq.ParquetFile(file)
    except (pa.ArrowException, OSError) as error:
        hint = "check that the file is whole"
        raise DataError(f"not a readable Parquet file: {error}", where=str(file), hint=hint) from error


def _batches(opened: Any, file: Path) -> Iterator[Any]:
    import pyarrow as pa

    try:
        yield from opened.iter_batches(batch_size=BATCH)
    except (pa.ArrowException, OSError) as error:
        raise DataError(f"cannot be read: {error}", where=str(file), hint="check that the file is whole") from error
