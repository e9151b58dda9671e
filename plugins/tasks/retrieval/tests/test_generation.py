"""Answers that are written from passages: prompts, what is to be learnt, and what an answer is held against."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.data.keys import words
from metier.values import ModelInfo
from metier_question_answering.matching import NO_ANSWER
from metier_retrieval._generation import CitedAnswer
from metier_retrieval.found import FOUND, NAMED, READ, TAUGHT
from metier_retrieval.generation import RetrievalAugmentedGeneration
from metier_retrieval.prompting import asked
from metier_retrieval.support import best_support

NONE = "It is not said."


def passage(text: str, **more: Any) -> dict[str, Any]:
    empty = {"file": None, "page": None, "section": None, "score": 1.0, "right": False, "use": READ}
    return {"text": text, **empty, **more}


PRESS = passage("Guards stay closed.", rank=1, file="press.pdf", page="2")
PUMP = passage("It holds 12 litres of oil.", rank=2, file="pump.pdf", page="7", right=True)
BELT = passage("The belt runs at half speed.", rank=2)
LATE = passage("It holds 12 litres of oil.", rank=40, right=True, use=TAUGHT)
LISTED = passage("", rank=3, use=NAMED)


def row(found: list[dict[str, Any]], answers: list[str] | None = None) -> dict[str, list[Any]]:
    columns: dict[str, list[Any]] = {"question": ["How much does it hold?"], FOUND: [found]}
    return columns if answers is None else {**columns, "answers": [answers]}


def test_the_best_passage_stands_last_and_a_right_one_that_was_found_gives_the_answer() -> None:
    (only,) = asked(row([PRESS, PUMP, LISTED], ["12 litres", "twelve"]), no_answer=NONE)
    assert only.text == "It holds 12 litres of oil.\n\nGuards stay closed.\n\nHow much does it hold?"
    assert only.answer == "12 litres"
    (blind,) = asked(row([PRESS, PUMP, LISTED]), no_answer=NONE)
    assert (blind.text, blind.answer) == (only.text, None)


def test_where_no_right_passage_is_read_there_is_no_answer_and_another_prompt_teaches_it() -> None:
    first, second = asked(row([PRESS, BELT, LATE], ["12 litres"]), no_answer=NONE)
    assert (first.row, first.answer, second.row, second.answer) == (0, NONE, 0, "12 litres")
    assert second.text == "It holds 12 litres of oil.\n\nGuards stay closed.\n\nHow much does it hold?"
    (none,) = asked(row([PRESS, BELT], []), no_answer=NONE)
    assert none.answer == NONE
    (nothing,) = asked(row([], []), no_answer=NONE)
    assert (nothing.text, nothing.answer) == ("How much does it hold?", NONE)


def said(written: str, *, min_support: float = 0.5, found: tuple[dict[str, Any], ...] = (PRESS, PUMP, LISTED)) -> Any:
    options = RetrievalAugmentedGeneration.Config(no_answer=NONE, min_support=min_support)
    piece = {"text": written, "finished": True}
    return CitedAnswer(options).joined([piece], {"question": "How much does it hold?", FOUND: list(found)})


def test_an_answer_is_cited_from_the_passage_that_has_most_of_its_words() -> None:
    answer = said("It holds 12 litres")
    assert (answer["answer"], answer["written"], answer["score"]) == ("It holds 12 litres", "It holds 12 litres", 1.0)
    assert [(one["file"], one["page"], one["text"]) for one in answer["citations"]] == [
        ("pump.pdf", "7", "It holds 12 litres of oil.")
    ]
    assert [one["rank"] for one in answer["passages"]] == [1, 2, 3]


@pytest.mark.parametrize(
    ("written", "score"), [("it is NOT said", None), ("", None), ("40 gallons of water", 0.25), ("Ask Mr Olsen", 0.0)]
)
def test_what_is_not_in_the_passages_is_withheld(written: str, score: float | None) -> None:
    answer = said(written)
    assert (answer["answer"], answer["written"], answer["citations"]) == (NO_ANSWER, written, [])
    if score is not None:
        assert answer["score"] == score
        assert said(written, min_support=score)["answer"] == written


def test_without_passages_nothing_is_answered() -> None:
    assert said("12 litres", min_support=0.0, found=())["answer"] == NO_ANSWER


@given(
    st.text(alphabet="ab c水泵1", max_size=20), st.text(alphabet="ab 水", max_size=8), st.lists(st.text(max_size=30))
)
def test_support_is_the_share_of_the_answers_own_words(answer: str, question: str, texts: list[str]) -> None:
    best = best_support(answer, question, [passage(text) for text in texts])
    if best is None:
        assert texts == []
        return
    own = set(words(answer)) - set(words(question)) or set(words(answer))
    shares = [sum(one in words(text) for one in own) / max(len(own), 1) for text in texts]
    assert best.share == pytest.approx(max(shares))
    assert best.passage["text"] == texts[shares.index(max(shares))]


def test_an_encoder_is_refused_and_vectors_need_an_encoder_that_is_there() -> None:
    bert = ModelInfo("tiny", "bert", "encoder", layers=2, hidden_size=32, vocabulary_size=100)
    gpt = ModelInfo("tiny", "gpt2", "decoder", layers=2, hidden_size=32, vocabulary_size=100)
    assert "an encoder reads" in str(RetrievalAugmentedGeneration().refuses(bert))
    assert RetrievalAugmentedGeneration().refuses(gpt) is None
    dense = RetrievalAugmentedGeneration(RetrievalAugmentedGeneration.Config(retriever="dense", encoder="./nowhere"))
    assert "no model at the `encoder` ./nowhere" in str(dense.refuses(gpt))
