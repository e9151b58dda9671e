"""E-mail (RFC 5322), by the standard library: the subject and the text that a person reads."""

from __future__ import annotations

from collections.abc import Iterator
from email import policy
from email.message import MIMEPart
from email.parser import BytesParser

from metier.errors import DataError
from metier_documents.blocks import Block, Document
from metier_documents.formats.html import blocks_of


def blocks(document: Document) -> Iterator[Block]:
    """Yield the subject as a heading, then the text: the plain one where there is one, else that of the HTML.

    Raises `DataError` where the file has no header, so that it is no e-mail.
    """
    with document.path.open("rb") as handle:
        message = BytesParser(policy=policy.default).parse(handle)
    if not message.keys():
        hint = "give it the name of what it is"
        raise DataError("it is no e-mail: it has no header lines", where=str(document.path), hint=hint)
    subject = " ".join(str(message.get("Subject", "")).split())
    if subject:
        yield Block(subject, "heading")
    for _ in message.iter_attachments():
        document.counts["attachments of e-mails left out"] += 1
    body = message.get_body(("plain", "html"))
    if body is None:
        return
    text = _content(body)
    undecodable = text.count("\ufffd")
    if undecodable:
        document.counts["bytes of e-mails that are not in the encoding that they name"] += undecodable
    if body.get_content_subtype() == "html":
        yield from blocks_of(text, document.counts, str(document.path))
    else:
        yield from (Block(one) for one in _paragraphs(text))


def _content(body: MIMEPart) -> str:
    try:
        return str(body.get_content())
    except LookupError:  # an encoding that nobody knows
        payload = body.get_payload(decode=True)
        return payload.decode("utf-8", "replace") if isinstance(payload, bytes) else ""


def _paragraphs(text: str) -> Iterator[str]:
    held: list[str] = []
    for line in [*text.splitlines(), ""]:
        if line.strip():
            held.append(line.rstrip())
        elif held:
            yield "\n".join(held)
            held = []
