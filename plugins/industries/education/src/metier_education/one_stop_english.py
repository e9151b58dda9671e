"""Reads OneStopEnglish: articles, each rewritten for three levels."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import ClassVar, Literal

from metier.builtin.sources.files import DerivedSource
from metier.builtin.sources.folder_per_class import FolderPerClass
from metier.components import ComponentConfig, ReadContext, RecipePath
from metier.errors import DataError
from metier.files import digest
from metier.values import Record

LEVELS = {"Adv-Txt": "advanced", "Int-Txt": "intermediate", "Ele-Txt": "elementary"}
NAMED = re.compile(r"\A\s*(?:elementary|intermediate|advanced)\s*\n", re.IGNORECASE)
ENDING = re.compile(r"[-_ ]*(?:adv|int|ele)\.txt$", re.IGNORECASE)
HINT = f"give the folder that holds {', '.join(LEVELS)}"


class OneStopEnglish(DerivedSource):
    """OneStopEnglish (Vajjala and Lučić 2018): texts with their level, and the title that three of them share."""

    name: ClassVar[str] = "one-stop-english"
    patterns: ClassVar[tuple[str, ...]] = ("Texts-SeparatedByReadingLevel/", "onestop_english/")

    class Config(ComponentConfig):
        """Options of `one-stop-english`."""

        path: RecipePath
        """The folder `Texts-SeparatedByReadingLevel`, which holds `Adv-Txt`, `Int-Txt` and `Ele-Txt`."""
        unit: Literal["article", "paragraph"] = "article"
        """What is a record: an article of 250 to 1,400 words, or a paragraph of one."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self.source = FolderPerClass(FolderPerClass.Config.model_validate({"path": config.path}))

    def columns(self) -> Sequence[str] | None:
        """Return `text`, `label` and `title`; split by `title`, or the same article is on both sides."""
        return ("text", "label", "title")

    def digest(self) -> str | None:
        """Return a digest of the folders and of the unit."""
        return digest([super().digest(), self.config.unit])

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the texts without the level's name, which stands above some of them and would give it away."""
        named = 0
        for record in self.source.read(context):
            folder, _, name = record.values["file"].partition("/")
            if folder not in LEVELS:
                raise DataError(f"'{folder}' is none of the levels' folders", where=record.where, hint=HINT)
            text, found = NAMED.subn("", record.values["text"])
            named += found
            values = {"label": LEVELS[folder], "title": ENDING.sub("", name).strip()}
            if self.config.unit == "article":
                yield Record(record.where, {"text": text.strip(), **values})
                continue
            for number, line in enumerate(text.splitlines(), start=1):
                if line.strip():
                    yield Record(f"{record.where}:{number}", {"text": line.strip(), **values})
        if named:
            context.notes.append(f"one-stop-english: the name of the level, above {named} texts, is taken out")
