"""Rankings: the best of scores, reciprocal rank fusion, and search in blocks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier_retrieval._dense import nearest
from metier_retrieval.ranking import Ranking, best, fused


def ranking(*numbers: int) -> Ranking:
    return Ranking(np.array(numbers), np.zeros(len(numbers)))


@given(st.lists(st.integers(0, 5), min_size=1, max_size=30), st.integers(1, 40))
def test_the_best_are_those_of_a_stable_sort(values: list[int], count: int) -> None:
    found = best(np.array(values, dtype=np.float32), count, above=0)
    expected = sorted((n for n, value in enumerate(values) if value > 0), key=lambda n: (-values[n], n))[:count]
    assert found.numbers.tolist() == expected
    assert found.scores.tolist() == [values[n] for n in expected]


def test_fusion_sums_reciprocal_ranks() -> None:
    """Cormack, Clarke and Büttcher 2009: score(d) = sum over rankings of 1 / (60 + rank)."""
    found = fused([ranking(7, 3, 5), ranking(3, 9)], 10)
    scores = {3: 1 / 62 + 1 / 61, 7: 1 / 61, 9: 1 / 62, 5: 1 / 63}
    assert found.numbers.tolist() == sorted(scores, key=lambda number: -scores[number])
    assert found.scores == pytest.approx(sorted(scores.values(), reverse=True))
    assert fused([ranking(), ranking(4)], 3).numbers.tolist() == [4]


@given(st.integers(1, 12), st.integers(1, 7), st.integers(1, 5))
def test_blocks_find_what_one_product_finds(passages: int, count: int, block: int) -> None:
    random = np.random.default_rng(passages)
    vectors, asked = (random.standard_normal((rows, 4)).astype(np.float32) for rows in (passages, 3))
    for row, found in enumerate(nearest(asked, vectors, count, block=block)):
        products = vectors @ asked[row]
        assert found.numbers.tolist() == np.argsort(-products, kind="stable")[:count].tolist()
        assert found.scores == pytest.approx(products[found.numbers], rel=1e-4, abs=1e-5)
