"""PDF: what stands at the edges goes, words come together, headings, lists and rows are kept; damage is said."""

from __future__ import annotations

import re
import zlib
from pathlib import Path
from typing import Any

import pytest

from metier.errors import DataError

BODY = [
    "The hydraulic pump of line two lost pressure on Monday and the main-",
    "tenance team replaced the seal. The long-term plan is to inspect the",
    "valves every month, and to keep a record of every repair that is made",
    "to any of the machines in the hall.",
]
WORDS = "maintenance is planned; a long-term view helps"


def body(top: float, lines: list[str] = BODY) -> list[Any]:
    return [(line, 72, top - 14 * number) for number, line in enumerate(lines)]


def test_headers_footers_and_page_numbers_go_and_are_counted(tmp_path: Path, make_pdf: Any, read: Any) -> None:
    pages = [
        [("Annual report 2024", 72, 760), *body(700, [f"{line} {number}" for line in BODY]), (str(number), 300, 40)]
        for number in (7, 8, 9)
    ]
    records = read(make_pdf(tmp_path / "a.pdf", pages))
    assert [record.values["page"] for record in records] == [1, 2, 3]
    assert [record.where for record in records] == ["a.pdf:page 1", "a.pdf:page 2", "a.pdf:page 3"]
    for number, record in zip((7, 8, 9), records, strict=True):
        assert "Annual report" not in record.values["text"]
        assert record.values["text"].startswith("The hydraulic pump")
        assert record.values["text"].endswith(f"in the hall. {number}")
    assert "3 lines of headers and footers left out (a.pdf)" in read.notes
    assert "3 page numbers left out (a.pdf)" in read.notes


def test_numbers_of_an_earlier_print_go_and_other_numbers_stay(tmp_path: Path, make_pdf: Any, read: Any) -> None:
    def page(first: int, apart: int) -> list[Any]:
        text = [one for number in (first, first + 1) for one in [*BODY * (apart // 4), str(number)]]
        return body(740, [*text, *BODY])

    read_back = read.text(make_pdf(tmp_path / "a.pdf", [page(3, 16), page(5, 16)]))
    assert not re.search(r"\b[3-6]\b", read_back)
    assert "4 page numbers left out (a.pdf)" in read.notes
    rows = read.text(make_pdf(tmp_path / "b.pdf", [page(3, 4), page(5, 4)]))
    assert all(re.search(rf"\b{number}\b", rows) for number in (3, 4, 5, 6))


def test_a_footer_within_the_page_goes_and_a_form_on_every_page_stays(tmp_path: Path, make_pdf: Any, read: Any) -> None:
    pages = [[*body(700, BODY[at : at + 2]), ("* confidential", 72, 600 - 20 * at)] for at in range(3)]
    assert "confidential" not in read.text(make_pdf(tmp_path / "a.pdf", pages))
    assert read.text(make_pdf(tmp_path / "b.pdf", [body(700)] * 3)).count("The hydraulic pump") == 3


def test_a_single_page_keeps_its_lines_but_for_what_is_surely_a_number(
    tmp_path: Path, make_pdf: Any, read: Any
) -> None:
    text = read.text(make_pdf(tmp_path / "a.pdf", [[("1984", 72, 760), *body(700), ("Page 1 of 1", 280, 40)]]))
    assert text.startswith("1984")
    assert "Page 1" not in text


def test_lines_become_paragraphs_and_parted_words_whole(tmp_path: Path, make_pdf: Any, read: Any) -> None:
    pages = [[*body(700), *body(630, ["A second paragraph stands apart from the first, and says that", WORDS])]]
    first, second = read.text(make_pdf(tmp_path / "a.pdf", pages)).split("\n\n")
    assert first.startswith("The hydraulic pump of line two lost pressure on Monday and the maintenance team replaced")
    assert "\n" not in first
    assert "long-term plan" in first
    assert second.startswith("A second paragraph")
    assert "1 hyphens at line ends removed (a.pdf)" in read.notes


def test_headings_lists_and_tables_are_kept(tmp_path: Path, make_pdf: Any, read: Any) -> None:
    page = [
        ("Inspection", 72, 720, 18.0),
        *body(690),
        ("Findings", 72, 610, 11.0, "Helvetica-Bold"),
        ("• the seal leaks", 72, 590),
        ("• the belt is worn", 72, 576),
        ("Part", 72, 540),
        ("Hours", 250, 540),
        ("State", 400, 540),
        ("Seal", 72, 526),
        ("1,200", 250, 526),
        ("worn at the lower", 400, 526),
        ("edge", 400, 512),
    ]
    (record,) = read(make_pdf(tmp_path / "a.pdf", [page]))
    text = record.values["text"]
    assert text.startswith("# Inspection\n\nThe hydraulic pump")
    assert "\n\n## Findings\n\n- the seal leaks\n- the belt is worn\n\n" in text
    assert text.endswith("Part | Hours | State\nSeal | 1,200 | worn at the lower edge")
    assert record.values["section"] == "Inspection"


def test_sections_go_over_pages(tmp_path: Path, make_pdf: Any, read: Any) -> None:
    pages = [
        [("Pump", 72, 720, 18.0), *body(690, ["The pump of line two lost pressure, and the"])],
        [*body(720, ["seal had to be replaced at once."]), ("Seal", 72, 680, 18.0), ("It is worn.", 72, 650)],
    ]
    path = make_pdf(tmp_path / "a.pdf", pages)
    pump, seal = read(path, unit="section")
    assert (
        pump.values["text"] == "# Pump\n\nThe pump of line two lost pressure, and the seal had to be replaced at once."
    )
    assert (seal.values["page"], seal.values["section"]) == (2, "Seal")
    (whole,) = read(path, unit="document")
    assert (whole.where, whole.values["page"], whole.values["section"]) == ("a.pdf", None, "")


def test_pages_without_text_are_counted(tmp_path: Path, make_pdf: Any, read: Any) -> None:
    assert len(read(make_pdf(tmp_path / "a.pdf", [[], body(700)]))) == 1
    assert any(note.startswith("1 pages without text left out") for note in read.notes)


@pytest.mark.parametrize(
    ("name", "cut", "message"),
    [
        ("half", lambda data: data[: len(data) // 2], "it is (cut short|damaged)"),
        ("end", lambda data: data[:-60], "it is (cut short|damaged)"),
        ("hole", lambda data: data[:40] + bytes(len(data) - 80) + data[-40:], "it is damaged"),
        ("none", lambda data: b"<html>" + data[5:6], "it is no PDF"),
    ],
)
def test_damage_is_said_with_the_file(
    tmp_path: Path, make_pdf: Any, read: Any, name: str, cut: Any, message: str
) -> None:
    path = make_pdf(tmp_path / f"{name}.pdf", [body(700)] * 3)
    path.write_bytes(cut(path.read_bytes()))
    with pytest.raises(DataError, match=message) as raised:
        read(path)
    assert all(problem.where == str(path) and "on_error: skip" in problem.hint for problem in raised.value.problems)


def test_one_damaged_file_is_skipped_and_named_where_that_is_asked_for(
    tmp_path: Path, make_pdf: Any, read: Any
) -> None:
    make_pdf(tmp_path / "good.pdf", [body(700)])
    bad = make_pdf(tmp_path / "bad.pdf", [body(700)])
    bad.write_bytes(bad.read_bytes()[:200])
    (tmp_path / "photo.jpg").write_bytes(b"\xff\xd8")
    (tmp_path / "empty.txt").write_bytes(b"")
    records = read(tmp_path / "*", on_error="skip")
    assert [record.values["file"] for record in records] == ["good.pdf"]
    assert any(note.startswith("bad.pdf: left out: it is damaged") for note in read.notes)
    assert any(note.startswith("photo.jpg: left out: files that end in '.jpg'") for note in read.notes)
    assert "1 empty files left out (empty.txt)" in read.notes


def written(content: bytes, trailer: bytes = b"") -> bytes:
    """Return a PDF of one page as a program would write it by hand."""
    packed = zlib.compress(content)
    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 612 792]/Resources<</Font<</F 5 0 R>>>>/Contents 4 0 R>>",
        b"<</Length %d/Filter/FlateDecode>>stream\n%s\nendstream" % (len(packed), packed),
        b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>",
    ]
    data, places = b"%PDF-1.4\n", list[int]()
    for number, one in enumerate(objects, start=1):
        places.append(len(data))
        data += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = b"xref\n0 6\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    return data + table + b"trailer<</Size 6/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF" % (trailer, len(data))


def test_an_encrypted_file_and_a_page_made_to_use_up_memory_are_said(tmp_path: Path, read: Any) -> None:
    lock = b"/Encrypt<</Filter/Standard/V 1/R 2/O<%s>/U<%s>/P -44>>/ID[<00><00>]" % (b"41" * 32, b"42" * 32)
    path = tmp_path / "a.pdf"
    path.write_bytes(written(b"BT /F 12 Tf 72 700 Td (hello) Tj ET", lock))
    with pytest.raises(DataError, match="it is encrypted with a password"):
        read(path)
    path.write_bytes(written(b"BT /F 12 Tf 72 700 Td " + b"(a) Tj " * 100_001 + b"ET"))
    with pytest.raises(DataError, match="100,001 pieces of text") as raised:
        read(path)
    assert str(raised.value.problems[0].where).endswith("a.pdf:page 1")
    path.write_bytes(written(b"BT /F 12 Tf 72 700 Td (hello) Tj ET"))
    assert read.text(path) == "hello"


def test_a_file_whose_index_is_wrong_is_read_and_that_is_said(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(re.sub(rb"startxref\n\d+", b"startxref\n7", written(b"BT /F 12 Tf 72 700 Td (hello) Tj ET")))
    assert read.text(path) == "hello"
    assert any("had to be rebuilt" in note for note in read.notes)
