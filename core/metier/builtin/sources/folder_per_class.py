"""The data source `folder-per-class`: a folder a label, a text file a record."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar

from metier.builtin.sources import paths
from metier.builtin.sources.encoding import EncodingName, encoding_of, say
from metier.builtin.sources.text import units
from metier.components import ComponentConfig, DataSource, ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.files import digest
from metier.values import Record


class FolderPerClass(DataSource):
    """A folder of folders: each is named after a label and holds that label's text files."""

    name: ClassVar[str] = "folder-per-class"
    patterns: ClassVar[tuple[str, ...]] = ("*/",)

    class Config(ComponentConfig):
        """Options of `folder-per-class`."""

        path: RecipePath
        """The folder that holds a folder for each label."""
        files: str = "**/*.txt"
        """Which files of a label's folder are records."""
        encoding: EncodingName = "auto"
        """The encoding; `auto` tells it from the bytes, file by file."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)

    def inspect(self) -> Iterable[Problem]:
        """Look for the folder, its folders, and the first file in each."""
        try:
            labels = self._labels()
        except DataError as error:
            yield from error.problems
            return
        for label, files in labels.items():
            if not files:
                hint = "say which files are records: `files: '*.md'`, or take the folder away"
                yield Problem(f"no file matches '{self.config.files}'", where=str(self._root / label), hint=hint)
            else:
                yield from paths.look(str(files[0]))

    def columns(self) -> Sequence[str] | None:
        """Return `text`, `label` and `file`."""
        return ("text", "label", "file")

    def digest(self) -> str | None:
        """Return a digest of the files' places, which hold the labels, and bytes."""
        root = self._root
        return digest([[file.relative_to(root).as_posix(), paths.digest(str(file))] for _, file in self._pairs()])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield label by label, file by file."""
        encodings: dict[str, str] = {}
        for label, file in self._pairs():
            place = file.relative_to(self._root).as_posix()
            encodings[place] = encoding_of(file, self.config.encoding)
            text = next((text for _, text in units(file, encodings[place], "file")), None)
            if text is None:
                context.notes.append(f"{place}: empty, left out")
                continue
            yield Record(place, {"text": text, "label": label, "file": place})
        context.notes.extend(say(encodings, self.config.encoding))

    @property
    def _root(self) -> Path:
        return Path(self.config.path)

    def _pairs(self) -> Iterator[tuple[str, Path]]:
        for label, files in self._labels().items():
            for file in files:
                yield label, file

    def _labels(self) -> dict[str, list[Path]]:
        """Return the files of each label, both sorted; raises `DataError` where there is no such folder of folders."""
        root = self._root
        if not root.is_dir():
            where = str(root)
            if root.exists():
                raise DataError("this is a file, not a folder", where=where, hint="name the folder that holds it")
            raise DataError("there is no such folder", where=where, hint=paths.nearby(root))
        try:
            folders = sorted(entry for entry in root.iterdir() if entry.is_dir() and not entry.name.startswith("."))
            found = {folder.name: sorted(filter(Path.is_file, folder.glob(self.config.files))) for folder in folders}
        except PermissionError as error:
            raise DataError("you may not list this folder", where=str(root), hint="check its permissions") from error
        if len(found) < 2:
            hint = "give a folder that holds one folder for each label"
            raise DataError(f"{len(found)} folders where a label each is expected", where=str(root), hint=hint)
        return found
