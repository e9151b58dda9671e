"""What every file source shares, plugins' too: globs, a quick look for what is wrong, places, digests."""

from __future__ import annotations

import difflib
import glob
import gzip
import hashlib
import os
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path
from typing import IO, cast

from metier.errors import DataError, Problem
from metier.files import digest as digest_of

HEAD = 4096
"""Bytes that a quick look reads."""
BYTE_ORDER_MARKS = (b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf")
SIGNATURES = {
    b"PK\x03\x04": ("a zip archive or Office document", "export it as CSV or plain text"),
    b"%PDF": ("a PDF", "extract its text first"),
    b"PAR1": ("a Parquet file", "read it with `use: parquet`"),
    b"\xd0\xcf\x11\xe0": ("an old Office document", "export it as CSV or plain text"),
    b"SQLite format 3": ("a SQLite database", "read it with `use: sql`"),
}
"""First bytes of files that people take for text: what it is, and the way out."""


def expand(path: str) -> list[Path]:
    """Return the files that a path or glob (`**` for folders in folders) names, sorted.

    Raises `DataError` where there is none, or where it is not a file.
    """
    problem = next(iter(_missing(path)), None)
    if problem is not None:
        raise DataError(problems=[problem])
    return _matches(path)


def look(path: str, *, binary: bool = False) -> Iterator[Problem]:
    """Yield what a look at names, permissions and first bytes finds wrong with a path or glob."""
    missing = list(_missing(path))
    yield from missing
    if missing:
        return
    files = _matches(path)
    for file in files:
        yield from _look_at(file, binary=binary, alone=len(files) == 1)


def places(files: Sequence[Path]) -> list[str]:
    """Return short names that tell the files apart: file names, or paths below the folder that they share."""
    if len(files) == 1:
        return [files[0].name]
    shared = os.path.commonpath([str(file.absolute().parent) for file in files])
    return [file.absolute().relative_to(shared).as_posix() for file in files]


def digest(path: str) -> str:
    """Return a digest of the files' names and bytes as they are stored."""
    files = expand(path)
    pairs = [[place, _digest_file(file)] for place, file in zip(places(files), files, strict=True)]
    return digest_of(pairs)


@contextmanager
def open_binary(file: Path) -> Iterator[IO[bytes]]:
    """Give a file's bytes, `.gz` unpacked on the way; raises `DataError` where it cannot be opened or read through."""
    with _stored(file) as stored:
        try:
            if file.suffix == ".gz":
                with gzip.open(stored, "rb") as unpacked:
                    yield cast("IO[bytes]", unpacked)
            else:
                yield stored
        except (EOFError, OSError, zlib.error) as error:  # a gzip file cut short, a disk that fails
            raise DataError(f"cannot be read: {error}", where=str(file), hint="check that the file is whole") from error


def _hint_of(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "check the path"
    return "check that you may read the file" if isinstance(error, PermissionError) else "check the file and its disk"


def _digest_file(file: Path) -> str:
    with _stored(file) as handle:
        return hashlib.file_digest(handle, "sha256").hexdigest()


def _stored(file: Path) -> BufferedReader:
    try:
        return file.open("rb")
    except OSError as error:
        raise DataError(f"cannot be opened: {error.strerror}", where=str(file), hint=_hint_of(error)) from error


def _matches(path: str) -> list[Path]:
    if Path(path).is_file():
        return [Path(path)]
    return sorted(found for found in map(Path, glob.glob(path, recursive=True)) if found.is_file())  # noqa: PTH207


def _missing(path: str) -> Iterator[Problem]:
    given = Path(path)
    if given.is_dir():
        hint = f"name the files in it, for instance '{path.rstrip('/')}/*{_common_suffix(given)}'"
        yield Problem("this is a folder, not a file", where=path, hint=hint)
    elif glob.has_magic(path) and not given.exists():
        if not _matches(path):
            yield Problem("no file matches", where=path, hint=nearby(_fixed_part(path)))
    elif not given.exists():
        yield Problem("there is no such file", where=path, hint=nearby(given))
    elif not given.is_file():
        yield Problem("this is not a regular file", where=path, hint="save what it gives into a file")


def _fixed_part(path: str) -> Path:
    parts = Path(path).parts
    plain = parts[: next(i for i, part in enumerate(parts) if glob.has_magic(part))]
    return Path(*plain, parts[-1]) if plain else Path(parts[-1])


def nearby(path: Path) -> str:
    """Return a hint made of what is in the folder, or of the first folder on the way that is not there."""
    folder = path.parent
    if not folder.is_dir():
        while not folder.parent.is_dir():
            folder = folder.parent
        return f"there is no folder '{folder}'"
    try:
        there = sorted(entry.name for entry in folder.iterdir() if not entry.name.startswith("."))
    except PermissionError:
        return f"you may not list the folder '{folder}'"
    near = difflib.get_close_matches(path.name, there, n=3, cutoff=0.6)
    if near:
        return f"did you mean {' or '.join(repr(name) for name in near)}?"
    if there:
        return f"'{folder}' holds {', '.join(there[:5])}{', …' if len(there) > 5 else ''}"
    return f"the folder '{folder}' is empty"


def _common_suffix(folder: Path) -> str:
    suffixes = [entry.suffix for entry in sorted(folder.iterdir())[:1000] if entry.is_file() and entry.suffix]
    return max(sorted(set(suffixes)), key=suffixes.count) if suffixes else ""


def _look_at(file: Path, *, binary: bool, alone: bool) -> Iterator[Problem]:
    where = str(file)
    if not os.access(file, os.R_OK):
        yield Problem("you may not read this file", where=where, hint=f"chmod u+r '{file}'")
        return
    if file.stat().st_size == 0:
        if alone:
            yield Problem("the file is empty", where=where, hint="give a file with at least one record")
        return
    if binary:
        return
    try:
        with open_binary(file) as handle:
            head = handle.read(HEAD)
    except DataError as error:
        yield from error.problems
        return
    for signature, (what, hint) in SIGNATURES.items():
        if head.startswith(signature):
            yield Problem(f"this is {what}, not text", where=where, hint=hint)
            return
    if b"\0" in head and not head.startswith(BYTE_ORDER_MARKS):
        yield Problem("this is a binary file, not text", where=where, hint="give a text file; UTF-16 needs its BOM")
