"""Tells the encoding of a text file, and opens it so that a byte that does not fit is an error with its line."""

from __future__ import annotations

import codecs
import io
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Annotated, TextIO

from pydantic import AfterValidator

from metier.builtin.sources import paths
from metier.builtin.sources.paths import open_binary
from metier.components import ReadContext
from metier.errors import DataError

BLOCK = 1 << 20
SAMPLE = 1 << 18
"""Bytes of telling lines (those with a byte above 127) that a guess is made from."""
MARKS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
DENSE = (
    *("gb18030", "big5", "shift_jis", "euc_jp", "euc_kr"),
    *("cp1251", "koi8_r", "iso8859_5", "cp1253", "cp1255", "cp1256", "cp874"),
)
"""Encodings of scripts that write most letters above byte 127."""
TITLES = {"utf-8": "UTF-8", "utf-8-sig": "UTF-8 with BOM", "utf-16": "UTF-16", "utf-32": "UTF-32", "gb18030": "GB18030"}
_UTF8 = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH = re.compile(rb"[\x80-\xff]+")


def _known(name: str) -> str:
    if name == "auto":
        return name
    try:
        return codecs.lookup(name).name
    except LookupError as error:
        raise ValueError(f"no encoding is named '{name}'; for instance utf-8, latin-1, gb18030, or auto") from error


EncodingName = Annotated[str, AfterValidator(_known)]
"""An option that names an encoding, or `auto`."""


def encoding_of(file: Path, given: str, *, limit: int | None = None) -> str:
    """Return the codec to read `file` with: the given one, or for `auto` the one that its bytes tell.

    `limit` bounds the bytes looked at. Raises `DataError` where the bytes tell nothing.
    """
    if given == "auto":
        return _detect(file, limit)
    return "utf-8-sig" if given == "utf-8" else given  # a BOM is never part of the text


@contextmanager
def open_text(file: Path, encoding: str, *, newline: str | None = None) -> Iterator[TextIO]:
    """Give the file's text; a byte that does not fit the encoding raises `DataError` with its line."""
    with open_binary(file) as binary, io.TextIOWrapper(binary, encoding=encoding, newline=newline) as text:
        try:
            yield text
        except UnicodeDecodeError as error:
            raise _undecodable(file, encoding) from error


def text_files(path: str, given: str, context: ReadContext) -> Iterator[tuple[Path, str, str]]:
    """Yield each file of a path or glob with its place and the codec to read it with.

    Empty files are left out, which is said in the context's notes, as is at the end how the others were read.
    """
    files = paths.expand(path)
    encodings: dict[str, str] = {}
    for file, place in zip(files, paths.places(files), strict=True):
        if file.stat().st_size == 0:
            context.notes.append(f"{place}: empty, left out")
            continue
        encodings[place] = encoding_of(file, given)
        yield file, place, encodings[place]
    context.notes.extend(say(encodings, given))


def say(encodings: dict[str, str], given: str) -> list[str]:
    """Return a note for each encoding that files (by place) were read in."""
    how = "detected" if given == "auto" else "as the recipe says"
    notes = []
    for name, count in sorted(Counter(encodings.values()).items()):
        files = [place for place, encoding in encodings.items() if encoding == name]
        what = files[0] if count == 1 else f"{count} files ({files[0]}, …)"
        sure = "" if name in TITLES or given != "auto" else "; say `encoding:` if accents look wrong"
        named = name if given == "auto" else given
        notes.append(f"{what}: read as {TITLES.get(named, named)}, {how}{sure}")
    return notes


def _detect(file: Path, limit: int | None) -> str:
    with open_binary(file) as binary:
        head = binary.read(4)
        for mark, name in MARKS:
            if head.startswith(mark):
                return name
        binary.seek(0)
        if _is_utf8(binary, limit):
            return "utf-8"
        binary.seek(0)
        sample = _telling(binary)
    return _guess(sample, file)


def _is_utf8(binary: IO[bytes], limit: int | None) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    left = limit
    while block := binary.read(BLOCK if left is None else min(left, BLOCK)):
        left = None if left is None else left - len(block)
        try:
            decoder.decode(block)
        except UnicodeDecodeError:
            return False
        if left == 0:
            return True
    return not decoder.getstate()[0]


def _telling(binary: IO[bytes]) -> bytes:
    found, size = [], 0
    while size < SAMPLE and (line := binary.readline(SAMPLE)):
        if not line.isascii():
            found.append(line)
            size += len(line)
    return b"".join(found)


def _guess(sample: bytes, file: Path) -> str:
    runs = [len(run) for run in _HIGH.findall(sample)]
    high = sum(runs)
    if sum(map(len, _UTF8.findall(sample))) > high / 2:
        return "utf-8"  # UTF-8 with damage: strict decoding says where
    if sum(run for run in runs if run > 1) < 0.9 * high:
        # Single letters between ASCII ones: a Western European text. Latin-1 has no letters at 0x80-0x9f, cp1252 has.
        return "cp1252" if re.search(rb"[\x80-\x9f]", sample) else "latin-1"
    from charset_normalizer import from_bytes

    best = from_bytes(sample, cp_isolation=list(DENSE)).best()
    if best is None:
        raise DataError("the encoding cannot be told", where=str(file), hint="name it: `encoding: gb18030`, …")
    return best.encoding


def _undecodable(file: Path, encoding: str) -> DataError:
    line, byte = _first_bad(file, encoding)
    title = TITLES.get(encoding, encoding)
    return DataError(
        f"byte {byte} is not {title}",
        where=f"{file}:{line}",
        hint="correct that line, or name the encoding that the whole file is in: `encoding: latin-1`, …",
    )


def _first_bad(file: Path, encoding: str) -> tuple[int, str]:
    """Return line and byte of the first fault; wide encodings are decoded whole, as their lines do not end in 0x0A."""
    with open_binary(file) as binary:
        wide = encoding.startswith(("utf-16", "utf-32"))
        lines: Iterator[bytes] = iter([binary.read()]) if wide else iter(binary)
        for number, line in enumerate(lines, start=1):
            try:
                line.decode("utf-8" if encoding == "utf-8-sig" else encoding)
            except UnicodeDecodeError as error:
                before = line[: error.start].decode(encoding, "ignore") if wide else ""
                return number + before.count("\n"), f"0x{error.object[error.start]:02x}"
    return 1, "at the end"  # a sequence that the end of the file cuts short
