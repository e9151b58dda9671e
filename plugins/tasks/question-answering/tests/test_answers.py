"""The best spans are those that trying all gives; over windows each counts once; the threshold is SQuAD 2.0's."""

from __future__ import annotations

import itertools
import json
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier_question_answering.answers import Candidate, answer_of, best_over_windows, best_spans

TEXT = "The pump feeds line two."


@st.composite
def scored(draw: st.DrawFn) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Scores of tokens, some of which may not begin or end an answer, and where they lie."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=8))
    ends = np.cumsum([size + draw(st.integers(0, 2)) for size in sizes])
    some = st.one_of(st.floats(-9, 9), st.just(-np.inf))
    scores = draw(st.lists(st.tuples(some, some), min_size=len(sizes), max_size=len(sizes)))
    return np.array(scores, dtype=np.float64).T, ends - np.array(sizes), ends


@given(scored(), st.integers(1, 12), st.integers(1, 6))
@settings(max_examples=300, deadline=None)
def test_the_best_spans_are_the_best_of_all(given: Any, longest: int, count: int) -> None:
    scores, starts, ends = given
    every = [
        float(scores[0, first] + scores[1, last])
        for first, last in itertools.combinations_with_replacement(range(len(starts)), 2)
        if first == last or ends[last] - starts[first] <= longest
    ]
    expected = sorted((one for one in every if one > -np.inf), reverse=True)[:count]
    found = best_spans(scores, starts, ends, longest=longest, count=count)
    assert [one.margin for one in found] == expected
    for one in found:
        first, last = (
            int(np.flatnonzero(places == place)[0]) for places, place in ((starts, one.start), (ends, one.end))
        )
        assert scores[0, first] + scores[1, last] == one.margin
        assert first == last or one.end - one.start <= longest


def test_no_token_gives_no_span() -> None:
    assert best_spans(np.zeros((2, 0)), np.array([]), np.array([]), longest=3, count=2) == []


def test_over_windows_each_span_counts_once_and_the_best_goes_first() -> None:
    windows = [[Candidate(4, 8, 1.0), Candidate(0, 3, -2.0)], [], [Candidate(4, 8, 3.0), Candidate(9, 14, 2.0)]]
    assert best_over_windows(windows, count=2) == [Candidate(4, 8, 3.0), Candidate(9, 14, 2.0)]
    assert best_over_windows([], count=2) == []


@pytest.mark.parametrize(("threshold", "answer"), [(None, "pump"), (0.0, ""), (1.0, ""), (1.5, "pump"), (2.0, "pump")])
def test_there_is_no_answer_where_that_scores_higher_by_more_than_the_threshold(
    threshold: float | None, answer: str
) -> None:
    found = answer_of(TEXT, [Candidate(4, 8, -1.5), Candidate(0, 8, -3.0)], null_threshold=threshold)
    assert (found["answer"], found["margin"]) == (answer, -1.5)
    assert (found["start"], found["end"]) == ((4, 8) if answer else (None, None))
    listed = found["n_best"]
    assert sum(one["score"] for one in listed) == pytest.approx(1, abs=1e-5)
    assert [one["score"] for one in listed] == sorted((one["score"] for one in listed), reverse=True)
    assert ("" in [one["answer"] for one in listed]) == (threshold is not None)
    none = next((one["score"] for one in listed if not one["answer"]), None)
    assert none is None or none == pytest.approx(1 / (1 + np.exp(-1.5) + np.exp(-3)), abs=1e-5)
    json.dumps(found, allow_nan=False)


def test_without_a_candidate_there_is_no_answer() -> None:
    for threshold in (None, 0.0):
        found = answer_of("", [], null_threshold=threshold)
        assert (found["answer"], found["score"], found["margin"]) == ("", 1.0, None)
