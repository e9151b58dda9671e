"""Which passages are right, what is put into rows, and what is learnt of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from metier.errors import DataError, RunError
from metier_retrieval.found import NAMED, READ, TAUGHT
from metier_retrieval.index import Index, write
from metier_retrieval.options import RetrievalOptions
from metier_retrieval.ranking import best
from metier_retrieval.retrieval_qa import RetrievalQA
from metier_retrieval.teaching import taught_spans
from metier_retrieval.truth import Truth

CORPUS = {
    "id": ["a", "b", "c", "d"],
    "text": [
        "The pump holds 12 litres of oil.",
        "The press holds 12 litres of coolant.",
        "Oil is changed each quarter.",
        "Guards stay closed.",
    ],
    "file": ["manuals/pump.pdf", "manuals/press.pdf", "manuals/pump.pdf", "manuals/press.pdf"],
    "page": ["1", "1", "2", "2"],
}


@pytest.fixture
def head(tmp_path: Path) -> RetrievalQA:
    made = RetrievalQA(RetrievalQA.Config(retriever="bm25", passages=1))
    made.index(Dataset.from_dict(CORPUS), tmp_path, model=tmp_path)
    return made


def found(head: RetrievalQA, folder: Path, training: bool = True, **row: Any) -> list[dict[str, Any]]:
    rows = Dataset.from_dict({"id": ["q"], **{name: [value] for name, value in row.items()}})
    (only,) = head.retrieve(rows, folder, training=training)
    passages: list[dict[str, Any]] = only["found"]
    return passages


def right(folder: Path, **row: Any) -> list[int]:
    truth = Truth(Index(folder)).right(row)
    assert truth is not None
    return [number for number in range(4) if truth.holds(number)]


def test_a_passage_is_right_by_its_text_its_place_or_the_answer_in_it(head: RetrievalQA, tmp_path: Path) -> None:
    assert right(tmp_path, answers="12 litres") == [0, 1]
    assert right(tmp_path, answers="12 litres", passage="the pump holds  12 litres of oil.") == [0]
    assert right(tmp_path, answers="quarter", passage=" ".join(CORPUS["text"])) == [2]
    assert right(tmp_path, answers="12 litres", file="pump.pdf") == [0]
    assert right(tmp_path, answers="12 litres", file="manuals/press.pdf", page=1.0) == [1]
    assert right(tmp_path, answers="a dozen", file="pump.pdf") == [0, 2]
    assert right(tmp_path, answers="a dozen", file="other.pdf") == []
    assert Truth(Index(tmp_path)).right({"answers": []}) is None


def test_the_right_passage_is_learnt_from_even_where_it_is_not_read(head: RetrievalQA, tmp_path: Path) -> None:
    said = {"question": "Which press holds coolant?", "answers": "12 litres", "file": "pump.pdf"}
    passages = found(head, tmp_path, **said)
    assert [(one["use"], one["right"], one["rank"]) for one in passages] == [(READ, False, 1), (TAUGHT, True, 2)]
    assert [one["text"] for one in passages] == [CORPUS["text"][1], CORPUS["text"][0]]
    judged = found(head, tmp_path, training=False, **said)
    assert [(one["use"], one["right"], one["rank"]) for one in judged] == [(READ, False, 1), (NAMED, True, 2)]
    beyond = found(head, tmp_path, **{**said, "answers": "closed", "file": "press.pdf", "page": "2"})
    assert (beyond[-1]["use"], beyond[-1]["rank"], beyond[-1]["score"]) == (TAUGHT, None, None)
    unlabelled = found(head, tmp_path, question=said["question"])
    assert [(one["use"], one["right"], one["text"] == "") for one in unlabelled] == [
        (READ, None, False),
        (NAMED, None, True),
    ]
    assert found(head, tmp_path, question="salary", answers="") == []


def test_answers_teach_where_they_are_known_to_stand() -> None:
    row = {"answers": ["12 litres"], "passage": CORPUS["text"][0]}
    own = {"text": CORPUS["text"][0], "right": True}
    other = {"text": CORPUS["text"][1], "right": False}
    span = [{"start": 15, "end": 24, "label": "answer"}]
    assert taught_spans(row, own) == span
    assert taught_spans(row, other) is None, "nobody knows whether it answers there"
    assert taught_spans({"answers": "12 litres"}, {**other, "right": True}) == [{**span[0], "start": 16, "end": 25}]
    assert taught_spans(row, {"text": "Guards.", "right": False}) == []
    assert taught_spans({**row, "answers": "a dozen"}, own) is None, "it answers in other words"
    spans = {"answers": [{"start": 4, "end": 8, "label": "x"}], "passage": CORPUS["text"][0]}
    assert taught_spans(spans, own) == [{"start": 4, "end": 8, "label": "answer"}]
    assert taught_spans({"answers": []}, {**own, "right": None}) == []


def test_faults_name_their_place_and_a_way_out(head: RetrievalQA, tmp_path: Path) -> None:
    with pytest.raises(RunError, match="no index of documents here"):
        Index(tmp_path / "elsewhere")
    with pytest.raises(DataError, match="q: True is no answer"):
        found(head, tmp_path, question="How much?", answers=True)
    rows = Dataset.from_dict({"id": ["q"], "question": ["How much?"], "answers": [""]})
    with pytest.raises(DataError, match="no training question has an answer"):
        head.learn(rows)
    with pytest.raises(DataError, match="this row of test asks nothing"):
        head.check("test", Dataset.from_dict({**rows.to_dict(), "question": [" "]}), {})


def test_an_index_is_asked_in_its_own_way_wherever_it_lies(tmp_path: Path) -> None:
    options = RetrievalOptions(retriever="bm25")
    names = ("text", "page")
    write(Dataset.from_dict(CORPUS), tmp_path / "here", options=options, model=tmp_path, columns=names, searched=names)
    (tmp_path / "here").rename(tmp_path / "there")
    index = Index(tmp_path / "there")
    (ranking,) = index.rankings(["page 2 on guards"])
    assert ranking.numbers.tolist() == [3, 2]
    assert ranking.scores.tolist() == best(ranking.scores, 9).scores.tolist()
    assert (index.get("page", 3), index.get("file", 3)) == ("2", None)
