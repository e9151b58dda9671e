"""The source: units, places, e-mail and plain text, what is no document; and real documents."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from metier.errors import DataError
from metier_documents.documents import Documents

DATA = Path(__file__).parents[5] / "shared" / "data"


def test_email_has_its_subject_its_plain_text_and_a_count_of_attachments(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(
        b"Subject: =?utf-8?q?Gr=C3=BC=C3=9Fe?=\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n"
        b"--x\r\nContent-Type: multipart/alternative; boundary=y\r\n\r\n"
        b"--y\r\nContent-Type: text/html\r\n\r\n<p>rich</p>\r\n"
        b"--y\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nplain\r\n\r\ntext\r\n--y--\r\n"
        b"--x\r\nContent-Type: application/pdf\r\nContent-Disposition: attachment\r\n\r\n%PDF\r\n--x--\r\n"
    )
    (record,) = read(path)
    assert record.values["text"] == "# Grüße\n\nplain\n\ntext"
    assert read.notes == ["1 attachments of e-mails left out (a.eml)"]
    path.write_bytes(b"Subject: a\r\nContent-Type: text/html; charset=nosuch\r\n\r\n<p>r\xc3\xbc\xff</p>")
    assert read.text(path) == "# a\n\nrü\ufffd"
    assert read.notes == ["1 bytes of e-mails that are not in the encoding that they name (a.eml)"]
    path.write_text("no header at all", "utf-8")
    with pytest.raises(DataError, match="it is no e-mail"):
        read(path)


def test_plain_text_keeps_lines_and_has_pages_where_there_are_form_feeds(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.txt"
    path.write_text("The mainten-\nance team\ncame.\n\nIt left.\fNext", "utf-8")
    one, two = read(path)
    assert (one.values["text"], one.values["page"]) == ("The maintenance team\ncame.\n\nIt left.", 1)
    assert two.where == "a.txt:page 2"
    path.write_text("x" * 200_000 + "\n" + "ab-" * 70_000 + "\n" + "line\n" * 100_000, "utf-8")
    assert len(read.text(path)) > 900_000
    path.write_bytes("Grüße\n".encode() * 50 + "Grüße\n".encode("latin-1") + b"\x81")
    with pytest.raises(DataError, match="is not UTF-8") as raised:
        read(path)
    assert str(raised.value.problems[0].where).endswith("a.txt:51")


def test_a_unit_that_a_document_does_not_have_is_said(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.txt"
    path.write_text("text", "utf-8")
    with pytest.raises(DataError, match="it has no pages"):
        read(path, unit="page")
    (record,) = read(path, unit="document")
    assert record.where == "a.txt"


def test_planning_finds_what_cannot_be_read_unless_it_is_to_be_skipped(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(b"<html>")
    (tmp_path / "b.doc").write_bytes(b"\xd0\xcf\x11\xe0")
    (tmp_path / "c.txt").write_text("fine", "utf-8")

    def problems(**options: Any) -> list[str]:
        source = Documents(Documents.Config.model_validate({"path": str(tmp_path / "*"), **options}))
        return [problem.message for problem in source.inspect()]

    assert problems() == [
        "it is no PDF: it begins with b'<html>'",
        "files that end in '.doc' are no known format",
    ]
    assert problems(on_error="skip") == []


def test_files_of_one_name_in_two_folders_have_places_of_their_own(tmp_path: Path, read: Any) -> None:
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "a.md").write_text("# A\n\ntext", "utf-8")
    assert [record.where for record in read(tmp_path / "**" / "*.md")] == ["one/a.md:section 1", "two/a.md:section 1"]


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not there")
class TestRealDocuments:
    def test_a_press_conference_is_whole_and_clean(self, read: Any) -> None:
        records = read(DATA / "finance" / "documents" / "FOMCpresconf20110622.pdf")
        assert len(records) == 22
        text = "\n".join(record.values["text"] for record in records)
        assert "FINAL" not in text
        assert "Page 4 of 22" not in text
        assert "\n\nJON HILSENRATH. Jon Hilsenrath from the Wall Street Journal. Mr. Chairman, the FOMC says" in text
        assert "22 page numbers left out (FOMCpresconf20110622.pdf)" in read.notes

    def test_german_guidelines_come_with_whole_words_and_numbered_headings(self, read: Any) -> None:
        records = read(DATA / "legal" / "documents" / "LER_Annotationsrichtlinien_de.pdf", unit="section")
        sections = [record.values["section"] for record in records]
        assert any(section.endswith("2 Personennamen > 2.1 Personen PER") for section in sections)
        assert "Berufsausübungsgemeinschaft" in "".join(record.values["text"] for record in records)

    def test_a_quarterly_report_has_its_statements_as_rows(self, read: Any) -> None:
        text = read.text(DATA / "finance" / "documents" / "AAPL_10-Q_2023.html")
        assert "\nProducts | $60,584 | $63,355 | $230,901 | $245,241\n" in text
        assert "Q3 2023 Form 10-Q | 1" not in text

    def test_word_and_excel(self, read: Any) -> None:
        (record,) = read(DATA / "legal" / "documents" / "US_Trustee_handbook_1p.docx")
        assert record.values["text"].startswith("# CHAPTER 1\n\n# INTRODUCTION\n\n")
        lessons = read(DATA / "education" / "documents" / "transcripts" / "*.xlsx")
        assert len(lessons) == 6
        assert all("Speaker | Sentence" in one.values["text"] for one in lessons)
