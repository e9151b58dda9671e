"""Options that do not go together are refused, and answers that they do not allow."""

from __future__ import annotations

from typing import Any

import pytest
from datasets import Dataset
from pydantic import ValidationError

from metier.errors import DataError
from metier.values import ModelInfo
from metier_text_generation.answers import check, described, learn
from metier_text_generation.options import Options
from metier_text_generation.text_generation import TextGeneration


def rows(*answers: str) -> Dataset:
    return Dataset.from_list([{"id": f"r:{i}", "text": "?", "answer": one} for i, one in enumerate(answers)])


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"template": "no hole"}, "hold {text} once"),
        ({"template": "{text} and {text}"}, "hold {text} once"),
        ({"choices": ("one",)}, "several"),
        ({"choices": ("one", "one")}, "each of them once"),
        ({"choices": ("one", " two")}, "without space"),
        ({"choices": ("Ja: one", "two words"), "prefix": "Ja: "}, "begin with the prefix"),
        ({"choices": ("one", "two"), "no_repeat_ngram_size": 2}, "said as they are"),
    ],
)
def test_options_that_do_not_go_together_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Options.model_validate(options)


def test_one_answer_for_all_is_nothing_to_learn() -> None:
    learn(rows("yes", "no"), Options())
    with pytest.raises(DataError, match="all answers are the same"):
        learn(rows("yes", " yes "), Options())


@pytest.mark.parametrize("answer", ["stable", "Assessment:stable", "Assessment:  stable", "Assessment:"])
def test_an_answer_must_begin_with_the_prefix(answer: str) -> None:
    options = Options(prefix="Assessment: ")
    check(rows("Assessment: stable"), options)
    with pytest.raises(DataError, match="does not begin with 'Assessment: '") as error:
        check(rows("Assessment: stable", answer), options)
    assert error.value.problems[0].where == "r:1"


def test_an_answer_must_be_one_of_the_choices() -> None:
    with pytest.raises(DataError, match="none of the choices: 'mabye'") as error:
        check(rows("yes", "mabye"), Options(choices=("yes", "no", "maybe")))
    assert "'maybe'" in str(error.value.problems[0].hint)


def test_answers_are_counted_by_their_words() -> None:
    found = described(["no fault", "更换密封", "no fault", "…", "one two three four five six seven"])
    assert found == {"words of an answer": {"0": 1, "1": 0, "2–3": 2, "4–7": 2}, "different answers": 4}
    assert described([]) == {"words of an answer": {}, "different answers": 0}


def test_an_encoder_is_refused_in_words() -> None:
    info = ModelInfo("tiny", "bert", "encoder", layers=2, hidden_size=32, vocabulary_size=100)
    reason = TextGeneration(Options()).refuses(info)
    assert reason is not None
    assert "does not write" in reason
