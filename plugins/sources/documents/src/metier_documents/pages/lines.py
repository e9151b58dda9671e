"""The lines of a page, with where they stand and how they are set."""

from __future__ import annotations

import ctypes
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pypdfium2 import PdfTextPage

GAP = 1.5
"""Heights of a line from on which a gap parts two cells of a table."""
GAP_WIDTHS = 3.5
"""Widths of a usual character that it must have as well: text of a typewriter is justified with spaces."""
TWICE = 0.2
"""Share of a letter by which the same one may stand aside: it is printed twice, to look bold or to cast a shadow."""
HYPHEN = "\x02"
"""What PDFium puts for a hyphen at the end of a line."""
BOLD = 600
"""Weight of a font from on which it is bold."""
FORCE_BOLD = 1 << 18
"""The flag of a bold font (ISO 32000-1, table 123)."""
BOLD_NAME = re.compile("bold|black|heavy", re.IGNORECASE)
RULE = re.compile(
    r"[-–—_=*\s]*[-–—_=]{3,}[-–—_=*\s]*|\W*this page (?:is |was |has been )?intentionally left blank\W*", re.IGNORECASE
)
LEADERS = re.compile(r"(?:\s*[.·…_]){5,}\s*")
"""Dots that lead the eye to a page number."""
PRIVATE = range(0xE000, 0xF900)
"""Characters that mean what a font wants, which it does not say: nothing to read."""
MEANINGLESS = "characters left out that the fonts of the file give no meaning"
RULES = "lines left out that are dashes, or say that a page is blank"
BULLETS = {0xF0B7: "•", 0xF0A7: "▪"}
"""Those of them that Word takes from its symbol fonts to begin the items of a list with."""
GLYPHS = str.maketrans(
    {
        **{"\ufb00": "ff", "\ufb01": "fi", "\ufb02": "fl", "\ufb03": "ffi", "\ufb04": "ffl", "\ufb06": "st"},
        **{"\u00a0": " ", "\u00ad": "", "\ufffe": "", "\u200b": "", "\ufeff": ""},
        **{chr(code): "" for code in (*range(9), *range(14, 32), 127)},
        **{chr(code): BULLETS.get(code, "") for code in PRIVATE},
    }
)
"""Ligatures apart, bullets as bullets, and nothing for characters that show nothing."""


class Cell(NamedTuple):
    """A stretch of a line without a wide gap in it."""

    left: float
    right: float
    text: str


@dataclass(slots=True)
class Line:
    """A line; places are in points from the page's lower left corner."""

    cells: list[Cell]
    bottom: float
    top: float
    size: float
    """Height of most of its letters, ascent to descent."""
    bold: bool

    @property
    def text(self) -> str:
        """Return its text, without a mark between cells."""
        return " ".join(cell.text for cell in self.cells)

    @property
    def left(self) -> float:
        """Return where it begins."""
        return self.cells[0].left

    @property
    def right(self) -> float:
        """Return where it ends."""
        return self.cells[-1].right


@dataclass(slots=True)
class Page:
    """A page's lines in the order of its content, and its height in points."""

    number: int
    height: float
    lines: Sequence[Line]


@dataclass(slots=True)
class _Glyph:
    text: str
    left: float
    right: float
    bottom: float
    top: float
    index: int


END = _Glyph("\n", 0.0, 0.0, 0.0, 0.0, -1)


def lines_of(page: PdfTextPage, counts: Counter[str]) -> Iterator[Line]:
    """Yield the lines of a page that have text, in the order in which the page's content has them."""
    glyphs: list[_Glyph] = []
    for glyph in [*_glyphs(page), END]:
        if glyph.text not in ("\r", "\n", HYPHEN):
            glyphs.append(glyph)
            continue
        if glyph.text == HYPHEN:
            glyph.text = "-"
            glyphs.append(glyph)
        text = "".join(one.text for one in glyphs)
        counts[MEANINGLESS] += sum(ord(one) in PRIVATE and ord(one) not in BULLETS for one in text)
        if text.translate(GLYPHS).strip():
            line = _line(page, glyphs)
            if RULE.fullmatch(line.text):
                counts[RULES] += 1
            else:
                yield line
        glyphs = []


def _glyphs(page: PdfTextPage) -> Iterator[_Glyph]:
    from pypdfium2 import raw

    box = raw.FS_RECTF()
    pointer = ctypes.byref(box)
    before = (0, 0.0, 0.0)
    for index in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page, index)
        raw.FPDFText_GetLooseCharBox(page, index, pointer)
        aside, above = abs(box.left - before[1]), abs(box.bottom - before[2])
        shadow = aside < TWICE * (box.right - box.left) and above < TWICE * (box.top - box.bottom)
        if code != before[0] or not shadow or aside + above == 0.0:  # letters of a ligature have one place
            yield _Glyph(chr(code), box.left, box.right, box.bottom, box.top, index)
        before = (code, box.left, box.bottom)


def _line(page: PdfTextPage, glyphs: Sequence[_Glyph]) -> Line:
    inked = [glyph for glyph in glyphs if glyph.text.strip()]
    usual = sorted(inked, key=lambda glyph: glyph.top - glyph.bottom)[len(inked) // 2]
    size = usual.top - usual.bottom
    gap = max(GAP * size, GAP_WIDTHS * median(glyph.right - glyph.left for glyph in inked))
    made = [Cell(some[0].left, right, _text(some)) for some, right in _parted(glyphs, gap)]
    bold = all(_bold(page, glyph.index) for glyph in (inked[0], inked[len(inked) // 2], inked[-1]))
    return Line([cell for cell in made if cell.text] or made, usual.bottom, usual.top, size, bold)


def _parted(glyphs: Sequence[_Glyph], gap: float) -> Iterator[tuple[list[_Glyph], float]]:
    """Yield the characters between wide gaps, each with the right edge of the last that is no space."""
    some: list[_Glyph] = []
    right = 0.0
    for glyph in glyphs:
        inked = bool(glyph.text.strip())
        if some and inked and glyph.left - right > gap:
            yield some, right
            some = []
        if some or inked:
            some.append(glyph)
            right = glyph.right if inked else right
    yield some, right


def _text(glyphs: Sequence[_Glyph]) -> str:
    text = "".join(glyph.text for glyph in glyphs)
    text = text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")  # PDFium gives some as two halves
    return " ".join(LEADERS.sub(" … ", text.translate(GLYPHS)).split())


def _bold(page: PdfTextPage, index: int) -> bool:
    from pypdfium2 import raw

    if raw.FPDFText_GetFontWeight(page, index) >= BOLD:
        return True
    flags, name = ctypes.c_int(), ctypes.create_string_buffer(128)
    raw.FPDFText_GetFontInfo(page, index, name, len(name), ctypes.byref(flags))
    return bool(flags.value & FORCE_BOLD) or bool(BOLD_NAME.search(name.value.decode("utf-8", "replace")))
