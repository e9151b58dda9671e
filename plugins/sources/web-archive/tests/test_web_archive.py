"""Archives as crawlers write them and pages as browsers save them; what is left out or damaged is said."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.components import ReadContext
from metier.errors import DataError
from metier_web_archive.pages import Content, Page
from metier_web_archive.web_archive import WebArchive

DATA = Path(__file__).parents[5] / "shared" / "data"
SENTENCE = "A seal fails when its surface is worn, and a careful reader of the log may see the first signs of it."
PAGE = f"""<!DOCTYPE html><html><head><title>How  seals
fail</title><meta property="article:published_time" content="2024-05-31T08:00:00Z"></head><body>
<div id="header"><ul><li><a href="/">Home</a></li><li><a href="/x">Products of ours</a></li></ul></div>
<div class="cookie-banner">We use cookies</div><main><h1>Seals</h1><p>{SENTENCE}</p>
<ul><li>heat at the lip</li><li>dirt in the oil</li></ul>
<table><tr><td>seal</td><td>900</td></tr></table></main><footer>Imprint</footer></body></html>"""


def html(content: bytes | str, *headers: tuple[str, str], status: str = "200 OK") -> Any:
    """Return a server's answer with a page."""
    data = content.encode() if isinstance(content, str) else content
    return status, [("Content-Type", "text/html"), *headers], data


def read(path: Path, **options: Any) -> tuple[list[dict[str, Any]], list[str]]:
    context = ReadContext(offline=True)
    source = WebArchive(WebArchive.Config.model_validate({"path": str(path), **options}))
    return [dict(record.values) for record in source.read(context)], context.notes


@pytest.mark.parametrize("name", ["a.warc", "a.warc.gz"])
def test_an_archive_gives_main_text_address_title_and_dates(tmp_path: Path, make_warc: Any, name: str) -> None:
    (row,), notes = read(make_warc(tmp_path / name, [html(PAGE)]))
    assert row == {
        "text": f"Seals\n\n{SENTENCE}\n\n  • heat at the lip\n  • dirt in the oil\nseal | 900",
        "url": "https://works.example/0",
        "title": "How seals fail",
        "date": "2024-05-31",
        "captured": "2024-06-01T12:00:00Z",
    }
    assert notes == []
    (row,), _ = read(tmp_path / name, content="all")
    assert "Products of ours" in row["text"]


def test_pages_are_unpacked_and_decoded_as_their_server_says(tmp_path: Path, make_warc: Any) -> None:
    page = "<main><p>油泵漏油，更换密封件，压力恢复正常。</p></main>".encode("gb18030")
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(page), page)
    named = ("Content-Type", "text/html; charset=gbk")
    answers = [
        ("200 OK", [named], page),
        ("200 OK", [named, ("Content-Encoding", "gzip")], gzip.compress(page)),
        ("200 OK", [named, ("Transfer-Encoding", "chunked")], chunked),
        ("200 OK", [("Content-Type", "text/html; charset=no-such-thing")], page),
    ]
    rows, notes = read(make_warc(tmp_path / "a.warc.gz", answers))
    assert [row["text"] for row in rows] == ["油泵漏油，更换密封件，压力恢复正常。"] * 4
    assert notes == []


def test_an_encoding_that_is_named_wrongly_is_told_from_the_bytes_or_said(tmp_path: Path, make_warc: Any) -> None:
    chinese = "<main><p>油泵漏油，更换密封件，压力恢复正常。</p></main>".encode("gb18030")
    mixed = "<main><p>Die Größe der Pumpe ist nicht bekannt.</p></main>".encode() + b"<p>\xff\x81\x8d</p>"
    named = [("Content-Type", "text/html; charset=utf-8")]
    rows, notes = read(
        make_warc(tmp_path / "a.warc", [("200 OK", named, chinese), ("200 OK", named, mixed)]), content="all"
    )
    assert rows[0]["text"] == "油泵漏油，更换密封件，压力恢复正常。"
    assert "Größe" in rows[1]["text"]
    assert notes == ["1 pages with bytes that are not in the encoding that they name"]


def test_what_is_no_page_is_counted(tmp_path: Path, make_warc: Any) -> None:
    answers = [
        html(PAGE),
        html("gone", status="404 Not Found"),
        ("200 OK", [("Content-Type", "image/png")], b"\x89PNG"),
        html("<html><script>only()</script></html>"),
        html(b"<p>" + b"a " * (9 << 20)),
    ]
    rows, notes = read(make_warc(tmp_path / "a.warc.gz", answers))
    assert len(rows) == 1
    assert notes == [
        "1 answers left out that are no success: moved, missing, refused",
        "1 answers left out that are no HTML page",
        "1 pages without text left out",
        "1 pages left out that are larger than 16 MiB",
    ]


def test_plain_text_of_common_crawl_is_read_as_it_is(tmp_path: Path, make_record: Any) -> None:
    text = "Ölpumpe\n\n\n\nleckt".encode()
    records = [make_record("conversion", "https://works.example", kind, text) for kind in ("text/plain", "text/csv")]
    (tmp_path / "a.warc.wet.gz").write_bytes(b"".join(map(gzip.compress, records)))
    (row,), notes = read(tmp_path / "a.warc.wet.gz")
    assert (row["text"], row["url"]) == ("Ölpumpe\n\nleckt", "https://works.example")
    assert notes == ["1 conversions left out that are no plain text"]


@pytest.mark.parametrize(
    ("name", "harm", "message"),
    [
        ("a.warc", lambda data: data[:-200], "it is damaged at record 3: it ends within a record"),
        ("a.warc.gz", lambda data: data[:-50], "it is damaged at record 3"),
        ("a.warc.gz", lambda data: data[:-100] + bytes(60) + data[-40:], "it is damaged at record 3"),
        ("a.warc.gz", lambda data: data[:-6] + b"\0\0" + data[-4:], "it is damaged at record 3"),
        ("a.warc", lambda data: b"no archive\n" * 9, "it is damaged at record 1"),
    ],
)
def test_damage_is_said_and_what_comes_before_it_may_be_kept(
    tmp_path: Path, make_warc: Any, name: str, harm: Any, message: str
) -> None:
    path = make_warc(tmp_path / name, [html(PAGE), html(PAGE)])
    path.write_bytes(harm(path.read_bytes()))
    with pytest.raises(DataError, match=message) as raised:
        read(path)
    assert all(problem.hint and problem.where == str(path) for problem in raised.value.problems)
    rows, notes = read(path, on_error="skip")
    assert len(rows) == (0 if "record 1" in message else 1)
    assert [note.startswith(f"{name}: what follows the damage is left out") for note in notes] == [True]


def test_a_page_that_is_packed_wrongly_does_not_end_the_archive(tmp_path: Path, make_warc: Any) -> None:
    broken = gzip.compress(PAGE.encode())[:30] + bytes(50)
    answers = [html(broken, ("Content-Encoding", "gzip")), html(PAGE)]
    rows, notes = read(make_warc(tmp_path / "a.warc.gz", answers))
    assert rows[-1]["title"] == "How seals fail"
    assert len(rows) + len(notes) == 2


def test_a_folder_of_saved_pages_is_read_with_their_addresses(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    saved = "<!-- saved from url=(0024)https://works.example/a -->\n"
    (tmp_path / "a.html").write_text(saved + PAGE, "utf-8")
    (tmp_path / "deep" / "b.htm").write_text(
        PAGE.replace("<title>", "<link rel='canonical' href='/b'><title>"), "utf-8"
    )
    (tmp_path / "c.mhtml").write_text(
        "Snapshot-Content-Location: https://works.example/c\nContent-Type: multipart/related; boundary=x\n\n"
        f"--x\nContent-Type: text/html; charset=utf-8\n\n{PAGE}\n--x\nContent-Type: image/png\n\npng\n--x--\n",
        "utf-8",
    )
    (tmp_path / "picture.png").write_bytes(b"\x89PNG")
    rows, notes = read(tmp_path)
    assert [row["url"] for row in rows] == ["https://works.example/a", "https://works.example/c", "/b"]
    assert len({row["text"] for row in rows}) == 1
    assert notes == []


def test_what_is_no_page_is_found_while_planning(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("text", "utf-8")
    source = WebArchive(WebArchive.Config.model_validate({"path": str(tmp_path / "a.txt")}))
    (problem,) = source.inspect()
    assert (problem.message, problem.hint[:10]) == ("it is neither a web archive nor a saved page", "give .warc")
    (tmp_path / "a.mhtml").write_text("Content-Type: image/png\n\npng", "utf-8")
    with pytest.raises(DataError, match="there is no page in it"):
        read(tmp_path / "a.mhtml")


@pytest.mark.parametrize(
    ("head", "date"),
    [
        ('<meta name="dc.date" content="2023-02-30">', ""),
        ('<meta name="date" content="2023/02/03 10:00">', "2023-02-03"),
        ('<script type="application/ld+json">{"datePublished": "2022-12-01T00:00"}</script>', "2022-12-01"),
        ('<meta name="date" content="yesterday">', ""),
    ],
)
def test_the_date_is_what_the_page_says(head: str, date: str) -> None:
    assert said(f"<html><head>{head}</head><body><p>{SENTENCE}</p></body></html>".encode()).date == date


def said(content: bytes, *, main: bool = True) -> Content:
    found = Page(content).read(main=main)
    assert found is not None
    return found


def test_deep_long_and_wide_pages_take_no_time_to_speak_of(tmp_path: Path, make_warc: Any) -> None:
    assert said(b"<div>" * 400 + b"hello" + b"</div>" * 400, main=False).text == "hello"
    assert len(said(b"<main><p>" + b"x" * 200_000 + b" and more.</p></main>").text) > 200_000
    assert said(b"<ul><li>no link</li></ul>" * 3000).text.count("no link") == 3000
    rows, notes = read(make_warc(tmp_path / "a.warc.gz", [html(b"<div>" * 50_000 + SENTENCE.encode()), html(PAGE)]))
    assert (len(rows), notes) == (1, ["1 pages left out that are nested more than 512 deep"])


@given(st.binary(max_size=300))
@settings(max_examples=150, deadline=None)
def test_bytes_of_any_kind_are_read_without_a_fault(content: bytes) -> None:
    text = said(content, main=False).text
    assert text == text.strip()
    assert "\t" not in text


@pytest.mark.skipif(not DATA.is_dir(), reason="the real data is not there")
def test_real_pages_come_out_of_an_archive_whole(tmp_path: Path, make_warc: Any) -> None:
    files = sorted((DATA / "finance" / "documents").glob("*.htm*"))
    rows, notes = read(make_warc(tmp_path / "a.warc.gz", [html(file.read_bytes()) for file in files]))
    assert (len(rows), notes) == (5, [])
    speech = next(row for row in rows if "Kelley" in row["title"])
    assert "\n\nWith this background in mind, the Federal Reserve has adopted a view toward" in speech["text"]
    assert "Accessibility" not in speech["text"]
