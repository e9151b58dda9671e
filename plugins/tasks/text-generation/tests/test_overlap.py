"""Figures are those of the packages that people compare with, for any weights of rows."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.evaluation.predictions import objects
from metier_text_generation.figures import AnswerFigures
from metier_text_generation.overlap import character_counts, chrf, rouge_l, rouge_n, words

PAIRS = [
    (
        "the pump leaks oil at the flange",
        "the hydraulic pump leaks at its flange",
        (0.714286, 0.166667, 0.714286, 0.4186),
    ),
    ("no fault found", "pump replaced and tested twice", (0.0, 0.0, 0.0, 0.050612)),
    ("泵漏油，已更换密封。", "更换了泵的密封。", (0.666667, 0.307692, 0.533333, 0.212675)),
]
"""Said, reference, and what rouge-score 0.1.2 (of Chinese by characters) and sacrebleu 2.6.0 give for them."""
TEXT = st.text("ab泵 ._", max_size=12)


@pytest.mark.parametrize(("said", "true", "expected"), PAIRS)
def test_figures_are_those_of_the_packages(said: str, true: str, expected: tuple[float, ...]) -> None:
    ours, theirs = words(said), words(true)
    found = (
        rouge_n(ours, theirs, 1),
        rouge_n(ours, theirs, 2),
        rouge_l(ours, theirs),
        chrf(character_counts(said, true)),
    )
    assert found == pytest.approx(expected, abs=1e-6)


@given(st.lists(st.sampled_from("abc"), max_size=8), st.lists(st.sampled_from("abc"), min_size=1, max_size=8))
def test_the_longest_common_subsequence_is_that_of_a_table(said: list[str], true: list[str]) -> None:
    lengths = np.zeros((len(said) + 1, len(true) + 1))
    for i, one in enumerate(said, start=1):
        for j, other in enumerate(true, start=1):
            same = lengths[i - 1, j - 1] + 1
            lengths[i, j] = same if one == other else max(lengths[i - 1, j], lengths[i, j - 1])
    assert rouge_l(said, true) == pytest.approx(2 * lengths[-1, -1] / (len(said) + len(true)))


@given(st.lists(st.tuples(TEXT, TEXT, st.integers(0, 3)), min_size=1, max_size=6))
def test_weights_count_rows(rows: list[tuple[str, str, int]]) -> None:
    said, true, weights = (list(column) for column in zip(*rows, strict=True))

    def figures(times: list[int], given: list[int] | None) -> dict[str, float]:
        columns = {
            "prediction": objects(np.repeat(objects(said), times)),
            "reference": objects(np.repeat(objects(true), times)),
            "finished": np.repeat(np.arange(len(said)) % 2 == 0, times),
            "numbers": np.repeat(np.where(np.arange(len(said)) % 2 == 0, 0.5, np.nan), times),
            "log_loss": np.repeat(np.arange(len(said)) * 0.5, times),
            "tokens": np.repeat(np.arange(len(said)), times),
        }
        return dict(AnswerFigures(columns, ("a",))(None if given is None else np.array(given, dtype=float)))

    assert figures([1] * len(said), weights) == pytest.approx(figures(weights, None))


def test_a_reference_without_words_is_not_counted() -> None:
    columns = {
        "prediction": objects(["yes", "the pump"]),
        "reference": objects(["–", "the pump"]),
        "finished": np.array([True, False]),
        "numbers": np.array([np.nan, np.nan]),
        "log_loss": np.array([np.nan, np.nan]),
        "tokens": np.array([0, 0]),
    }
    found = AnswerFigures(columns)(None)
    assert (found["rouge_l"], found["rouge_2"], found["exact_match"], found["finished"]) == (1.0, 1.0, 0.5, 0.5)
    assert "fields" not in found
    one = AnswerFigures({name: column[:1] for name, column in columns.items()})(None)
    assert "rouge_l" not in one
