"""The data source `web-archive`: the main text of pages in WARC files, or of pages that a browser saved."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from metier.builtin.sources import paths
from metier.components import ComponentConfig, DataSource, ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.values import Record
from metier_web_archive.pages import Content, Page
from metier_web_archive.tree import DEEPEST

WARC = (".warc", ".warc.gz", ".wet", ".wet.gz")
SAVED = ("html", "htm", "xhtml", "mhtml", "mht")


class WebArchive(DataSource):
    """Web pages out of WARC files or folders of saved pages: main text, address, title and date."""

    name: ClassVar[str] = "web-archive"
    patterns: ClassVar[tuple[str, ...]] = ("*.warc", "*.warc.gz", "*.warc.wet", "*.warc.wet.gz", "*.mhtml", "*.mht")

    class Config(ComponentConfig):
        """Options of `web-archive`."""

        path: RecipePath
        """A WARC or WET file, packed with gzip or not, a saved page (`.html`, `.mhtml`), a glob, or a folder: then all
        saved pages in it and in the folders in it."""
        content: Literal["main", "all"] = "main"
        """`main` leaves out navigation, banners and what else stands around the text of a page; `all` keeps it."""
        on_error: Literal["error", "skip"] = "error"
        """What a damaged file means: an error, or that what can be read before the damage is kept and the data report
        says so."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)

    def inspect(self) -> Iterable[Problem]:
        """Look at the files and their names."""
        problems = [problem for path in self._paths() for problem in paths.look(path, binary=True)]
        yield from problems
        for file in () if problems else self._files():
            if not file.name.lower().endswith((*WARC, *SAVED)):
                hint = "give .warc or .warc.gz files, or saved pages: .html, .mhtml"
                yield Problem("it is neither a web archive nor a saved page", where=str(file), hint=hint)

    def columns(self) -> Sequence[str] | None:
        """Return the column of the text, and those that say where and when it stood."""
        return ("text", "url", "title", "date", "captured")

    def digest(self) -> str | None:
        """Return a digest of the files' bytes."""
        digests = [paths.digest(path) for path in self._paths()]
        return digests[0] if len(digests) == 1 else "+".join(digests)

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield a record a page that has text, one page in memory at a time."""
        counts: Counter[str] = Counter()
        files = self._files()
        for file, place in zip(files, paths.places(files), strict=True):
            try:
                for where, page in self._pages(file, counts):
                    content = page.read(main=self.config.content == "main")
                    if content is None:
                        counts[f"pages left out that are nested more than {DEEPEST} deep"] += 1
                    elif not content.text:
                        counts["pages without text left out"] += 1
                    else:
                        if "\ufffd" in content.text:
                            counts["pages with bytes that are not in the encoding that they name"] += 1
                        yield Record(f"{place}{where}", _values(page, content))
            except DataError as error:
                if self.config.on_error == "error":
                    raise
                told = "; ".join(problem.message for problem in error.problems)
                context.notes.append(f"{place}: what follows the damage is left out: {told}")
        context.notes.extend(f"{count} {what}" for what, count in counts.items())

    def _pages(self, file: Path, counts: Counter[str]) -> Iterator[tuple[str, Page]]:
        if file.name.lower().endswith(WARC):
            from metier_web_archive.archives import archived

            for number, page in archived(file, counts):
                yield f":record {number}", page
        else:
            from metier_web_archive.saved import saved

            yield "", saved(file)

    def _paths(self) -> list[str]:
        """Return the given path, or for a folder a glob an ending of saved pages that it has."""
        folder = Path(self.config.path)
        if not folder.is_dir():
            return [self.config.path]
        globs = [f"{self.config.path}/**/*.{ending}" for ending in SAVED]
        return [one for one in globs if any(True for _ in folder.rglob(f"*.{one.rpartition('.')[2]}"))] or globs[:1]

    def _files(self) -> list[Path]:
        return sorted(file for path in self._paths() for file in paths.expand(path))


def _values(page: Page, content: Content) -> dict[str, str]:
    return {
        "text": content.text,
        "url": page.url,
        "title": content.title,
        "date": content.date,
        "captured": page.captured,
    }
