"""The share of hidden tokens is what was asked for, whatever words are long; spans have the paper's lengths."""

from __future__ import annotations

from collections import Counter
from typing import Any

import numpy as np
import pytest

from metier_pretraining._masking import LENGTH_SHARES, LENGTHS, Units, drawn, spans
from metier_pretraining._units import NO_UNIT

Array = np.ndarray[Any, np.dtype[Any]]


def rows(*sizes: list[int]) -> Array:
    """Rows of units of these sizes, after a special token; a size of 0 is another special token."""
    made = []
    for row in sizes:
        numbers = [NO_UNIT]
        for unit, size in enumerate(row):
            numbers += [unit] * size if size else [NO_UNIT]
        made.append(numbers)
    width = max(map(len, made))
    return np.array([row + [NO_UNIT] * (width - len(row)) for row in made])


def words(count: int, seed: int = 0) -> list[int]:
    return np.random.default_rng(seed).choice([1, 1, 1, 2, 3, 5], size=count).tolist()


def test_units_are_runs_of_one_number() -> None:
    units = Units.where(np.array([[-1, 7, 7, 9, -1], [3, 3, -1, 3, 4]]))
    assert units.of.tolist() == [[-1, 0, 0, 1, -1], [2, 2, -1, 3, 4]]
    assert units.row.tolist() == [0, 0, 1, 1, 1]
    assert units.place.tolist() == [1, 3, 0, 3, 4]
    assert units.size.tolist() == [2, 1, 2, 1, 1]
    assert units.tokens(3).tolist() == [3, 4, 0]
    nothing = Units.where(np.full((2, 3), NO_UNIT))
    assert not drawn(nothing, 0.5, np.random.default_rng(0)).size


def test_the_mean_is_the_share_and_long_words_have_their_chance_in_short_rows() -> None:
    units = Units.where(rows(*[[1, 1, 6, 1, 2, 1, 3, 5]] * 4000))
    chosen = drawn(units, 0.2, np.random.default_rng(0))
    assert units.size[chosen].sum() == pytest.approx(0.2 * units.size.sum(), rel=0.03), "the budget is 4 of 20 tokens"
    assert 0.12 < chosen[units.size == 6].mean() < chosen[units.size == 1].mean() < 0.3, "6 are more than the budget"


def test_a_row_spends_its_own_budget() -> None:
    units = Units.where(rows(words(200), words(40, seed=1), [1] * 10))
    for seed in range(30):
        chosen = drawn(units, 0.15, np.random.default_rng(seed))
        spent = np.bincount(units.row[chosen], weights=units.size[chosen], minlength=3)
        assert (np.abs(spent - 0.15 * units.tokens(3)) < 5).all()


@pytest.mark.parametrize("draw", [drawn, lambda *given: spans(*given) != NO_UNIT])
def test_each_row_has_something_to_guess(draw: Any) -> None:
    units = Units.where(rows([9, 2, 9], [1], [0], [4]))
    for seed in range(20):
        chosen = draw(units, 1e-9, np.random.default_rng(seed))
        assert units.row[chosen].tolist() == [0, 1, 3]
        assert units.size[chosen].tolist() == [2, 1, 4], "the shortest"


def test_terms_come_first_up_to_the_budget() -> None:
    sizes = [1, 3, 1, 1, 2, 1, 1, 4, 1, 1, 1, 1, 1, 1]
    units = Units.where(rows(*[sizes] * 500))
    term = np.isin(units.size, [3, 4])
    generous = drawn(units, 0.5, np.random.default_rng(0), first=term)
    assert generous[term].all()
    assert units.size[generous & ~term].sum() / 500 == pytest.approx(3, abs=0.2), "words fill up: 10 of 20 tokens"
    scarce = drawn(units, 0.25, np.random.default_rng(0), first=term)
    assert not scarce[~term].any(), "7 tokens are in terms, and 5 are to be guessed"
    assert units.size[scarce].sum() / 500 == pytest.approx(5, abs=0.2)


def test_lengths_of_spans_are_those_of_the_paper() -> None:
    by_hand = [0.2 * 0.8 ** (length - 1) for length in range(1, 11)]
    assert LENGTH_SHARES.tolist() == pytest.approx([one / sum(by_hand) for one in by_hand])
    assert float(LENGTHS @ LENGTH_SHARES) == pytest.approx(3.8, abs=0.01)
    units = Units.where(rows(*[words(3000, seed=seed) for seed in range(8)]))
    found = spans(units, 0.05, np.random.default_rng(0))
    lengths = Counter(found[found != NO_UNIT].tolist()).values()
    assert max(lengths) <= 10
    assert float(np.mean(list(lengths))) == pytest.approx(3.8 * 0.95, abs=0.25), "a few meet another span, and end"
    assert units.size[found != NO_UNIT].sum() == pytest.approx(0.05 * units.size.sum(), rel=0.01)


def test_a_span_is_whole_words_in_a_row_and_ends_at_a_special_token() -> None:
    units = Units.where(rows([*words(30), 0, *words(30)], words(50, seed=2)))
    for seed in range(50):
        found = spans(units, 0.3, np.random.default_rng(seed))
        for number in set(found.tolist()) - {NO_UNIT}:
            inside = np.flatnonzero(found == number)
            assert len(set(units.row[inside])) == 1
            places = np.flatnonzero(np.isin(units.of, inside))
            assert (np.diff(places) == 1).all(), "its tokens follow each other, none is left out"
