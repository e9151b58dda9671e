"""One answer over several passages, its citations, and figures."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from metier_question_answering.matching import NO_ANSWER
from metier_retrieval.figures import RankFigures, RetrievalFigures, by_rank
from metier_retrieval.found import NAMED, READ, TAUGHT
from metier_retrieval.reading import answer_of_passages
from metier_retrieval.tables import rank
from metier_retrieval.tables import table as table_of


def passage(text: str, **more: Any) -> dict[str, Any]:
    empty = {"file": None, "page": None, "section": None, "score": 1.0, "right": None, "use": READ}
    return {"text": text, **empty, **more}


FOUND = [
    passage("Guards stay closed.", rank=1, file="press.pdf", page="2"),
    passage("It holds 12 litres.", rank=2, file="pump.pdf", page="7", section="3 Oil"),
    passage("", rank=3, use=NAMED),
    passage("It holds 9 litres.", rank=40, use=TAUGHT, right=True),
]
PIECES = [
    {"passage": 0, "candidates": [[0, 6, -2.0]]},
    {"passage": 1, "candidates": [[9, 18, 3.0], [9, 11, 1.0]]},
    {"passage": 1, "candidates": [[9, 18, 2.5]]},
    {"passage": 3, "candidates": [[9, 17, 9.0]]},
]


def test_the_best_span_over_passages_is_the_answer_and_its_passage_is_cited() -> None:
    said = answer_of_passages(PIECES, FOUND, count=5, null_threshold=0.0)
    assert (said["answer"], said["start"], said["end"], said["margin"]) == ("12 litres", 9, 18, 3.0)
    assert FOUND[1]["text"][said["start"] : said["end"]] == said["answer"]
    place = {"file": "pump.pdf", "page": "7", "section": "3 Oil", "rank": 2, "score": 1.0}
    assert said["citations"] == [{"text": FOUND[1]["text"], **place}]
    assert [(one["answer"], one["rank"]) for one in said["n_best"]] == [
        ("12 litres", 2), ("12", 2), (NO_ANSWER, None), ("Guards", 1),
    ]  # fmt: skip
    shares = np.exp([3.0, 1.0, 0.0, -2.0])
    assert [one["score"] for one in said["n_best"]] == pytest.approx(shares / shares.sum(), abs=1e-6)
    assert [one["rank"] for one in said["passages"]] == [1, 2, 3], "what was only learnt from is not found"


def test_there_is_no_answer_below_the_threshold_and_then_nothing_is_cited() -> None:
    for pieces, found in ((PIECES, FOUND), ([{"passage": 0, "candidates": []}], [])):
        said = answer_of_passages(pieces, found, count=5, null_threshold=-3.5)
        assert (said["answer"], said["start"], said["citations"]) == (NO_ANSWER, None, [])
    always = answer_of_passages(PIECES[:1], FOUND, count=5, null_threshold=None)
    assert always["answer"] == "Guards"


def test_a_late_rank_counts_against_a_span() -> None:
    said = answer_of_passages(PIECES, FOUND, count=5, null_threshold=None, rank_weight=1.0)
    assert said["margin"] == pytest.approx(3.0 - math.log(2), abs=1e-4)
    assert answer_of_passages(PIECES, FOUND, count=5, null_threshold=None, rank_weight=9.0)["answer"] == "Guards"


def test_ranks_are_measured_by_their_equations_and_undefined_figures_are_left_out() -> None:
    ranks = np.array([1.0, 3.0, 11.0, np.inf, np.nan])
    figures = RankFigures(ranks, others=(3,))
    assert figures(np.ones(5)) == pytest.approx(
        {
            "recall_at_1": 1 / 4,
            "recall_at_3": 2 / 4,
            "recall_at_5": 2 / 4,
            "recall_at_10": 2 / 4,
            "mrr_at_10": (1 + 1 / 3) / 4,
            "ndcg_at_10": (1 / math.log2(2) + 1 / math.log2(4)) / 4,
        }
    )
    assert figures(np.array([0, 0, 0, 0, 3.0])) == {}
    assert rank([{"rank": 1, "right": False}, {"rank": 2, "right": True}]) == 2
    assert rank([{"rank": 1, "right": False}]) == np.inf
    assert rank([]) == np.inf


def test_a_question_for_which_nothing_was_found_counts_as_not_found() -> None:
    """Also where no passage shares a word with it; only questions without an answer have no rank."""
    rows = Dataset.from_dict({"id": ["1", "2", "3"], "answers": [["oil"], ["oil"], []]})
    found = [[], [{"rank": 1, "right": True}], [{"rank": 1}]]
    made = [{"answer": "", "score": 0.0, "citations": [], "passages": one} for one in found]
    ranks = table_of(made, rows, "words")["rank"]
    assert ranks.tolist()[:2] == [np.inf, 1.0]
    assert np.isnan(ranks[2])
    assert RankFigures(ranks)(np.ones(3))["recall_at_10"] == 0.5


def test_citations_are_precise_where_the_passage_is_right() -> None:
    table = {
        "prediction": np.array([["a"], ["b"], [""], ["d"]], dtype=object),
        "reference": np.array([["a"], ["x"], ["c"], [""]], dtype=object),
        "rank": np.array([1.0, 2.0, np.inf, np.nan]),
        "cited": np.array([1.0, 0.0, np.nan, np.nan]),
    }
    figures = RetrievalFigures(table, "words", read=5)
    assert figures(None)["citation_precision"] == 0.5
    assert figures(np.array([3.0, 1, 1, 1]))["citation_precision"] == 0.75
    assert "citation_precision" not in figures(np.array([0.0, 0, 1, 1]))
    shown = by_rank(table, 5)
    assert [(one[0], one[1]) for one in shown.rows] == [("1", 1), ("2 to 5", 1), ("6 to 10", 0), ("beyond", 1)]
