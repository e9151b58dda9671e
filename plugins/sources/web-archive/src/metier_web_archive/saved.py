"""Pages that a browser saved: HTML, or MHTML (RFC 2557), which is a mail message with the page as a part."""

from __future__ import annotations

import re
from email import policy
from email.parser import BytesParser
from pathlib import Path

from metier.builtin.sources.paths import open_binary
from metier.errors import DataError
from metier_web_archive.pages import Page

MESSAGE = (".mhtml", ".mht")
LARGEST = 256 << 20
"""Bytes of a file: a saved page may hold its pictures."""
HEAD = 4096
"""Bytes at the beginning in which a browser says where it had the page from."""
FROM = re.compile(
    rb"saved from url=\(\d+\)(\S+)|\burl: (https?://\S+)|<link[^>]+rel=[\"']canonical[\"'][^>]+href=[\"']([^\"']+)"
)
"""As Chrome and Internet Explorer, SingleFile, and the page itself say it."""


def saved(file: Path) -> Page:
    """Return a saved page with the address that it came from, where it says so. Raises `DataError` where it is none."""
    if file.stat().st_size > LARGEST:
        hint = "leave it out of the folder"
        raise DataError(f"it is larger than {LARGEST >> 20} MiB, no page", where=str(file), hint=hint)
    with open_binary(file) as stream:
        content = stream.read()
    if file.name.lower().endswith(MESSAGE):
        return _from_message(content, file)
    found = FROM.search(content[:HEAD])
    address = next(filter(None, found.groups())) if found else b""
    return Page(content, url=address.decode("utf-8", "replace").rstrip("-"))


def _from_message(content: bytes, file: Path) -> Page:
    message = BytesParser(policy=policy.compat32).parsebytes(content)
    for part in message.walk():
        body = part.get_payload(decode=True)
        if part.get_content_type() == "text/html" and isinstance(body, bytes):
            address = part.get("Content-Location") or message.get("Snapshot-Content-Location") or ""
            return Page(body, url=str(address), encoding=str(part.get_content_charset() or ""))
    hint = "save the page anew, or leave the file out of the folder"
    raise DataError("there is no page in it", where=str(file), hint=hint)
