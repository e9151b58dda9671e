"""PowerPoint presentations, by python-pptx: a page a slide, with its title, texts, tables and notes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from metier_documents.blocks import Block, Document, row

if TYPE_CHECKING:
    from pptx.slide import Slide
    from pptx.text.text import TextFrame

EDGES = frozenset({"DATE", "FOOTER", "SLIDE_NUMBER", "HEADER"})
BODIES = frozenset({"BODY", "OBJECT", "VERTICAL_BODY", "VERTICAL_OBJECT"})
"""Places for text whose paragraphs are the items of a list."""


def blocks(document: Document) -> Iterator[Block]:
    """Yield the blocks of each slide, then its notes; the page is the slide's number."""
    import pptx

    for number, slide in enumerate(pptx.Presentation(str(document.path)).slides, start=1):
        for block in _slide(slide, document):
            yield Block(block.text, block.kind, block.level, number)


def _slide(slide: Slide, document: Document) -> Iterator[Block]:
    title = slide.shapes.title
    if title is not None and title.text_frame.text.strip():
        yield Block(" ".join(title.text_frame.text.split()), "heading")
    for shape in _flat(slide.shapes):
        kind = shape.placeholder_format.type.name if shape.is_placeholder else ""
        if kind in EDGES:
            if shape.text_frame.text.strip():
                document.counts["dates, footers and numbers of slides left out"] += 1
        elif title is not None and shape.shape_id == title.shape_id:
            continue
        elif shape.has_text_frame:
            yield from _paragraphs(shape.text_frame, items=kind in BODIES)
        elif shape.has_table:
            rows = (row(cell.text for cell in line.cells) for line in shape.table.rows)
            yield from (one for one in rows if one is not None)
        elif shape.has_chart:
            document.counts["charts of slides left out"] += 1
    if slide.has_notes_slide and (notes := slide.notes_slide.notes_text_frame) is not None:
        yield from _paragraphs(notes, items=False)


def _flat(shapes: Iterable[Any]) -> Iterator[Any]:
    """Yield shapes from top to bottom and left to right, those of groups in place of the groups."""
    waiting = sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0), reverse=True)
    while waiting:
        shape = waiting.pop()
        if hasattr(shape, "shapes"):
            waiting.extend(reversed(list(shape.shapes)))
        else:
            yield shape


def _paragraphs(frame: TextFrame, *, items: bool) -> Iterator[Block]:
    for paragraph in frame.paragraphs:
        text = "\n".join(" ".join(line.split()) for line in paragraph.text.split("\v")).strip()
        if text:
            yield Block(f"- {text}", "item", paragraph.level + 1) if items else Block(text)
