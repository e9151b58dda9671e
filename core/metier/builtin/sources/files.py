"""What sources have in common that read files, or what another source reads; plugins' too."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from metier.builtin.sources import paths
from metier.components import ComponentConfig, DataSource, RecipePath
from metier.errors import Problem


class FilesConfig(ComponentConfig):
    """The option that names files."""

    path: RecipePath
    """A file, or a glob; `**` reaches folders in folders."""


class FileSource(DataSource):
    """Reads the files that `path` names."""

    Config: ClassVar[type[ComponentConfig]] = FilesConfig
    config: FilesConfig

    def __init__(self, config: FilesConfig) -> None:
        super().__init__(config)

    def inspect(self) -> Iterable[Problem]:
        """Look at the files."""
        return paths.look(self.config.path)

    def digest(self) -> str | None:
        """Return a digest of the files' bytes."""
        return paths.digest(self.config.path)


class DerivedSource(DataSource):
    """Reads by another source, which `__init__` sets, and makes its own records of what that gives."""

    source: DataSource

    def inspect(self) -> Iterable[Problem]:
        """Look as the other source does."""
        return self.source.inspect()

    def digest(self) -> str | None:
        """Return the other source's digest."""
        return self.source.digest()
