"""A quick look at a file before its format's library gets it: what it is, and whether it is too large unpacked."""

from __future__ import annotations

import zipfile
from pathlib import Path

from metier.errors import DataError
from metier_documents.formats import FORMATS, PDF, Format, format_of

OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""What Word, Excel and PowerPoint wrote before 2007, and what they write to this day with a password."""
HEAD = 1024
"""Bytes in which a PDF must begin (ISO 32000-1, annex H: some programs put something before it)."""
RATIO = 100
"""How many times larger than packed a part may be; Apache POI takes the same (`ZipSecureFile`)."""
SMALL = 1 << 20
"""Bytes from which on that counts: a small part cannot do harm."""
SKIP = "or leave out what cannot be read: `on_error: skip`"


def check(file: Path, *, limit: int) -> Format:
    """Return the file's format; raises `DataError` where it is none, not what its name says, encrypted, or too large.

    `limit` is the bytes that it may have, unpacked.
    """
    form = format_of(file)
    if form is None:
        hint = f"narrow the glob to {', '.join(FORMATS)}, {SKIP}"
        raise DataError(f"files that end in '{file.suffix}' are no known format", where=str(file), hint=hint)
    try:
        size = file.stat().st_size
        with file.open("rb") as handle:
            head = handle.read(HEAD)
    except OSError as error:
        raise DataError(f"cannot be opened: {error.strerror}", where=str(file), hint="check the file") from error
    if form.signature and head:
        _signed(file, form, head)
    if form.signature == b"PK" and head:
        size = unpacked(file, form)
    if size > limit:
        hint = f"raise `largest:` if it is meant to be so large, {SKIP}"
        raise DataError(f"it has {size >> 20} MiB, more than the {limit >> 20} that it may", where=str(file), hint=hint)
    return form


def _signed(file: Path, form: Format, head: bytes) -> None:
    if head.startswith(OLD_OFFICE):
        hint = f"save it as {file.suffix} without a password, {SKIP}"
        raise DataError("it is encrypted with a password, or an old Office document", where=str(file), hint=hint)
    if not (form.signature in head if form is PDF else head.startswith(form.signature)):
        hint = f"give the file its right name, {SKIP}"
        raise DataError(f"it is no {form.title}: it begins with {head[:8]!r}", where=str(file), hint=hint)


def unpacked(file: Path, form: Format) -> int:
    """Return the bytes of a zip archive's parts; raises `DataError` where it is none, or a part is packed like a bomb.

    The sizes are those that the archive states: Python's reader gives no more of a part than that.
    """
    try:
        with zipfile.ZipFile(file) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        hint = f"open and save it anew, {SKIP}"
        raise DataError(f"it is damaged, no whole {form.title}: {error}", where=str(file), hint=hint) from error
    for part in parts:
        if part.file_size > SMALL and part.file_size > RATIO * part.compress_size:
            message = f"its part '{part.filename}' is {part.file_size >> 20} MiB packed into {part.compress_size} bytes"
            raise DataError(message, where=str(file), hint=f"do not open it: this is how a zip bomb looks, {SKIP}")
    return sum(part.file_size for part in parts)
