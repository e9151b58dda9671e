"""Figures over questions with and without answers, and the report's tables, by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from metier.errors import DataError
from metier.evaluation.predictions import objects
from metier_question_answering.details import WAYS, details
from metier_question_answering.figures import AnswerFigures
from metier_question_answering.question_answering import QuestionAnswering
from metier_question_answering.rows import learn
from metier_question_answering.tables import table

TRUE = [["State of Delaware", "Delaware"], ["May 2014"], ["Olsen"], ["12 litres"], [""], [""]]
SAID = ["Delaware", "8 May 2014", "Brandt", "", "", "Kiel"]
CANDIDATES = ["Delaware", "8 May 2014", "Brandt", "12 litres", "Kiel", "Kiel"]
MARGINS = [3.0, 2.0, 1.0, -1.0, -3.0, 0.5]


def made() -> dict[str, np.ndarray]:
    return {
        "id": objects([str(i) for i in range(len(TRUE))]),
        "reference": objects(TRUE),
        "prediction": objects([[one] for one in SAID]),
        "score": np.full(len(TRUE), 0.5),
        "margin": np.array(MARGINS),
        "candidate": objects([[one] for one in CANDIDATES]),
    }


def test_figures_are_split_by_whether_there_is_an_answer() -> None:
    found = AnswerFigures(made(), "words")(None)
    assert found == pytest.approx(
        {
            "f1": (1 + 0.8 + 0 + 0 + 1 + 0) / 6,
            "exact_match": 2 / 6,
            "f1_with_answer": 1.8 / 4,
            "exact_match_with_answer": 1 / 4,
            "accuracy_without_answer": 1 / 2,
        }
    )
    answerable = {name: column[:4] for name, column in made().items()}
    assert set(AnswerFigures(answerable, "words")(None)) == {"f1", "exact_match"}
    weights = np.array([1, 1, 1, 1, 0, 0])
    assert "accuracy_without_answer" not in AnswerFigures(made(), "words")(weights)
    assert AnswerFigures(made(), "words")(np.zeros(6)) == {}


def test_tables_say_what_became_of_questions_and_what_other_thresholds_would_do() -> None:
    ways, lengths, thresholds = details(made(), "words", 0.0)
    assert dict(ways.rows) == dict.fromkeys(WAYS, 1)
    assert lengths.rows == (("1 to 10", 0.2667, 0.0, 3), ("11 to 30", 1.0, 1.0, 1))
    rows = {threshold: rest for threshold, *rest in thresholds.rows}
    assert rows[0.0] == [0.4667, 0.3333, 0.6667]
    assert rows[1.0] == [pytest.approx(3.8 / 6, abs=1e-4), 0.5, 0.8333], "one more is answered, and rightly"
    assert len(details(made(), "words", None)) == 2, "where there always is an answer there is no threshold"


def test_a_table_without_any_candidate_has_thresholds_too() -> None:
    empty = {**made(), "margin": np.full(6, np.nan), "candidate": objects([[""]] * 6)}
    (*_, thresholds) = details(empty, "words", 0.0)
    assert [row[-1] for row in thresholds.rows] == [0.0]


def test_references_are_texts_and_each_counts_once() -> None:
    span = {"start": 0, "end": 3, "label": "answer"}
    rows = Dataset.from_list(
        [
            {"id": "1", "text": "two two", "question": "?", "spans": [span, {**span, "start": 4, "end": 7}]},
            {"id": "2", "text": "none", "question": "?", "spans": []},
        ]
    )
    said = {"answer": "The two.", "score": 0.9, "margin": 2.0, "n_best": [{"answer": "two"}, {"answer": ""}]}
    found = table([said, {**said, "answer": "seal", "margin": None}], rows, "words")
    assert [list(found[name]) for name in ("reference", "prediction", "candidate")] == [
        [["two"], [""]],
        [["The two."], ["seal"]],
        [["two"], ["two"]],
    ]
    assert list(found["right"]) == [True, False]
    assert np.isnan(found["margin"][1])


def rows(*answers: list[Any], question: str = "Who?") -> Dataset:
    values = [
        {"id": f"r:{i}", "text": "pump  seal", "question": question, "spans": one} for i, one in enumerate(answers)
    ]
    return Dataset.from_list(values)


def test_what_is_learnt_and_what_cannot_be() -> None:
    span = {"start": 0, "end": 4, "label": "answer"}
    state = learn(rows([span], [], [{**span, "end": 10}]))
    assert state == {"questions": 3, "without_answer": 1, "longest": 10, "match": "words"}
    with pytest.raises(DataError, match="no training question has an answer"):
        learn(rows([span]).map(lambda row: {"spans": []}))
    with pytest.raises(DataError, match="asks nothing") as error:
        learn(rows([span], question=" "))
    assert error.value.problems[0].where == "r:0"
    with pytest.raises(DataError, match="nothing but spaces"):
        learn(rows([{**span, "start": 4, "end": 6}]))


def test_options_decide_over_what_is_learnt() -> None:
    learnt = {"questions": 2, "without_answer": 0, "longest": 10, "match": "words"}
    plain = QuestionAnswering()
    assert (plain.longest(learnt), plain.match(learnt), plain.null_threshold(learnt)) == (10, "words", None)
    assert plain.null_threshold({**learnt, "without_answer": 1}) == 0.0
    options = {"max_answer_length": 4, "match": "characters", "null_threshold": 1.5}
    told = QuestionAnswering(QuestionAnswering.Config.model_validate(options))
    assert (told.longest(learnt), told.match(learnt), told.null_threshold(learnt)) == (4, "characters", 1.5)
