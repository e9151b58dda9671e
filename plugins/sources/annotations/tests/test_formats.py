"""Spans come back from every format that is written, whatever the text."""

from __future__ import annotations

import itertools
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from metier.components import ReadContext
from metier.data.spans import check
from metier.errors import DataError
from metier_annotations.annotations import Annotations
from metier_annotations.writing import Row, Target, Writer

FILES = {"conll": "a.conll", "doccano": "a.jsonl", "label-studio": "a.json", "brat": "a", "jsonl": "a.jsonl"}
TEXT = st.text(
    st.one_of(st.sampled_from("ab9 .,-#油泵ก。　😀\t\n\r\u00a0\u2028\x1c"), st.characters(exclude_categories=["Cs"])),
    max_size=40,
).filter(lambda text: not text.startswith("\ufeff"))  # at the front of a file it is a mark, no character
LABELS = st.sampled_from(["PART", "B-2", "State/Failed", "部件", "-"])


@st.composite
def annotated(draw: st.DrawFn, *, apart: bool = False) -> tuple[str, list[dict[str, Any]]]:
    """A text and spans in it; with `apart` none share characters, and none begins or ends with a space."""
    text = draw(TEXT)
    ends = st.integers(0, len(text))
    places = draw(st.lists(st.tuples(ends, ends).map(sorted), max_size=6))
    if apart:
        places = [list(pair) for pair in itertools.pairwise(sorted({end for pair in places for end in pair}))][::2]
        places = [[end - len(text[start:end].lstrip()), start + len(text[start:end].rstrip())] for start, end in places]
    spans = [{"start": start, "end": end, "label": draw(LABELS)} for start, end in places if start < end]
    return text, sorted(spans, key=lambda one: (one["start"], one["end"], one["label"]))


def there_and_back(to: Target, rows: list[Row], **options: Any) -> list[tuple[str, list[dict[str, Any]]]]:
    """Return the texts and spans that are read from what is written of `rows`."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / FILES[to]
        Writer(to, **options).write(rows, target)
        path = target / "*.ann" if to == "brat" else target
        source = Annotations(Annotations.Config(path=str(path)))
        found = [record.values for record in source.read(ReadContext())]
    for one in found:
        check(one["spans"], one["text"], "spans", "here")
    return [(one["text"], one["spans"]) for one in found]


@pytest.mark.parametrize("to", ["doccano", "label-studio", "brat", "jsonl"])
@given(rows=st.lists(annotated(), min_size=1, max_size=3))
@settings(max_examples=40, deadline=None)
def test_any_spans_come_back(to: Target, rows: Any) -> None:
    rows = [(text, [span for span in spans if text[span["start"] : span["end"]].strip("\r\n")]) for text, spans in rows]
    if to == "brat":  # which knows no span of a line break at its edge
        rows = [(text, [span for span in spans if edges(text, span)]) for text, spans in rows]
    assert there_and_back(to, [Row("r", *row) for row in rows]) == rows


def edges(text: str, span: dict[str, Any]) -> bool:
    return not {text[span["start"]], text[span["end"] - 1]} & {"\r", "\n"}


@pytest.mark.parametrize("scheme", ["iob1", "iob2", "bioes"])
@given(rows=st.lists(annotated(apart=True), min_size=1, max_size=3))
@example(rows=[("# text = a", [{"start": 0, "end": 1, "label": "-"}])])
@example(rows=[("a b", [{"start": 0, "end": 3, "label": "PART"}]), ("ab", [{"start": 1, "end": 2, "label": "PART"}])])
@settings(max_examples=50, deadline=None)
def test_spans_come_back_from_tokens(scheme: Any, rows: Any) -> None:
    words = [(text.replace("\r", " ").replace("\n", " "), spans) for text, spans in rows if text.strip()]
    assert there_and_back("conll", [Row("r", *row) for row in rows], scheme=scheme) == words


@given(row=annotated(apart=True))
@settings(max_examples=40, deadline=None)
def test_plain_columns_keep_the_words_of_spans(row: Any) -> None:
    text, spans = row
    found = there_and_back("conll", [Row("r", text, spans)], plain=True)
    bare = [("".join(text[one["start"] : one["end"]].split()), one["label"]) for one in spans]
    assert [
        ("".join(said[one["start"] : one["end"]].split()), one["label"]) for said, marked in found for one in marked
    ] == bare


def test_what_columns_cannot_hold_is_counted(tmp_path: Path) -> None:
    writer = Writer("conll", plain=True)
    rows = [Row("a:1", "the pump\nleaks.", [{"start": 3, "end": 9, "label": "PART"}]), Row("a:2", " ", [])]
    writer.write(rows, tmp_path / "a.conll")
    assert (tmp_path / "a.conll").read_text("utf-8") == "the\tO\npump\tB-PART\nleaks\tO\n.\tO\n\n"
    assert {remark: count for remark, count in writer.remarks.items() if count} == {
        "spans lost spaces at their edges": 1,
        "texts have a space where a line broke": 1,
        "texts have other spaces between words": 1,
        "texts without a word were left out": 1,
    }


@pytest.mark.parametrize(
    ("to", "spans", "message"),
    [
        ("conll", [(0, 8, "PART"), (4, 8, "PART")], "PART 4–8 shares characters"),
        ("conll", [(3, 4, "PART")], "holds spaces alone"),
        ("conll", [(0, 3, "a\tb")], "breaks the line"),
        ("brat", [(0, 3, "one part")], "'one part' has a space"),
    ],
)
def test_what_a_format_cannot_hold_is_an_error(to: Target, spans: Any, message: str, tmp_path: Path) -> None:
    row = Row("notes:7", "the pump", [dict(zip(("start", "end", "label"), span, strict=True)) for span in spans])
    with pytest.raises(DataError, match=message) as error:
        Writer(to).write([row], tmp_path / "out")
    assert error.value.problems[0].where == "notes:7"
    assert not list(tmp_path.iterdir()), "nothing is left of it"


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("mine", "utf-8")
    with pytest.raises(DataError, match="there already"):
        Writer("doccano").write([], tmp_path / "a.json")
    assert (tmp_path / "a.json").read_text("utf-8") == "mine"


def test_an_entity_over_a_line_break_is_two_stretches_in_brat(tmp_path: Path) -> None:
    spans = [{"start": 4, "end": 14, "label": "PART"}]
    Writer("brat").write([Row("a", "the pump\r\nseal", spans), Row("b", "none", [])], tmp_path / "out")
    assert (tmp_path / "out" / "000001.ann").read_text("utf-8") == "T1\tPART 4 8;10 14\tpump seal\n"
    assert (tmp_path / "out" / "000001.txt").read_bytes() == b"the pump\r\nseal"
    assert (tmp_path / "out" / "000002.ann").read_bytes() == b""


def test_label_studio_shows_what_a_model_proposes(tmp_path: Path) -> None:
    spans = [{"start": 4, "end": 8, "label": "PART", "score": 0.9}, {"start": 9, "end": 14, "label": "X", "score": 0.4}]
    Writer("label-studio", model="notes").write([Row("a:1", "the pump leaks", spans)], tmp_path / "a.json")
    (task,) = json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert task["data"] == {"text": "the pump leaks", "source": "a:1"}
    (said,) = task["predictions"]
    assert (said["model_version"], said["score"], len(said["result"])) == ("notes", 0.4, 2)
    assert said["result"][0] == {
        "id": "T1",
        "from_name": "label",
        "to_name": "text",
        "type": "labels",
        "value": {"start": 4, "end": 8, "text": "pump", "labels": ["PART"]},
        "score": 0.9,
    }
