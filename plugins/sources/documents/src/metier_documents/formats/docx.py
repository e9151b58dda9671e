"""Word documents, by python-docx: paragraphs with their numbers, tables, text boxes, notes; no headers and footers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from metier_documents.blocks import Block, Document, row
from metier_documents.emphasis import LONGEST, stands_out
from metier_documents.numbering import NUMBER_PROPERTIES, WORD, Numbering, value

if TYPE_CHECKING:
    from docx.document import Document as WordDocument

THROUGH = frozenset(f"{WORD}{name}" for name in ("sdt", "sdtContent", "ins", "moveTo", "customXml", "smartTag"))
"""Elements around paragraphs and tables: forms, what was inserted, marks."""
GONE = frozenset(f"{WORD}{name}" for name in ("del", "moveFrom", "pPr", "rPr", "instrText"))
"""What was deleted, and what is no text."""
FALLBACK = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
"""The same once more, for older programs."""
TEXT_BOX = f"{WORD}txbxContent"
BREAKS = {f"{WORD}{name}": text for name, text in (("tab", "\t"), ("ptab", "\t"), ("br", "\n"), ("cr", "\n"))}
HYPHENS = {f"{WORD}noBreakHyphen": "-", f"{WORD}softHyphen": ""}
NOTES = {f"{WORD}footnoteReference": "", f"{WORD}endnoteReference": "e"}
STYLED = re.compile(r"heading ([1-9])")
"""The name that Word keeps for its headings, in whatever language it shows it."""


def blocks(document: Document) -> Iterator[Block]:
    """Yield the blocks of a document's body, then its foot- and endnotes, with the marks that the text has for them."""
    import docx

    opened = docx.Document(str(document.path))
    reader = _Reader(opened)
    found = [*reader.children(opened.element.body), *reader.notes()]
    if not any(one.kind == "heading" for one in found):
        found = [replace(one, kind="heading") if number in reader.bold else one for number, one in enumerate(found)]
    edges = sum(len(list(part.iter(f"{WORD}t"))) > 0 for part in _edges(opened))
    if edges:
        document.counts["headers and footers of Word documents left out"] += edges
    yield from found


def _edges(opened: WordDocument) -> Iterator[Any]:
    for relation in opened.part.rels.values():
        if relation.reltype.rsplit("/", 1)[-1] in ("header", "footer"):
            yield relation.target_part.element


class _Reader:
    """Reads the elements of a document; `bold` then has the numbers of the blocks that may be headings by weight."""

    def __init__(self, opened: WordDocument) -> None:
        self.bold: set[int] = set()
        self._part = opened.part
        self._styles = {style.style_id: style for style in opened.styles if hasattr(style, "base_style")}
        self._numbering = Numbering(self._related("numbering"))
        self._number = 0

    def children(self, parent: Any) -> Iterator[Block]:
        """Yield the blocks of the paragraphs and tables in an element."""
        for child in parent:
            if child.tag == f"{WORD}p":
                yield from self._counted(self._paragraph(child))
                for box in (one for one in child.iter(TEXT_BOX) if not any(True for _ in one.iterancestors(FALLBACK))):
                    yield from self.children(box)
            elif child.tag == f"{WORD}tbl":
                for line in child.iter(f"{WORD}tr"):
                    made = row(self._cells(line))
                    yield from self._counted([made] if made is not None else [])
            elif child.tag in THROUGH:
                yield from self.children(child)

    def notes(self) -> Iterator[Block]:
        """Yield a paragraph a note."""
        for kind, mark in (("footnotes", ""), ("endnotes", "e")):
            root = self._related(kind)
            for note in () if root is None else root:
                text = " ".join(filter(None, (_text(one).strip() for one in note.iter(f"{WORD}p"))))
                if text and note.get(f"{WORD}type") is None:
                    yield Block(f"[{mark}{note.get(f'{WORD}id')}] {text}")

    def _counted(self, some: Any) -> Iterator[Block]:
        for block in some:
            yield block
            self._number += 1

    def _paragraph(self, element: Any) -> Iterator[Block]:
        text = "\n".join(" ".join(line.split()) for line in _text(element).split("\n")).strip()
        style = value(element, "pPr", "pStyle")
        number = self._number_of(element, style)
        if not text:
            return
        level = self._level(element, style)
        if level and len(text) <= LONGEST:
            yield Block(f"{number or ''}{' ' if number else ''}{text}", "heading", level)
        elif number is not None:
            depth = int(value(element, "pPr", "numPr", "ilvl") or 0)
            yield Block(f"{number or '-'} {text}", "item", depth + 1)
        else:
            if _all_bold(element) and stands_out(text):
                self.bold.add(self._number)
            yield Block(text)

    def _level(self, element: Any, style: str | None) -> int:
        """Return the level of a heading; 0 for text."""
        outline = value(element, "pPr", "outlineLvl")
        chain = self._styles.get(style or "")
        while chain is not None and outline is None:
            name = str(chain.name or "").lower()
            found = STYLED.fullmatch(name)
            if found or name == "title":
                return int(found[1]) if found else 1
            outline = value(chain.element, "pPr", "outlineLvl")
            chain = chain.base_style
        return int(outline) + 1 if outline is not None and int(outline) < 9 else 0

    def _number_of(self, element: Any, style: str | None) -> str | None:
        """Return the number that Word counts for a paragraph, empty for a bullet; None where it has none."""
        found = element.find(NUMBER_PROPERTIES)
        chain = self._styles.get(style or "")
        while found is None and chain is not None:
            found = chain.element.find(NUMBER_PROPERTIES)
            chain = chain.base_style
        return self._numbering.next(found) if found is not None else None

    def _cells(self, line: Any) -> Iterator[str]:
        for cell in line.iter(f"{WORD}tc"):
            if next(cell.iterancestors(f"{WORD}tr")) is line:
                yield " ".join(_text(one) for one in cell.iter(f"{WORD}p"))

    def _related(self, kind: str) -> Any:
        """Return the root of the part that holds notes or numbers; None where there is none."""
        from lxml import etree

        for relation in self._part.rels.values():
            if relation.reltype.rsplit("/", 1)[-1] == kind and not relation.is_external:
                return etree.fromstring(relation.target_part.blob, etree.XMLParser(resolve_entities=False))
        return None


def _text(paragraph: Any) -> str:
    """Return the text of a paragraph, without that of text boxes in it."""
    parts: list[str] = []
    steps = list(reversed(paragraph))
    while steps:
        element = steps.pop()
        tag = element.tag
        if tag == f"{WORD}t":
            parts.append(element.text or "")
        elif tag in BREAKS or tag in HYPHENS:
            parts.append(BREAKS.get(tag, HYPHENS.get(tag, "")))
        elif tag in NOTES:
            parts.append(f"[{NOTES[tag]}{element.get(f'{WORD}id')}]")
        elif tag not in GONE and tag not in (TEXT_BOX, FALLBACK):
            steps.extend(reversed(element))
    return "".join(parts)


def _all_bold(paragraph: Any) -> bool:
    runs = [run for run in paragraph.iter(f"{WORD}r") if any((one.text or "").strip() for one in run.iter(f"{WORD}t"))]
    marks = [run.find(f"{WORD}rPr/{WORD}b") for run in runs]
    return bool(runs) and all(one is not None and one.get(f"{WORD}val") not in ("0", "false") for one in marks)
