"""Ranks are those of a plain sort, whatever is the same as what; the pool stays whole when rows are drawn."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.errors import DataError, RunError
from metier_embedding.embedding import Embedding
from metier_embedding.figures import PairFigures, details
from metier_embedding.pairs import MOST_RANKED, check, describe, learn
from metier_embedding.ranking import ranked

Pairs = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("abcdef"), st.booleans()), min_size=1, max_size=12)


def plain(
    texts: list[str], seconds: list[str], together: list[bool], score: dict[tuple[str, str], float]
) -> list[float]:
    """Return ranks as one would count them by hand."""
    found = []
    for text, second, belongs in zip(texts, seconds, together, strict=True):
        right = {other for one, other, yes in zip(texts, seconds, together, strict=True) if one == text and yes}
        rivals = set(seconds) - right - {text, second}
        above = sum(score[text, one] > score[text, second] for one in rivals)
        ties = sum(score[text, one] == score[text, second] for one in rivals)
        found.append(above + 1 + ties / 2 if belongs else float("nan"))
    return found


@settings(max_examples=150, deadline=None)
@given(Pairs, st.integers(0, 1000))
def test_ranks_are_those_of_counting(pairs: list[tuple[str, str, bool]], seed: int) -> None:
    texts, seconds, together = (list(one) for one in zip(*pairs, strict=True))
    random = np.random.default_rng(seed)
    score = {(one, other): float(random.integers(0, 4)) for one in "abcd" for other in "abcdef"}

    def similarities(block: slice, candidates: np.ndarray) -> np.ndarray:
        return np.array([[score[text, seconds[row]] for row in candidates] for text in texts[block]])

    found = ranked(texts, seconds, np.array(together), similarities)
    np.testing.assert_array_equal(found.rank, plain(texts, seconds, together, score))
    assert found.similarity.tolist() == [score[pair] for pair in zip(texts, seconds, strict=True)]
    assert found.pool == len(set(seconds))
    for text, second, rank, nearest in zip(texts, seconds, found.rank, found.nearest, strict=True):
        if rank == 1:
            assert nearest == second
        assert nearest in seconds
        assert nearest != text or second == text


def rows(**columns: Any) -> Dataset:
    count = len(next(iter(columns.values())))
    return Dataset.from_dict({"id": [f"r:{i}" for i in range(count)], **columns})


def table(**columns: Any) -> dict[str, np.ndarray]:
    rank = np.array(columns["rank"], dtype=np.float64)
    made = {"id": np.arange(len(rank)), "reference": np.arange(len(rank)).astype(str).astype(object)}
    return {
        **made,
        "pool": np.full(len(rank), 100),
        **{name: np.array(one) for name, one in columns.items()},
        "rank": rank,
    }


def test_figures_of_ranks() -> None:
    found = PairFigures(table(rank=[1, 4, 20, float("nan")]))()
    expected = {"recall_at_1": 1 / 3, "recall_at_5": 2 / 3, "recall_at_10": 2 / 3}
    expected |= {"mrr": (1 + 1 / 4 + 1 / 20) / 3, "ndcg_at_10": (1 + 1 / np.log2(5)) / 3}
    assert found == pytest.approx(expected)
    assert PairFigures(table(rank=[1, 4, 20]))(np.array([0, 2, 0]))["mrr"] == 0.25
    assert PairFigures(table(rank=[float("nan")] * 2))() == {}
    labelled = table(rank=[1, 2, 3], label=[1.0, 2.0, 3.0], similarity=[0.1, 0.2, 0.4])
    assert PairFigures(labelled)()["spearman"] == pytest.approx(1.0)
    assert set(PairFigures(labelled, frozenset({"mrr"}))()) == {"mrr"}


def test_partners_that_were_ranked_in_parts_are_an_error() -> None:
    with pytest.raises(RunError, match=r"ranked in parts, among \[2\] at a time"):
        PairFigures(table(rank=[1, 1, 1], pool=[2, 2, 2]))
    with pytest.raises(RunError, match="in parts"):
        PairFigures(table(rank=[1, 1, 1], pool=[100, 100, 90]))
    with pytest.raises(DataError, match="too many to rank"):
        check("test", rows(text=["a"] * (MOST_RANKED + 1)))
    check("train", rows(text=["a"] * (MOST_RANKED + 1)))


def test_the_report_tells_ranks_and_labels() -> None:
    ranks, by_label = details(
        table(rank=[1, 1, 7.5, 50, 1], label=[0.0, 1, 1, 1, 1], similarity=[0.1, 0.9, 0.8, 0.7, 0.6])
    )
    counts = [(row[0], row[1]) for row in ranks.rows]  # type: ignore[union-attr]
    assert counts == [("1", 3), ("2 to 5", 0), ("6 to 10", 1), ("11 to 100", 1), ("beyond, of 100", 0)]
    assert [row[:2] for row in by_label.rows] == [("0", 1), ("1", 4)]  # type: ignore[union-attr]
    many = np.linspace(0, 1, 50)
    assert len(details(table(rank=[1] * 50, label=many, similarity=many))[1].rows) == 5  # type: ignore[union-attr]


def test_what_cannot_be_learnt_is_said() -> None:
    pairs = {"text": ["a", "b"], "second": ["c", "d"]}
    assert learn(rows(**pairs), 0.5, graded=False) == {"rows": 2, "pairs": 2}
    assert learn(rows(**pairs, label=[0.0, 4.0]), 3, graded=True) == {"rows": 2, "pairs": 1, "low": 0.0, "high": 4.0}
    with pytest.raises(DataError, match="no pair"):
        learn(rows(**pairs, label=[0.0, 0.0]), 0.5, graded=False)
    with pytest.raises(DataError, match="only the label 1"):
        learn(rows(**pairs, label=[1.0, 1.0]), 0.5, graded=True)
    with pytest.raises(DataError, match="1 rows have no label") as error:
        check("train", rows(**pairs, label=[1.0, None]))
    assert error.value.problems[0].where == "r:1"
    assert describe({**pairs, "label": [1.0, 0.0]}, 0.5) == {"belong together": 1, "do not": 1}


def test_baselines_find_partners_by_words_and_by_vectors() -> None:
    pairs = rows(
        text=["水泵 漏油 怎么办", "the belt slips when wet", "breaker trips at start"],
        second=["水泵漏油", "a wet belt slips", "the starting breaker trips"],
    )
    head = Embedding()
    state = head.learn(pairs)

    def vectors(some: Dataset) -> np.ndarray:
        return np.array(
            [[float("油" in text), float("belt" in text), float("breaker" in text)] for text in some["text"]]
        )

    chance, words, untouched = (one.predict(pairs, pairs, features=vectors) for one in head.baselines(state))
    assert chance["rank"].tolist() == [2.0, 2.0, 2.0]
    assert words["rank"].tolist() == untouched["rank"].tolist() == [1.0, 1.0, 1.0]
    assert list(words["prediction"]) == list(words["reference"]) == pairs["second"][:]
    assert head.measure(chance, state)["mrr"] == pytest.approx(0.5)
