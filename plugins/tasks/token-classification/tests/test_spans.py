"""Spans become tags and tags become spans, without loss, for any text, tokens and windows."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier_token_classification.decoding import best_tags, transitions, word_tags
from metier_token_classification.spans import Piece, begins, merged, spans_of, tag_names, tags_of

LABELS = ("PART", "STATE")
INDEX = {label: i for i, label in enumerate(LABELS)}


@st.composite
def annotated(draw: st.DrawFn) -> tuple[str, list[tuple[int, int]], list[dict[str, Any]]]:
    """A text, its words' places, and spans that cover whole words and do not overlap."""
    words = draw(st.lists(st.text("ab油压", min_size=1, max_size=4), min_size=1, max_size=12))
    gaps = [draw(st.sampled_from(["", " ", "  "])) for _ in words]
    places, text = [], ""
    for word, gap in zip(words, gaps, strict=True):
        text += gap
        places.append((len(text), len(text) + len(word)))
        text += word
    cuts = sorted(draw(st.sets(st.integers(0, len(words)), max_size=8)))
    spans = [
        {"start": places[first][0], "end": places[end - 1][1], "label": draw(st.sampled_from(LABELS))}
        for first, end in itertools.pairwise(cuts)
        if draw(st.booleans())
    ]
    return text, places, spans


def pieces(places: list[tuple[int, int]], tags: list[int | None]) -> list[Piece]:
    return [Piece(*place, tag, 1.0, 0) for place, tag in zip(places, tags, strict=True) if tag is not None]


@given(annotated())
@settings(max_examples=100, deadline=None)
def test_spans_come_back_from_tags(given: Any) -> None:
    text, places, spans = given
    found = spans_of(pieces(places, tags_of(text, spans, places, INDEX)), LABELS, text)
    assert [{name: one[name] for name in ("start", "end", "label")} for one in found] == spans
    assert [one["text"] for one in found] == [text[one["start"] : one["end"]] for one in spans]


@given(annotated(), st.integers(2, 5), st.integers(1, 4))
@settings(max_examples=100, deadline=None)
def test_windows_that_overlap_merge_without_loss(given: Any, size: int, shared: int) -> None:
    text, places, spans = given
    step = max(1, size - shared)
    windows = [places[start : start + size] for start in range(0, len(places), step)]
    tagged = [pieces(window, tags_of(text, spans, window, INDEX)) for window in windows]
    assert merged(tagged) == pieces(places, tags_of(text, spans, places, INDEX))


def test_of_two_windows_the_one_with_more_context_is_believed() -> None:
    first, second = Piece(0, 1, 1, 0.9, 0), Piece(0, 1, 0, 0.4, 3)
    assert merged([[first], [second]]) == [second]
    assert merged([[second], [first]]) == [second]


def test_tags_by_hand() -> None:
    text = "the pump leaks"
    spans = [{"start": 4, "end": 8, "label": "PART"}, {"start": 9, "end": 14, "label": "STATE"}]
    places = [(0, 0), (0, 3), (4, 6), (6, 8), (9, 14), (0, 0)]
    assert tag_names(LABELS) == ["O", "B-PART", "I-PART", "B-STATE", "I-STATE"]
    assert tags_of(text, spans, places, INDEX) == [None, 0, 1, 2, 3, None]
    assert tags_of(text, spans, places[3:], INDEX) == [2, 3, None], "a window that begins within a span"


def test_an_inside_without_its_beginning_begins_a_span() -> None:
    text = "a b c d"
    tags = [2, 2, 4, 3]
    found = spans_of(pieces([(0, 1), (2, 3), (4, 5), (6, 7)], tags), LABELS, text)
    assert [(one["text"], one["label"]) for one in found] == [("a b", "PART"), ("c", "STATE"), ("d", "STATE")]


@given(st.integers(1, 4), st.integers(1, 2), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_the_best_tags_are_the_best_of_all_allowed_ones(length: int, labels: int, seed: int) -> None:
    scores = np.random.default_rng(seed).normal(size=(length, 1 + 2 * labels))
    allowed = transitions(scores.shape[1])

    def total(tags: tuple[int, ...]) -> float:
        steps = sum(allowed[one, other] for one, other in itertools.pairwise(tags))
        return float(sum(scores[at, tag] for at, tag in enumerate(tags)) + steps)

    best = max(itertools.product(range(scores.shape[1]), repeat=length), key=total)
    assert tuple(best_tags(scores)) == best


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 2**31))
@settings(max_examples=60, deadline=None)
def test_a_word_is_of_one_span_and_the_best_such_tags_are_found(sizes: list[int], seed: int) -> None:
    words = np.repeat(np.arange(len(sizes)), sizes) + 3
    scores = np.random.default_rng(seed).normal(size=(len(words), 5))
    allowed = transitions(5)

    def spread(tags: tuple[int, ...]) -> list[int]:
        return [tag + (at > 0 and tag % 2) for tag, size in zip(tags, sizes, strict=True) for at in range(size)]

    def total(tags: tuple[int, ...]) -> float:
        steps = sum(allowed[one, other] for one, other in itertools.pairwise(tags))
        return float(sum(scores[at, tag] for at, tag in enumerate(spread(tags))) + steps)

    best = max(itertools.product(range(5), repeat=len(sizes)), key=total)
    assert word_tags(scores, words).tolist() == spread(best)


def test_an_inside_follows_its_own_label_alone() -> None:
    allowed = transitions(5) == 0
    inside = [begins(label) + 1 for label in range(2)]
    assert allowed[:, 0].all()
    assert allowed[:, [1, 3]].all()
    assert allowed[:, inside].T.tolist() == [[False, True, True, False, False], [False, False, False, True, True]]


def test_tagging_keeps_the_mean_probability() -> None:
    run = [Piece(0, 1, 1, 0.5, 0), Piece(1, 2, 2, 1.0, 0)]
    assert spans_of(run, LABELS, "ab")[0]["score"] == pytest.approx(0.75)
