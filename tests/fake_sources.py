"""Data sources for tests of recipes and plans: they answer what planning asks, and do no more."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from metier.components import ComponentConfig, DataSource, RecipePath
from metier.errors import Problem


class Csv(DataSource):
    """Reads delimited text."""

    name: ClassVar[str] = "csv"
    patterns: ClassVar[tuple[str, ...]] = ("*.csv", "*.tsv")

    class Config(ComponentConfig):
        """Options."""

        path: RecipePath
        """The file."""
        separator: str = ","
        """Between fields."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        path = Path(self.config.path)
        if "*" in self.config.path:
            return
        if not path.exists():
            yield Problem("there is no such file", where=self.config.path, hint="check the path")
        elif path.is_dir():
            yield Problem("this is a folder, not a file", where=self.config.path, hint="name the file in it")
        elif not os.access(path, os.R_OK):
            yield Problem("you may not read this file", where=self.config.path, hint="chmod u+r it")
        elif not path.stat().st_size:
            yield Problem("the file is empty", where=self.config.path, hint="give rows")
        elif b"\0" in path.read_bytes():
            yield Problem("this is a binary file, not text", where=self.config.path, hint="export it as CSV")

    def columns(self) -> Sequence[str] | None:
        path = Path(self.config.path)
        return path.read_text(encoding="utf-8").splitlines()[0].split(self.config.separator) if path.is_file() else None


class Text(Csv):
    """Reads text."""

    name: ClassVar[str] = "text"
    patterns: ClassVar[tuple[str, ...]] = ("*.txt",)

    def columns(self) -> Sequence[str] | None:
        return ("text",)


class PhraseBank(Text):
    """Reads one data set's own files."""

    name: ClassVar[str] = "phrasebank"
    patterns: ClassVar[tuple[str, ...]] = ("Sentences_*Agree.txt",)

    def columns(self) -> Sequence[str] | None:
        return ("sentence", "sentiment")


class Sample(DataSource):
    """Rows that ship with a plugin."""

    name: ClassVar[str] = "sample"
    bare_option: ClassVar[str] = "part"

    class Config(ComponentConfig):
        """Options."""

        part: Literal["train", "test"] = "train"
        """Which part."""

    config: Config

    def columns(self) -> Sequence[str] | None:
        return ("text", "label", "family")
