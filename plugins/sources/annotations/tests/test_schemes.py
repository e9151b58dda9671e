"""Tags and spans of tokens are the same thing in every scheme."""

from __future__ import annotations

import itertools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier_annotations.columns import joined
from metier_annotations.schemes import TagError, TokenSpan, spans_of, tags_of


@st.composite
def spans(draw: st.DrawFn) -> tuple[list[TokenSpan], int]:
    count = draw(st.integers(1, 12))
    cuts = sorted(draw(st.sets(st.integers(0, count), max_size=8)))
    labels = st.sampled_from(["PER", "ORG", "B-2"])
    return [
        TokenSpan(one, other, draw(labels)) for one, other in itertools.pairwise(cuts) if draw(st.booleans())
    ], count


@pytest.mark.parametrize("scheme", ["iob1", "iob2", "bioes"])
@given(given=spans())
@settings(max_examples=150, deadline=None)
def test_spans_come_back_from_tags_of_every_scheme(scheme: Any, given: Any) -> None:
    found, count = given
    assert spans_of(tags_of(found, count, scheme)) == found


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("I-PER I-PER O I-ORG", [(0, 2, "PER"), (3, 4, "ORG")]),
        ("I-PER B-PER I-PER", [(0, 1, "PER"), (1, 3, "PER")]),
        ("I-PER I-ORG", [(0, 1, "PER"), (1, 2, "ORG")]),
        ("B-PER I-ORG I-ORG", [(0, 1, "PER"), (1, 3, "ORG")]),
        ("S-PER B-ORG I-ORG E-ORG S-ORG", [(0, 1, "PER"), (1, 4, "ORG"), (4, 5, "ORG")]),
        ("U-PER B-ORG L-ORG", [(0, 1, "PER"), (1, 3, "ORG")]),
        ("B-PER M-PER E-PER I-PER", [(0, 3, "PER"), (3, 4, "PER")]),
        ("O O", []),
    ],
)
def test_every_scheme_is_read_as_it_is_meant(tags: str, expected: list[tuple[int, int, str]]) -> None:
    assert spans_of(tags.split()) == expected


def test_tags_of_each_scheme_by_hand() -> None:
    found = [TokenSpan(0, 2, "PER"), TokenSpan(2, 3, "PER"), TokenSpan(4, 5, "ORG")]
    assert tags_of(found, 5, "iob1") == ["I-PER", "I-PER", "B-PER", "O", "I-ORG"]
    assert tags_of(found, 5, "iob2") == ["B-PER", "I-PER", "B-PER", "O", "B-ORG"]
    assert tags_of(found, 5, "bioes") == ["B-PER", "E-PER", "S-PER", "O", "S-ORG"]


def test_what_is_no_tag_is_said_with_its_place() -> None:
    with pytest.raises(TagError, match="'NN' is no tag") as error:
        spans_of(["O", "NN"])
    assert error.value.place == 1


def test_tokens_become_text_as_their_script_is_written() -> None:
    assert joined(["The", "pump", "."], "auto") == ("The pump .", [(0, 3), (4, 8), (9, 10)])
    assert joined(["油", "泵", "漏", "油"], "auto")[0] == "油泵漏油"
    assert joined(["用", "MES", "系", "统"], "auto")[0] == "用 MES 系统"
    assert joined(["油", "泵"], "space")[0] == "油 泵"
    assert joined(["a", "b"], "none")[0] == "ab"
