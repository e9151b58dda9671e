"""Archives as a crawler writes them (ISO 28500, WARC 1.1): a record an answer, each packed by itself."""

from __future__ import annotations

import gzip
import uuid
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

Answer = tuple[str, Sequence[tuple[str, str]], bytes]
"""A server's status, the headers and the content."""
MakeWarc = Callable[[Path, Sequence[Answer]], Path]
URL = "https://works.example/{}"


def record(kind: str, url: str, media: str, block: bytes) -> bytes:
    """Return a record of an archive."""
    head = (
        f"WARC/1.1\r\nWARC-Type: {kind}\r\nWARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, url)}>\r\n"
        f"WARC-Date: 2024-06-01T12:00:00Z\r\nWARC-Target-URI: {url}\r\n"
        f"Content-Type: {media}\r\nContent-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


def write_warc(path: Path, answers: Sequence[Answer]) -> Path:
    """Write answers of a server behind a record about the crawl; return the path."""
    records = [record("warcinfo", URL.format(""), "application/warc-fields", b"software: a crawler\r\n")]
    for number, (status, headers, content) in enumerate(answers):
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
        block = f"HTTP/1.1 {status}\r\n{lines}\r\n".encode() + content
        records.append(record("response", URL.format(number), "application/http; msgtype=response", block))
    packed = path.suffix == ".gz"
    path.write_bytes(b"".join(gzip.compress(one) if packed else one for one in records))
    return path


@pytest.fixture
def make_warc() -> MakeWarc:
    return write_warc


@pytest.fixture
def make_record() -> Callable[[str, str, str, bytes], bytes]:
    return record
