"""Spans are read as people write them, held to their text, and follow it where it changes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.builtin.transforms.normalize import Normalize
from metier.components import TransformContext
from metier.data import spans, store
from metier.data.spans import check, moved, read
from metier.errors import DataError

SPAN = {"start": 4, "end": 8, "label": "PART"}


@pytest.mark.parametrize(
    "written", [[SPAN], [[4, 8, "PART"]], [(4, 8, " PART ")], json.dumps([SPAN]), '[[4, 8, "PART"]]']
)
def test_all_ways_to_write_a_span_are_read(written: Any) -> None:
    assert read(written, "entities", "r1") == [SPAN]


def test_no_spans_are_none_and_they_are_in_the_order_of_the_text() -> None:
    assert read(None, "entities", "r1") == read("", "entities", "r1") == read([], "entities", "r1") == []
    assert [one["start"] for one in read([[7, 9, "B"], [0, 3, "A"]], "entities", "r1")] == [0, 7]


@pytest.mark.parametrize(
    "written", ["no JSON", 5, {"start": 1}, [[1, 2]], [["1", 2, "A"]], [[1, 2, ""]], [[True, 2, "A"]]]
)
def test_what_is_no_span_is_said_with_its_place(written: Any) -> None:
    with pytest.raises(DataError) as error:
        read(written, "entities", "r1")
    assert error.value.problems[0].where == "r1"
    assert '"start": 0' in str(error.value.problems[0].hint)


@pytest.mark.parametrize(("start", "end"), [(-1, 2), (2, 2), (3, 2), (2, 9)])
def test_offsets_outside_the_text_are_said(start: int, end: int) -> None:
    with pytest.raises(DataError, match="in a text of 8 characters"):
        check([{"start": start, "end": end, "label": "A"}], "the pump", "entities", "r1")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ("the  pump", "the pump", "pump"),
        ("cafe\u0301 pump", "café pump", "pump"),
        ("pump \u200bseal", "pump seal", "pump"),
        ("&lt; pump", "< pump", "pump"),
        ("old pump here", "old here", None),
    ],
)
def test_a_span_is_where_its_characters_went(before: str, after: str, expected: str | None) -> None:
    start = before.index("pump")
    found = moved([{"start": start, "end": start + 4, "label": "PART"}], before, after)
    assert [after[one["start"] : one["end"]] for one in found] == ([] if expected is None else [expected])


def test_what_replaces_a_spans_characters_is_the_span() -> None:
    before, after = "the cafe\u0301 opens", "the café opens"
    (found,) = moved([{"start": 4, "end": 9, "label": "ORG"}], before, after)
    assert after[found["start"] : found["end"]] == "café"
    (found,) = moved([{"start": 4, "end": 9, "label": "ORG"}], before, "the [PLACE] opens")
    assert "the [PLACE] opens"[found["start"] : found["end"]] == "[PLACE]"


@given(st.lists(st.text("abc油 ", min_size=1, max_size=6), min_size=1, max_size=10), st.data())
@settings(max_examples=150, deadline=None)
def test_spaces_that_come_and_go_leave_words_in_their_spans(words: list[str], data: st.DataObject) -> None:
    words = [word.strip() or "x" for word in words]
    gaps = [data.draw(st.sampled_from([" ", "  ", " \u00a0"])) for _ in words]
    before, places = "", []
    for gap, word in zip(gaps, words, strict=True):
        before += gap
        places.append({"start": len(before), "end": len(before) + len(word), "label": "W"})
        before += word
    after = " ".join(before.split())
    found = moved(places, before, after)
    assert [after[one["start"] : one["end"]] for one in found] == [" ".join(word.split()) for word in words]


def test_a_text_longer_than_a_window_is_followed_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "WINDOW", 50)
    before = "  ".join(f"word{i}" for i in range(100))
    start = before.index("word77")
    after = " ".join(before.split())
    (found,) = moved([{"start": start, "end": start + 6, "label": "W"}], before, after)
    assert after[found["start"] : found["end"]] == "word77"


def test_nothing_alike_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spans, "WINDOW", 5)
    assert len(moved([{"start": 3, "end": 9, "label": "W"}], "a" * 23, "b" * 41)) <= 1


def test_preparing_moves_spans_and_says_what_is_gone(tmp_path: Path) -> None:
    from metier.data.steps import _following

    texts = ["the  pump  leaks", "a\u200b\u200b"]
    given_spans = [[{"start": 5, "end": 9, "label": "PART"}], [{"start": 1, "end": 3, "label": "PART"}]]
    made: list[dict[str, Any]] = [
        {"id": str(i), "text": text, "spans": one} for i, (text, one) in enumerate(zip(texts, given_spans, strict=True))
    ]
    before = store.load(store.write(made, tmp_path / "rows.arrow", types={"spans": spans.TYPE}))
    context = TransformContext(text_columns=("text",))
    after = _following(before, Normalize().apply(before, context), ["spans"], context)
    assert list(store.records(after)) == [
        {"id": "0", "text": "the pump leaks", "spans": [{"start": 4, "end": 8, "label": "PART"}]},
        {"id": "1", "text": "a", "spans": []},
    ]
    assert context.changed["spans whose text is gone"].count == 1
