"""Word, Excel and PowerPoint: structure kept, edges counted; bombs, locks and damage said before they are opened."""

from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import Any

import docx
import openpyxl
import pptx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from pptx.util import Inches

from metier.errors import DataError


def test_word_keeps_headings_lists_tables_and_what_was_inserted(tmp_path: Path, read: Any) -> None:
    made = docx.Document()
    made.add_heading("Lease", 0)
    made.add_heading("1 Rent", 1)
    paragraph = made.add_paragraph("The rent is ")
    paragraph._p.append(parse_xml(f"<w:ins {nsdecls('w')}><w:r><w:t>900 a month</w:t></w:r></w:ins>"))
    paragraph._p.append(parse_xml(f"<w:del {nsdecls('w')}><w:r><w:delText>800</w:delText></w:r></w:del>"))
    made.add_paragraph("in advance", style="List Bullet")
    made.add_paragraph("by bank", style="List Number")
    made.add_paragraph("or in cash", style="List Number")
    table = made.add_table(2, 2)
    for cell, text in zip([*table.rows[0].cells, *table.rows[1].cells], ["month", "sum", "May", "900"], strict=True):
        cell.text = text
    made.sections[0].header.paragraphs[0].text = "confidential"
    made.save(path := tmp_path / "a.docx")
    (record,) = read(path)
    assert record.values["text"] == (
        "# Lease\n\n# 1 Rent\n\nThe rent is 900 a month\n\n- in advance\n1. by bank\n2. or in cash\n\n"
        "month | sum\nMay | 900"
    )
    assert record.values["section"] == "1 Rent"
    assert read.notes == ["1 headers and footers of Word documents left out (a.docx)"]


def test_word_numbers_of_levels_are_counted_as_word_does(tmp_path: Path, read: Any) -> None:
    levels = "".join(
        f'<w:lvl w:ilvl="{at}"><w:start w:val="1"/><w:numFmt w:val="{form}"/><w:lvlText w:val="{text}"/></w:lvl>'
        for at, (form, text) in enumerate((("upperRoman", "%1."), ("decimal", "%1.%2"), ("lowerLetter", "(%3)")))
    )
    made = docx.Document()
    numbering = made.part.numbering_part.element
    numbering.insert(0, parse_xml(f'<w:abstractNum {nsdecls("w")} w:abstractNumId="99">{levels}</w:abstractNum>'))
    numbering.append(parse_xml(f'<w:num {nsdecls("w")} w:numId="99"><w:abstractNumId w:val="99"/></w:num>'))
    for depth in (0, 1, 2, 2, 1, 0, 1):
        properties = made.add_paragraph("term")._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{depth}"/><w:numId w:val="99"/></w:numPr>')
        )
    made.save(path := tmp_path / "a.docx")
    numbers = [line.split()[0] for line in read.text(path).splitlines()]
    assert numbers == ["I.", "I.1", "(a)", "(b)", "I.2", "II.", "II.1"]


def test_word_without_styles_has_its_bold_lines_as_headings(tmp_path: Path, read: Any) -> None:
    made = docx.Document()
    for text, bold in (("Rent", True), ("The rent is 900.", False), ("Term", True), ("One year.", False)):
        made.add_paragraph().add_run(text).bold = bold
    made.save(path := tmp_path / "a.docx")
    assert [record.values["section"] for record in read(path)] == ["Rent", "Term"]


def test_excel_gives_a_section_a_sheet(tmp_path: Path, read: Any) -> None:
    book = openpyxl.Workbook()
    book.active.title = "Faults"
    rows = [["date", "fault", "hours"], [datetime.datetime(2024, 5, 6), "leak\nat seal", 1.5], [None, None, 3.0], []]
    for row in rows:
        book.active.append(row)
    book.create_sheet("Notes")["B2"] = True
    book.create_sheet("Secret").sheet_state = "hidden"
    book.save(path := tmp_path / "a.xlsx")
    faults, notes = read(path)
    assert faults.values["text"] == "# Faults\n\ndate | fault | hours\n2024-05-06 | leak at seal | 1.5\n |  | 3"
    assert notes.values == {"text": "# Notes\n\n | True", "file": "a.xlsx", "page": None, "section": "Notes"}
    assert read.notes == ["1 hidden sheets left out (a.xlsx)"]


def test_excel_with_one_cell_far_out_is_read_at_once(tmp_path: Path, read: Any) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "first"
    book.active["XFD90000"] = "last"
    book.save(path := tmp_path / "a.xlsx")
    assert read.text(path).startswith("# Sheet\n\nfirst\n")


def test_powerpoint_gives_a_page_a_slide(tmp_path: Path, read: Any) -> None:
    made = pptx.Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Plan"
    slide.placeholders[1].text = "first\nsecond"
    slide.placeholders[1].text_frame.paragraphs[1].level = 1
    slide.notes_slide.notes_text_frame.text = "say it slowly"
    slide = made.slides.add_slide(made.slide_layouts[6])
    group = slide.shapes.add_group_shape()
    group.shapes.add_textbox(0, Inches(3), Inches(2), Inches(1)).text_frame.text = "below"
    slide.shapes.add_textbox(0, 0, Inches(2), Inches(1)).text_frame.text = "above"
    table = slide.shapes.add_table(1, 2, 0, Inches(5), Inches(4), Inches(1)).table
    table.cell(0, 0).text, table.cell(0, 1).text = "a", "b"
    made.save(path := tmp_path / "a.pptx")
    one, two = read(path)
    assert one.values["text"] == "# Plan\n\n- first\n  - second\n\nsay it slowly"
    assert (two.values["page"], two.values["section"]) == (2, "Plan")
    assert two.values["text"].split("\n\n") in (["above", "below", "a | b"], ["below", "above", "a | b"])


@pytest.mark.parametrize("suffix", [".docx", ".xlsx", ".pptx"])
def test_bombs_locks_and_damage_are_said_while_planning(tmp_path: Path, read: Any, suffix: str) -> None:
    path = tmp_path / f"a{suffix}"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", bytes(3 << 20))
    with pytest.raises(DataError, match="3 MiB packed into"):
        read(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("word/media/film.mp4", bytes(3 << 20))
    with pytest.raises(DataError, match="it has 3 MiB, more than the 1"):
        read(path, largest=1)
    with pytest.raises(DataError, match="cannot be read as"):
        read(path)
    path.write_bytes(path.read_bytes()[:5000])
    with pytest.raises(DataError, match="it is damaged"):
        read(path)
    path.write_bytes(b"\xd0\xcf\x11\xe0" + bytes(5000))
    with pytest.raises(DataError, match="encrypted with a password, or an old Office document"):
        read(path)
    path.write_bytes(b"<html>")
    with pytest.raises(DataError, match="it is no"):
        read(path)


def test_documents_with_nothing_in_them_are_counted(tmp_path: Path, read: Any) -> None:
    docx.Document().save(tmp_path / "a.docx")
    openpyxl.Workbook().save(tmp_path / "a.xlsx")
    pptx.Presentation().save(tmp_path / "a.pptx")
    assert read(tmp_path / "*") == []
    assert read.notes == ["3 files without text left out (3 files: a.docx, …)"]
