"""What readers of well-known data sets have in common: the published files, or a copy on the Hugging Face Hub."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Annotated, Any, ClassVar

from pydantic import ValidationInfo, field_validator

from metier.builtin.sources import paths
from metier.builtin.sources.hub import Hub
from metier.components import ComponentConfig, DataSource, PathMark, ReadContext
from metier.components.describe import descriptions
from metier.errors import DataError, Problem
from metier.values import Record

PublishedPath = Annotated[str | None, PathMark()]
"""The option `path` of such a reader: a file, folder or glob as for others, or nothing."""


@dataclass(frozen=True, slots=True)
class HubCopy:
    """Where the Hub has a data set."""

    dataset: str
    """Its id, `owner/name`."""
    subset: str | None = None
    """Its configuration, where it has several."""
    split: str = "train"
    """The split that is read where the recipe names none."""
    revision: str | None = None
    """The branch that has the data: `refs/convert/parquet` where the main one has only a loading script."""


class PublishedConfig(ComponentConfig):
    """Options of a reader of published files and of their copy; readers say more under `path` and `split`."""

    path: PublishedPath = None
    """The published files; without it the copy on the Hub is read."""
    split: str | None = None
    """The split of the copy on the Hub."""
    revision: str | None = None
    """A commit of the copy on the Hub; give one to have the same rows every time."""

    @field_validator("split", "revision")
    @classmethod
    def _of_the_copy(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("path") is not None:
            raise ValueError("is for the copy on the Hub, and `path` names files: leave one of them out")
        return value


class Published(DataSource):
    """Reads the published files that `path` names, or without it the copy on the Hub, into the same columns."""

    Config: ClassVar[type[ComponentConfig]] = PublishedConfig
    copy: ClassVar[HubCopy]
    config: PublishedConfig

    def inspect(self) -> Iterable[Problem]:
        """Look at the files; whether the copy can be had is known only once it is read."""
        return () if self.config.path is None else self.inspect_files(self.config.path)

    def digest(self) -> str | None:
        """Return a digest of what the files give; None for the copy."""
        return None if self.config.path is None else self.digest_files(self.config.path)

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the records of the files, or those of the copy."""
        return self.read_copy(context) if self.config.path is None else self.read_files(self.config.path, context)

    def inspect_files(self, path: str) -> Iterable[Problem]:
        """Yield what a quick look finds wrong with the files."""
        return paths.look(path)

    def digest_files(self, path: str) -> str:
        """Return a digest of the files, and of the options that decide what they give."""
        return paths.digest(path)

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        """Yield the records of the files."""
        raise NotImplementedError(f"{type(self).__name__}.read_files")

    def read_copy(self, context: ReadContext) -> Iterator[Record]:
        """Yield the records of the copy.

        Raises `DataError` where it cannot be had, and for a row that has not the columns that the copy had.
        """
        for record in self._rows(context):
            try:
                values = self.from_copy(record)
            except (KeyError, TypeError, ValueError, AttributeError) as error:
                hint = f"give the `revision` of a copy that has its columns, or {self._files}"
                raise DataError(f"not a row of this data set: {error!r}", where=record.where, hint=hint) from error
            yield Record(record.where, values)

    def from_copy(self, record: Record) -> dict[str, Any]:
        """Return the values of a record, made of a row of the copy; class labels come by name."""
        raise NotImplementedError(f"{type(self).__name__}.from_copy")

    def _rows(self, context: ReadContext) -> Iterator[Record]:
        copy, split = self.copy, self.config.split or self.copy.split
        revision = self.config.revision or copy.revision
        if self.config.revision is None and revision is not None:
            context.notes.append(f"{copy.dataset}: read at the newest commit of {revision}; pin one with `revision:`")
        options = Hub.Config(dataset=copy.dataset, subset=copy.subset, split=split, revision=revision)
        try:
            yield from Hub(options).read(context)
        except DataError as error:
            online = "check the connection, `split` and `revision`"
            hint = f"{'fetch it once without --offline' if context.offline else online}, or {self._files}"
            raise DataError(problems=[replace(problem, hint=hint) for problem in error.problems]) from error

    @property
    def _files(self) -> str:
        return f"give the files as `path`: {' '.join(descriptions(self.Config)['path'].split())}"
