"""Mined negatives are the likest texts that are no partner, as a plain sort finds them, and of training rows alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.data.keys import folded
from metier_embedding.mining import mined

TEXTS = ("Pump", "pump", "belt", "b  elt", "b elt", "seal")
SECONDS = ("pump", "PUMP ", "seal", "valve", "Valve", "fan", "ｆａｎ")
Pairs = st.lists(st.tuples(st.sampled_from(TEXTS), st.sampled_from(SECONDS), st.booleans()), min_size=1, max_size=12)


def plain(
    pairs: list[tuple[str, str, bool]], score: dict[tuple[str, str], float], number: int, margin: float | None
) -> list[list[str]]:
    """Return the negatives of each pair as one would pick them by hand, folded."""
    first = {}
    for _, second, _ in pairs:
        first.setdefault(folded(second), second)
    found = []
    for text, second, belongs in pairs:
        partners = {folded(other) for one, other, yes in pairs if yes and folded(one) == folded(text)}
        own = score[text, first[folded(second)]]
        most = float("inf") if margin is None else own - margin * abs(own)
        rivals = [one for one in first if one not in partners and one != folded(text)]
        alike = [one for one in rivals if 0 < score[text, first[one]] <= most]
        found.append(sorted(alike, key=lambda one: -score[text, first[one]])[:number] if belongs else [])
    return found


@settings(max_examples=200, deadline=None)
@given(Pairs, st.integers(0, 1000), st.integers(1, 4), st.sampled_from([None, 0.0, 0.05, 0.5]))
def test_they_are_the_likest_that_are_no_partner(
    pairs: list[tuple[str, str, bool]], seed: int, number: int, margin: float | None
) -> None:
    texts, seconds, together = (list(one) for one in zip(*pairs, strict=True))
    random = np.random.default_rng(seed)
    score = {(one, other): float(random.integers(-2, 5)) for one in TEXTS for other in SECONDS}

    def similarities(block: slice, candidates: np.ndarray) -> np.ndarray:
        return np.array([[score[text, seconds[row]] for row in candidates] for text in texts[block]])

    found = mined(texts, seconds, np.array(together), similarities, number=number, relative_margin=margin)
    assert [[folded(seconds[one.row]) for one in some] for some in found] == plain(pairs, score, number, margin)
    for text, some in zip(texts, found, strict=True):
        assert [one.similarity for one in some] == [score[text, seconds[one.row]] for one in some]
        partners = {folded(other) for one, other, yes in pairs if yes and folded(one) == folded(text)}
        assert not {folded(seconds[one.row]) for one in some} & {*partners, folded(text)}


def test_blocks_are_put_together(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    scores = random.random((40, 40)) + np.eye(40)
    texts, seconds, together = [f"t{i}" for i in range(40)], [f"s{i}" for i in range(40)], np.ones(40, dtype=bool)
    blocks: list[int] = []

    def similarities(block: slice, candidates: np.ndarray) -> np.ndarray:
        blocks.append(block.stop - block.start)
        found: np.ndarray = scores[block][:, candidates]
        return found

    options: dict[str, Any] = {"number": 3, "relative_margin": None}
    whole = mined(texts, seconds, together, similarities, **options)
    monkeypatch.setattr("metier_embedding.mining.BLOCK", 7)
    assert mined(texts, seconds, together, similarities, **options) == whole
    assert blocks == [40, 7, 7, 7, 7, 7, 5]
    expected = np.argsort(-(scores - 9 * np.eye(40)), axis=1)[:, :3]
    assert [[one.row for one in some] for some in whole] == expected.tolist()


def test_what_is_as_like_as_the_partner_is_left_out() -> None:
    scores = np.array([[0.8, 0.79, 0.76, 0.5]] * 4)

    def rows(margin: float | None) -> list[int]:
        seconds = ["partner", "twin in other words", "near", "far"]
        found = mined(
            ["asked", "b", "c", "d"],
            seconds,
            np.ones(4, bool),
            lambda some, _: scores[some],
            number=4,
            relative_margin=margin,
        )
        return [one.row for one in found[0]]

    assert rows(None) == [1, 2, 3]
    assert rows(0.0) == [1, 2, 3]
    assert rows(0.05) == [2, 3], "0.76 is 95 % of 0.8"
    assert rows(0.3) == [3]
