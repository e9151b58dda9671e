"""Near-duplicates against brute force."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.data import near
from metier.data.keys import words
from metier.data.shingles import SIZE, jaccard, shingles

WORDS = [f"word{number}" for number in range(12)]
TEXTS = st.lists(
    st.integers(0, 2).flatmap(lambda base: st.tuples(st.just(base), st.lists(st.integers(0, 30), max_size=3))),
    max_size=12,
)


def text(base: int, edits: Sequence[int]) -> str:
    """Return one of three texts of thirty words with some words changed, so that likeness is common."""
    made = [WORDS[(base * 5 + place * (base + 1)) % len(WORDS)] + str(place % 4) for place in range(31)]
    for place in edits:
        made[place] = "changed"
    return " ".join(made)


def grams(one: str) -> set[tuple[str, ...]]:
    found = words(one)
    return {tuple(found[start : start + SIZE]) for start in range(max(len(found) - SIZE + 1, min(len(found), 1)))}


def similarity(one: str, other: str) -> float:
    first, second = grams(one), grams(other)
    return len(first & second) / len(first | second) if first and second else 0.0


@settings(max_examples=150, deadline=None)
@given(rows=TEXTS, threshold=st.sampled_from([0.6, 0.8, 0.95]))
def test_duplicates_are_those_that_brute_force_finds(rows: list[tuple[int, list[int]]], threshold: float) -> None:
    texts = [text(base, edits) for base, edits in rows]
    kept: list[int] = []
    expected = []
    for row, one in enumerate(texts):
        if any(similarity(one, texts[other]) >= threshold for other in kept):
            expected.append(row)
        else:
            kept.append(row)
    found = list(near.duplicates(shingles(texts), threshold))
    assert [match.row for match in found] == expected
    for match in found:
        assert match.similarity == pytest.approx(similarity(texts[match.row], texts[match.other]))


@settings(max_examples=100, deadline=None)
@given(rows=TEXTS, others=TEXTS)
def test_matches_are_those_that_brute_force_finds(
    rows: list[tuple[int, list[int]]], others: list[tuple[int, list[int]]]
) -> None:
    texts, references = ([text(base, edits) for base, edits in some] for some in (rows, others))
    found = {match.row: match for match in near.matches(shingles(texts), shingles(references), 0.8)}
    for row, one in enumerate(texts):
        best = max((similarity(one, other) for other in references), default=0.0)
        assert (row in found) == (best >= 0.8)
        if row in found:
            assert found[row].similarity == pytest.approx(best)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(st.sampled_from("ab 该公"), max_size=12), min_size=1, max_size=6))
def test_jaccard_of_hashes_is_that_of_words(texts: list[str]) -> None:
    made = shingles(texts)
    for one, other in itertools.combinations(range(len(texts)), 2):
        assert jaccard(made.of(one), made.of(other)) == pytest.approx(similarity(texts[one], texts[other]))


def test_labels_keep_near_copies_apart() -> None:
    texts = [text(0, []), text(0, [3]), text(0, [7])]
    assert [match.row for match in near.duplicates(shingles(texts), 0.7, labels=["a", "b", "a"])] == [2]


def test_texts_without_words_are_near_to_nothing() -> None:
    assert list(near.duplicates(shingles(["", "...", "", "one", "two"]))) == []
    assert list(near.matches(shingles([]), shingles([]))) == []


def test_selected_rows_keep_their_shingles() -> None:
    made = shingles(["a b c d", "", "e", "f g h"])
    some = made.select(np.asarray([3, 0]))
    assert [some.of(0).tolist(), some.of(1).tolist()] == [made.of(3).tolist(), made.of(0).tolist()]


@pytest.mark.parametrize("threshold", [0.5, 0.6, 0.7, 0.8, 0.9, 1.0])
def test_bands_seldom_miss_a_pair_at_the_threshold(threshold: float) -> None:
    count = near.bands(threshold)
    assert (1 - threshold ** (near.PERMUTATIONS // count)) ** count <= near.MISS


def test_many_copies_of_one_text_take_no_quadratic_time() -> None:
    texts = [text(1, [])] * 20_000
    assert sum(1 for _ in near.duplicates(shingles(texts))) == 19_999


def test_pairs_near_the_threshold_are_found_among_many_rows() -> None:
    generator = np.random.default_rng(0)
    rows = generator.integers(0, 5000, (2000, 40))
    others = rows.copy()
    others[:, 20] = 6000  # three of 38 word 3-grams differ: a similarity of 35 / 41
    texts = [" ".join(f"w{word}" for word in row) for row in (*rows, *others)]
    found = list(near.duplicates(shingles(texts)))
    assert [(match.row, match.other) for match in found] == [(row + 2000, row) for row in range(2000)]
    assert {round(match.similarity, 3) for match in found} == {round(35 / 41, 3)}
