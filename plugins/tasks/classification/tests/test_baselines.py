"""Baselines learn from the training rows alone, in any language."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from datasets import Dataset

from metier_classification._sklearn import unspaced
from metier_classification.classification import TextClassification

ENGLISH = {"rain": "weather", "snow": "weather", "storm": "weather", "goal": "sport", "match": "sport", "team": "sport"}
CHINESE = {"下雨": "天气", "大雪": "天气", "暴风雨": "天气", "进球": "体育", "比赛": "体育", "球队": "体育"}


def rows(words: dict[str, str], template: str, *, several: bool = False) -> Dataset:
    texts = [template.format(word) for word in words]
    labels: list[Any] = [[label] for label in words.values()] if several else list(words.values())
    column = "labels" if several else "label"
    return Dataset.from_dict({"id": [f"r:{i}" for i in range(len(texts))], "text": texts, column: labels})


def lengths(rows: Dataset) -> Any:
    """Features that tell nothing but how long a text is."""
    return np.array([[len(text)] for text in rows["text"]], dtype=np.float32)


@pytest.mark.parametrize(("words", "train", "test"), [
    (ENGLISH, "there was {} today", "tomorrow {} again"),
    (CHINESE, "今天有{}的消息", "明天又是{}"),
])  # fmt: skip
@pytest.mark.parametrize("several", [False, True])
def test_linear_learns_words(words: dict[str, str], train: str, test: str, several: bool) -> None:
    head = TextClassification(TextClassification.Config(multi_label=several))
    known, unknown = rows(words, train, several=several), rows(words, test, several=several)
    state = head.learn(known)
    majority, linear, probe = head.baselines(state)
    figures = {
        one.name: head.measure(one.predict(known, unknown, features=lengths), state)
        for one in (majority, linear, probe)
    }
    assert figures["TF-IDF + logistic regression"]["f1_macro"] == 1.0
    assert figures["majority"]["f1_macro"] < 1.0


def test_majority_gives_the_shares_of_training() -> None:
    head = TextClassification()
    train = Dataset.from_dict({"id": ["a", "b", "c", "d"], "text": ["x"] * 4, "label": ["no", "yes", "yes", "yes"]})
    table = head.baselines(head.learn(train))[0].predict(train, train.select([0, 1]), features=lengths)
    np.testing.assert_allclose(table["probability"], [[0.25, 0.75]] * 2)
    assert table["prediction"].tolist() == [1, 1]


def test_a_label_without_rows_gets_no_probability() -> None:
    head = TextClassification(TextClassification.Config(labels=("no", "perhaps", "yes")))
    train = Dataset.from_dict({"id": ["a", "b"], "text": ["bad day", "good day"], "label": ["no", "yes"]})
    for baseline in head.baselines(head.learn(train)):
        assert baseline.predict(train, train, features=lengths)["probability"][:, 1].tolist() == [0.0, 0.0]


def test_texts_without_words_are_answered_by_shares() -> None:
    head = TextClassification()
    train = Dataset.from_dict({"id": ["a", "b", "c"], "text": ["!", "?", "…"], "label": ["no", "yes", "yes"]})
    table = head.baselines(head.learn(train))[1].predict(train, train, features=lengths)
    np.testing.assert_allclose(table["probability"], [[1 / 3, 2 / 3]] * 3, rtol=1e-6)


def test_scripts_without_spaces_are_told() -> None:
    assert unspaced(["今天有下雨的消息"])
    assert unspaced(["ราคาหุ้นขึ้นในวันนี้"])
    assert not unspaced(["profit rose", "la société a publié ses résultats"])
    assert not unspaced(["", "12 %"])


def test_the_probe_learns_from_features_alone() -> None:
    head = TextClassification()
    train = Dataset.from_dict(
        {
            "id": ["a", "b", "c", "d"],
            "text": ["x", "xx", "xxxxxxx", "xxxxxxxx"],
            "label": ["short", "short", "long", "long"],
        }
    )
    probe = head.baselines(head.learn(train))[2]
    table = probe.predict(train, train, features=lengths)
    assert table["prediction"].tolist() == table["reference"].tolist()
