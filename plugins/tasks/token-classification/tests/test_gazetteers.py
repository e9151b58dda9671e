"""What is looked up, of the training spans and of a lexicon."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from metier.errors import DataError
from metier.testing.models import build_model
from metier_token_classification.gazetteers import looked_up, read_entries
from metier_token_classification.token_classification import TokenClassification

LEXICON = (
    "term,category,synonyms,zh\ngate valve,Part,slide valve,闸阀\nleak,fault,oil leak|leakage,泄漏\nvalve,other,,\n"
)
TEXT = "Gate valve and slide  valve: OIL LEAK, leaks; 闸阀泄漏"


def lexicon(folder: Path, text: str = LEXICON) -> str:
    (folder / "terms.csv").write_text(text, encoding="utf-8")
    return str(folder / "terms.csv")


def head(**options: Any) -> TokenClassification:
    return TokenClassification(TokenClassification.Config.model_validate(options))


def rows() -> Dataset:
    spans = [{"start": 0, "end": 10, "label": "PART"}, {"start": 29, "end": 37, "label": "FAULT"}]
    return Dataset.from_list([{"id": "a", "text": TEXT, "spans": spans}, {"id": "b", "text": "no valve", "spans": []}])


def found(head: TokenClassification, name: str) -> list[list[tuple[str, str]]]:
    state = head.learn(rows())
    (baseline,) = [one for one in head.baselines(state) if one.name == name]
    table = baseline.predict(rows(), rows(), features=lambda some: some)
    return [
        [(text[one["start"] : one["end"]], one["label"]) for one in spans]
        for text, spans in zip(rows()["text"], table["prediction"], strict=True)
    ]


def test_terms_synonyms_and_chinese_names_are_found_in_any_case(tmp_path: Path) -> None:
    first, second = found(head(lexicon=lexicon(tmp_path)), "gazetteer of the lexicon")
    assert first == [
        ("Gate valve", "PART"),
        ("slide  valve", "PART"),
        ("OIL LEAK", "FAULT"),
        ("闸阀", "PART"),
        ("泄漏", "FAULT"),
    ]
    assert second == [], "a category without a label is not looked up"


def test_categories_are_given_labels(tmp_path: Path) -> None:
    options = {"lexicon": lexicon(tmp_path), "lexicon_labels": {"other": "PART"}}
    assert found(head(**options), "gazetteer of the lexicon")[1] == [("valve", "PART")]
    options["lexicon_labels"] = {"other": "part", "fault": "STATE"}
    first, second = found(head(**options), "gazetteer of the lexicon")
    assert {label for _, label in first + second} == {"PART"}, "a label that no row has is not looked up"


def test_a_lexicon_of_other_labels_is_left_out(tmp_path: Path) -> None:
    """A recipe with a lexicon can be extended by rows with labels of their own."""
    made = head(lexicon=lexicon(tmp_path), lexicon_labels={"Part": "COMPONENT"})
    assert "gazetteer of the lexicon" not in [one.name for one in made.baselines(made.learn(rows()))]


def test_there_is_no_such_baseline_without_a_lexicon() -> None:
    made = head()
    assert [one.name for one in made.baselines(made.learn(rows()))] == [
        "no spans",
        "gazetteer of the training spans",
        "words in context + logistic regression",
    ]


def test_what_cannot_be_looked_up_is_said(tmp_path: Path) -> None:
    path = lexicon(tmp_path, "term,category,synonyms,zh\nvalve,component,,\n")
    with pytest.raises(DataError, match="none of its categories is a label: FAULT, PART") as error:
        head(lexicon=path).learn(rows())
    assert "lexicon_labels: {component: FAULT}" in error.value.problems[0].hint
    with pytest.raises(DataError, match="the lexicon has no category 'state'") as error:
        head(lexicon=path, lexicon_labels={"state": "PART"}).learn(rows())
    assert error.value.problems[0].hint == "it has component"
    with pytest.raises(ValueError, match="`lexicon_labels` needs a lexicon"):
        head(lexicon_labels={"component": "PART"})
    with pytest.raises(DataError, match="no such file"):
        read_entries(str(tmp_path / "none.csv"), {}, ["PART"])


def test_a_missing_lexicon_is_said_while_planning(tmp_path: Path) -> None:
    info = build_model("bert", tmp_path / "model").info
    assert "there is no such file" in str(head(lexicon=str(tmp_path / "none.csv")).refuses(info))
    assert head(lexicon=lexicon(tmp_path)).refuses(info) is None


def test_the_first_row_of_a_term_has_its_way(tmp_path: Path) -> None:
    path = lexicon(tmp_path, "term,category,synonyms,zh\npump,part,,\nunit,fault,pump,\n")
    assert read_entries(path, {}, ["fault", "part"]) == {("pump",): "part", ("unit",): "fault"}


def test_the_longest_is_found_first() -> None:
    entries = {("oil",): "A", ("oil", "pump"): "B"}
    assert [(one["start"], one["end"], one["label"]) for one in looked_up("oil pump oil", entries)] == [
        (0, 8, "B"),
        (9, 12, "A"),
    ]


def test_training_spans_that_mostly_are_none_are_left_out() -> None:
    first, second = found(head(), "gazetteer of the training spans")
    assert ("Gate valve", "PART") in first
    assert second == []
