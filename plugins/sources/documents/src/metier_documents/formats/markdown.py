"""Markdown, by markdown-it: what it stands for in HTML is read as such."""

from __future__ import annotations

from collections.abc import Iterator

from metier.builtin.sources.encoding import encoding_of, open_text
from metier_documents.blocks import Block, Document
from metier_documents.formats.html import blocks_of


def blocks(document: Document) -> Iterator[Block]:
    """Yield the blocks of CommonMark with tables; what stands between lines of `---` at the top is no text."""
    from markdown_it import MarkdownIt

    with open_text(document.path, encoding_of(document.path, document.encoding)) as text:
        source = text.read()
    markup = MarkdownIt("commonmark").enable("table").render(_body(source))
    yield from blocks_of(markup, document.counts, str(document.path))


def _body(source: str) -> str:
    """Return the text without the metadata that many tools write in front of it."""
    if not source.startswith("---\n"):
        return source
    head, found, body = source.partition("\n---\n")
    return body if found and ":" in head else source
