"""The FAQ: which pair is right, what the loss is, and when a question is not in it."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset

from metier.errors import DataError, StageError
from metier.testing.models import build_model, load_tokenizer
from metier_retrieval._faq import PairsObjective
from metier_retrieval.faq import Faq
from metier_retrieval.faq_reading import Scored, answer_of_pairs
from metier_retrieval.faq_tables import FaqFigures, table, thresholds
from metier_retrieval.found import READ, TAUGHT

PAIRS = {
    "id": ["a", "b", "c"],
    "text": ["How is oil changed", "How is the filter changed", "Who tests the valve"],
    "answer": ["Drain it first.", "Every second time.", "Mr Olsen."],
    "pair": ["oil", "filter", "valve"],
}
ROWS = {
    "id": ["1", "2", "3"],
    "text": ["how is the oil changed", "what does it cost", "who tests the valve"],
    "answer": ["drain it  first.", None, "Mr Olsen."],
}


@pytest.fixture
def head() -> Faq:
    return Faq(Faq.Config(retriever="bm25", candidates=2))


def retrieved(head: Faq, folder: Path, rows: dict[str, Any] = ROWS) -> Dataset:
    head.index(Dataset.from_dict(PAIRS), folder, model=folder)
    return head.retrieve(Dataset.from_dict(rows), folder, training=True)


def test_right_pairs_are_told_by_their_answer_or_their_name(head: Faq, tmp_path: Path) -> None:
    given = retrieved(head, tmp_path)
    marks = [[(one["pair"], one["right"]) for one in found if one["use"] == READ] for found in given["found"]]
    assert marks == [[("oil", True), ("filter", False)], [], [("valve", True), ("filter", False)]]
    named = {"id": ["1"], "text": ["how is the oil changed"], "pair": ["Valve"]}
    (found,) = retrieved(head, tmp_path, named)["found"]
    assert [(one["pair"], one["right"], one["use"]) for one in found][-1] == ("valve", True, TAUGHT)


def test_faults_name_their_place_and_a_way_out(head: Faq, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="1: the FAQ has no answer 'Ask'"):
        retrieved(head, tmp_path, {"id": ["1"], "text": ["oil"], "answer": ["Ask"]})
    with pytest.raises(DataError, match="b: this pair has no answer"):
        head.index(Dataset.from_dict({**PAIRS, "answer": ["x", " ", "y"]}), tmp_path, model=tmp_path)
    with pytest.raises(DataError, match="rows of train do not have the column 'answer'"):
        head.learn(Dataset.from_dict({"id": ["1"], "text": ["oil"]}))
    with pytest.raises(DataError, match="no training question is in the FAQ"):
        head.learn(Dataset.from_dict({**ROWS, "answer": [None] * 3}))
    with pytest.raises(DataError, match="this row of test asks nothing"):
        head.check("test", Dataset.from_dict({**ROWS, "text": ["a", " ", "b"]}), {"by": "answer"})


def test_the_loss_follows_its_equations(head: Faq, tmp_path: Path) -> None:
    """Right pairs above all others and the threshold (InfoNCE); the threshold above wrong ones (Zhou et al. 2021)."""
    path = build_model("bert", tmp_path / "model").path
    given = retrieved(head, tmp_path / "index")
    state = head.learn(given)
    objective, tokenizer, model = head.objective(state), load_tokenizer(path), head.build(path, state).eval()
    assert isinstance(objective, PairsObjective)
    columns = objective.encode(given.to_dict(), tokenizer, 32)
    examples = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    batch = objective.collate(examples, tokenizer, np.random.default_rng(0))
    cosines = objective.outputs(model, batch).detach().double()
    none, expected = 0.5 / 0.05, 0.0
    for row, found in enumerate(given["found"]):
        pairs = [one for one in found if one["use"] != "named"]
        scores = [float(cosines[row, at]) / 0.05 for at in range(len(pairs))]
        right = [score for score, one in zip(scores, pairs, strict=True) if one["right"]]
        wrong = [score for score, one in zip(scores, pairs, strict=True) if not one["right"]]
        if right:
            expected -= math.log(sum(map(math.exp, right)) / sum(map(math.exp, [none, *scores])))
        expected -= math.log(math.exp(none) / sum(map(math.exp, [none, *wrong])))
    assert objective.items(batch) == 3
    assert float(objective.loss(model, batch).detach()) == pytest.approx(expected, rel=1e-4)
    with pytest.raises(StageError, match="candidates without their question"):
        objective.outputs(model, {name: values[1:] for name, values in batch.items()})


def pair(name: str, rank: int, **more: Any) -> dict[str, Any]:
    empty = {"answer": name.title(), "right": None, "use": READ, "score": 1.0}
    return {"text": f"{name}?", "pair": name, "rank": rank, **empty, **more}


def test_the_likest_pair_is_the_answer_above_the_threshold() -> None:
    scored = [Scored(pair("oil", 1), 0.6), Scored(pair("valve", 2), 0.7), Scored(pair("x", 3, use=TAUGHT), 0.9)]
    said = answer_of_pairs(scored, threshold=0.5, temperature=0.1)
    assert (said["answer"], said["matched"], said["pair"], said["similarity"]) == ("Valve", "valve?", "valve", 0.7)
    shares = torch.tensor([5.0, 6.0, 7.0]).softmax(0)
    assert said["score"] == pytest.approx(float(shares[2]), abs=1e-5)
    assert [one["matched"] for one in said["candidates"]] == ["valve?", "oil?"]
    none = answer_of_pairs(scored, threshold=0.8, temperature=0.1)
    assert (none["answer"], none["matched"], none["pair"]) == ("", None, None)
    assert answer_of_pairs([], threshold=0.5, temperature=0.1)["similarity"] is None


def test_figures_count_those_that_are_not_in_the_faq_apart() -> None:
    right = [pair("oil", 1, right=False), pair("valve", 2, right=True)]
    made = [
        answer_of_pairs([Scored(one, 0.9 - at / 10) for at, one in enumerate(right)], threshold=0.5, temperature=0.1),
        answer_of_pairs([Scored(pair("oil", 1), 0.2)], threshold=0.5, temperature=0.1),
        answer_of_pairs([Scored(pair("oil", 1, right=True), 0.8)], threshold=0.5, temperature=0.1),
    ]
    rows = Dataset.from_dict({"id": ["1", "2", "3"], "pair": ["valve", "", "Oil"]})
    columns = table(made, rows, "pair")
    figures = FaqFigures(columns)(None)
    assert figures["accuracy"] == pytest.approx(2 / 3)
    assert (figures["accuracy_in_faq"], figures["accuracy_not_in_faq"]) == (0.5, 1.0)
    assert (figures["recall_at_1"], figures["recall_at_5"], figures["mrr_at_10"]) == (0.5, 1.0, 0.75)
    nothing = answer_of_pairs([], threshold=0.5, temperature=0.1)
    assert table([made[0], nothing, nothing], rows, "pair")["rank"].tolist()[::2] == [2.0, np.inf]
    assert "accuracy_in_faq" not in FaqFigures(columns)(np.array([0.0, 1, 0]))
    shown = {row[0]: row[1:] for row in thresholds(columns, 0.5).rows}
    assert shown[0.5] == (round(2 / 3, 4), round(2 / 3, 4))
    assert shown[0.2] == (round(1 / 3, 4), 1.0)
