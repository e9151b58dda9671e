"""What the elements of HTML mean for the text: which begin a block, which nobody sees, which are bold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element

HEADINGS = {f"h{level}": level for level in range(1, 7)}
SECTIONS = {
    "html",
    "body",
    "div",
    "section",
    "article",
    "main",
    "header",
    "aside",
    "address",
    "form",
    "fieldset",
    "center",
}
TEXTS = {"p", "blockquote", "pre", "figure", "figcaption", "details", "summary", "fieldset", "hr"}
LISTS = {"ul", "ol", "li", "dl", "dt", "dd"}
TABLES = {"table", "caption", "thead", "tbody", "tfoot", "tr", "td", "th"}
BLOCKS = frozenset(SECTIONS | TEXTS | LISTS | TABLES | HEADINGS.keys())
"""Elements that begin and end a block."""
CODE = {"head", "script", "style", "template", "noscript"}
MEDIA = {"svg", "math", "iframe", "object", "audio", "video", "canvas"}
INPUTS = {"select", "button", "textarea"}
UNSEEN = frozenset(CODE | MEDIA | INPUTS)
"""Elements that have no text to read."""
BOLD = frozenset({"b", "strong"})
BOLD_STYLE = re.compile(r"font-weight\s*:\s*(?:bold|[6-9]00)", re.IGNORECASE)
HIDDEN_STYLE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
PAGE_BREAK = re.compile(r"(?:page-)?break-(before|after)\s*:\s*(?:always|page)", re.IGNORECASE)


def tag_of(element: _Element) -> str:
    """Return an element's name; `script` for what has none, such as an instruction to the parser."""
    return element.tag if isinstance(element.tag, str) else "script"


def is_hidden(element: _Element, tag: str) -> bool:
    """Return whether a reader of the page does not see an element."""
    hidden = element.get("hidden") is not None or HIDDEN_STYLE.search(element.get("style") or "") is not None
    return hidden or tag in UNSEEN


def page_break(element: _Element) -> str | None:
    """Return whether a printed page ends `before` or `after` an element; None where it does not."""
    found = PAGE_BREAK.search(element.get("style") or "")
    return found[1].lower() if found else None


def is_bold(element: _Element, tag: str) -> bool:
    """Return whether the text of an element is bold."""
    return tag in BOLD or BOLD_STYLE.search(element.get("style") or "") is not None
