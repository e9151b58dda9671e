"""HTML and Markdown: what a reader sees, as headings, lists and rows; pages that are odd, deep or oddly encoded."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from metier.errors import DataError
from metier_documents.formats.html import blocks_of

PAGE = """<!DOCTYPE html><html><head><title>no</title><style>p {}</style><script>no()</script></head><body>
<nav>Home</nav><h1>Fees &amp; terms</h1><p>Pay <b>at
once</b>.<br>By card.</p><div style="display: none">no</div><div hidden>no</div>
<h2>List</h2><ol><li>one</li><li>two<ul><li>inner</li></ul></li></ol>
<table><tr><th>Year</th><th>Profit</th></tr><tr><td>2024</td><td></td></tr><tr><td>2023</td><td>5</td></tr></table>
<pre>a
  b</pre><footer>Imprint</footer></body></html>"""


def html(markup: str) -> list[tuple[str, str, int]]:
    return [(one.kind, one.text, one.level) for one in blocks_of(markup, Counter(), "a.html")]


def test_a_page_is_read_as_a_reader_sees_it() -> None:
    counts: Counter[str] = Counter()
    assert [(one.kind, one.text, one.level) for one in blocks_of(PAGE, counts, "a.html")] == [
        ("heading", "Fees & terms", 1),
        ("paragraph", "Pay at once.\nBy card.", 1),
        ("heading", "List", 2),
        ("item", "1. one", 1),
        ("item", "2. two", 1),
        ("item", "- inner", 2),
        ("row", "Year | Profit", 1),
        ("row", "2024", 1),
        ("row", "2023 | 5", 1),
        ("paragraph", "a\n  b", 1),
    ]
    assert counts == {"navigations and footers of pages left out": 2}


def test_tables_that_only_lay_out_a_page_are_no_rows() -> None:
    assert html(f"<table><tr><td>menu</td><td><p>{'long ' * 200}</p><p>text</p></td></tr></table>")[0][1] == "menu"
    assert html("<table><tr><td><table><tr><td>a</td><td>b</td></tr></table></td><td>c</td></tr></table>") == [
        ("row", "a | b", 1),
        ("paragraph", "c", 1),
    ]


def test_signs_of_money_stand_with_their_numbers_and_spacers_go() -> None:
    cells = "<td>Profit</td><td colspan='2'></td><td>$</td><td>(1,200</td><td>)</td><td></td><td>5</td><td>%</td>"
    assert html(f"<table><tr>{cells}</tr></table>") == [("row", "Profit | $(1,200) | 5%", 1)]


def test_bold_lines_are_headings_where_there_are_no_others() -> None:
    assert html("<p><b>Item 1. Business</b></p><p><b>Note:</b> text.</p><p><b>A sentence.</b></p>") == [
        ("heading", "Item 1. Business", 1),
        ("paragraph", "Note: text.", 1),
        ("paragraph", "A sentence.", 1),
    ]
    assert html("<h1>A</h1><p style='font-weight:700'>Item 1</p>")[1] == ("paragraph", "Item 1", 1)


def test_what_printed_pages_repeat_at_their_ends_goes() -> None:
    pages = "".join(
        f"<p>Acme Inc.</p><p>text of page {word}</p><p>Acme | Form 10-Q | {number}</p>"
        f"<hr style='page-break-after:always'>"
        for number, word in enumerate(("one", "two", "three", "four"), start=1)
    )
    counts: Counter[str] = Counter()
    found = [one.text for one in blocks_of(pages, counts, "a.html")]
    assert found == ["Acme Inc.", *(f"text of page {word}" for word in ("one", "two", "three", "four"))]
    assert counts["lines of headers and footers left out"] == 7


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<ul>", "<li>", "</ul>", "<b>", "<td>", "<tr>", "<table>", "x ", "</"]))
)
@example(["<tr>", "x ", "<td>", "<td>"])
@settings(max_examples=200, deadline=None)
def test_markup_that_is_wrong_loses_no_text(parts: list[str]) -> None:
    found = "".join(text for _, text, _ in html("<div>" + "".join(part for part in parts if part != "</")))
    assert found.count("x") == parts.count("x ")


def test_deep_pages_are_read_and_deeper_ones_said(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.html"
    path.write_text("<div>" * 2000 + "hello" + "</div>" * 2000, encoding="utf-8")
    assert read.text(path) == "hello"
    path.write_text("<div>" * 50_000 + "hello", encoding="utf-8")
    with pytest.raises(DataError, match="nested more than 2048 deep"):
        read(path)


def test_a_long_line_and_a_page_with_nothing(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.html"
    path.write_text(f"<p>{'x' * 200_000} {'y ' * 100_000}", encoding="utf-8")
    assert len(read.text(path)) == 400_000
    path.write_text("<html><script>no()</script></html>", encoding="utf-8")
    assert read(path) == []
    assert read.notes == ["1 files without text left out (a.html)"]


@pytest.mark.parametrize(
    ("written", "named", "text"),
    [
        ("gbk", "gbk", "油泵漏油"),
        ("utf-8", "gbk", "油泵漏油"),
        ("cp1252", "utf-8", "Grüße – aus Köln"),
        ("cp1252", "iso-8859-1", "Grüße – aus Köln"),
        ("cp1252", "no-such-thing", "Grüße – aus Köln"),
        ("utf-16", "", "Grüße"),
    ],
)
def test_the_encoding_is_what_the_bytes_or_the_page_say(
    tmp_path: Path, read: Any, written: str, named: str, text: str
) -> None:
    path = tmp_path / "a.html"
    path.write_bytes(f"<html><head><meta charset='{named}'></head><body><p>{text}</p>".encode(written))
    assert read.text(path) == text
    assert read.text(path, encoding=written) == text


def test_markdown_is_read_as_what_it_stands_for(tmp_path: Path, read: Any) -> None:
    path = tmp_path / "a.md"
    path.write_text("---\ntitle: x\n---\n# Pump\n\nIt *leaks*.\n\n- seal\n- hose\n\n|a|b|\n|-|-|\n|1|2|\n", "utf-8")
    (record,) = read(path)
    assert record.values["text"] == "# Pump\n\nIt leaks.\n\n- seal\n- hose\n\na | b\n1 | 2"
    path.write_text("---\n\nno metadata\n\n---\n", "utf-8")
    assert "no metadata" in read.text(path)
