"""The checks of authored samples pass what is right, and catch each fault."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from metier.data.store import write_rows
from metier.testing import authored

CONTEXT = "The pump was renewed in May."


def question(answer: str, start: int, **other: Any) -> dict[str, Any]:
    answers = [{"text": answer, "answer_start": start}]
    return {"id": "1", "question": "What was?", "context": CONTEXT, "is_impossible": False, "answers": answers, **other}


NONE: dict[str, Any] = {"id": "2", "question": "Who?", "context": CONTEXT, "is_impossible": True, "answers": []}


def test_each_kind_of_file_is_read(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,label\n"a, b",x\n', encoding="utf-8")
    assert authored.read(tmp_path / "a.csv") == [{"text": "a, b", "label": "x"}]
    (tmp_path / "a.jsonl").write_text('{"text": "泵"}\n{"text": "b"}\n', encoding="utf-8")
    assert authored.read(tmp_path / "a.jsonl") == [{"text": "泵"}, {"text": "b"}]
    paragraph = {"context": CONTEXT, "qas": [{"id": "1"}, {"id": "2"}]}
    (tmp_path / "a.json").write_text(json.dumps({"data": [{"title": "A", "paragraphs": [paragraph]}]}))
    (read,) = authored.read(tmp_path / "a.json")
    assert read == {**paragraph, "title": "A"}
    one, two = authored.questions([read])
    assert (one, two["id"]) == ({"id": "1", "title": "A", "context": CONTEXT}, "2")


def test_labels_are_known_and_many() -> None:
    authored.check_labels("aabb", known=("a", "b"), least=2)
    for labels, known in (("aabbc", "ab"), ("aabb", "abc"), ("aab", "ab"), ("", "a")):
        with pytest.raises(AssertionError):
            authored.check_labels(labels, known=known, least=2)


def test_what_others_have_of_a_text() -> None:
    assert authored.shared(["a b c", "A B d", "e"], size=2) == {"a b c": 0.5, "A B d": 0.5}
    assert authored.shared(["水泵漏油", "水泵停"], size=2) == {"水泵漏油": 1 / 3, "水泵停": 1 / 2}


@given(st.lists(st.text("abc ", min_size=1, max_size=12)), st.integers(1, 3))
def test_a_share_is_what_a_count_of_each_gram_gives(texts: list[str], size: int) -> None:
    words = {text: text.split() for text in texts}
    runs = {text: {tuple(w[i : i + size]) for i in range(len(w) - size + 1)} for text, w in words.items()}
    for text, share in authored.shared(texts, size=size).items():
        others = set().union(*(runs[other] for other in runs if other != text))
        assert share == len(runs[text] & others) / len(runs[text])


def test_texts_of_a_template_are_caught() -> None:
    authored.check_varied(["a b c d", "e f g h"], size=2, most=0)
    authored.check_varied(["a b c d", "a b c e"], size=2, most=0.67)
    with pytest.raises(AssertionError, match="others have 67% of it: a b c d"):
        authored.check_varied(["a b c d", "a b c e"], size=2)
    with pytest.raises(AssertionError, match="twice"):
        authored.check_varied(["A text", "a text"], size=3)
    with pytest.raises(AssertionError, match="no text has 3"):
        authored.check_varied(["a text", "b"], size=3)


@pytest.mark.parametrize(("start", "end"), [(0, 3), (4, 8), (4, 12), (24, 27)])
def test_whole_words_pass(start: int, end: int) -> None:
    authored.check_words(CONTEXT, start, end)


@pytest.mark.parametrize(
    ("start", "end", "fault"),
    [(4, 4, "pump"), (-1, 3, "pump"), (24, 40, "pump"), (3, 8, "space"), (5, 8, "begins"), (4, 7, "ends")],
)
def test_what_is_no_words_is_caught(start: int, end: int, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        authored.check_words(CONTEXT, start, end)


def test_a_line_before_is_no_word_before() -> None:
    authored.check_words("Note\npump", 5, 9)


def test_chinese_has_no_borders_but_numbers_in_it_have() -> None:
    authored.check_words("血压158毫米汞柱", 2, 7)
    authored.check_words("血压158毫米汞柱", 2, 5)
    with pytest.raises(AssertionError, match="'58' begins inside a word"):
        authored.check_words("血压158毫米汞柱", 3, 5)


def test_spans_are_words_of_known_labels_apart() -> None:
    row = {"text": CONTEXT, "spans": [[4, 8, "PART"], [24, 27, "DATE"]]}
    authored.check_spans([row], labels={"PART", "DATE"}, least=1)
    for spans in ([[4, 8, "PART"]], [[24, 27, "DATE"], [4, 8, "PART"]], [[4, 12, "PART"], [9, 12, "DATE"]]):
        with pytest.raises(AssertionError):
            authored.check_spans([{**row, "spans": spans}], labels={"PART", "DATE"}, least=1)
    with pytest.raises(AssertionError, match="ends inside"):
        authored.check_spans([{**row, "spans": [[4, 7, "PART"]]}], labels={"PART"}, least=1)


def test_answers_stand_where_it_is_said() -> None:
    authored.check_answers([question("The pump", 0), NONE], unanswered=(0.5, 0.5))


@pytest.mark.parametrize(
    "asked",
    [
        [question("The pump", 1), NONE],
        [question("The pu", 0), NONE],
        [question("pump", 4, question="Was a pump?"), NONE],
        [question("pump", 4, is_impossible=True), {**NONE, "is_impossible": False}],
        [question("pump", 4, id="2"), NONE],
        [question("pump", 4, question="WHO?"), NONE],
        [question("pump", 4), NONE, {**NONE, "id": "3", "question": "Why?"}],
        [question("pump", 4), question("pump", 4, id="4", question="And?"), NONE],
    ],
)
def test_each_fault_of_an_answer_is_caught(asked: list[dict[str, Any]]) -> None:
    with pytest.raises(AssertionError):
        authored.check_answers(asked, unanswered=(0.5, 0.5))


def test_a_value_in_two_splits_is_caught(tmp_path: Path) -> None:
    def made(**sides: str) -> Any:
        rows = {split: Dataset.from_dict({"title": list(titles)}) for split, titles in sides.items()}
        paths = {split: tmp_path / f"{split}-{titles}.arrow" for split, titles in sides.items()}
        return SimpleNamespace(datasets={split: write_rows(rows[split], paths[split]) for split in sides})

    apart, crossing, whole = made(train="aab", test="c"), made(train="ab", test="bc"), made(train="abc")
    assert authored.column(apart, "train", "title") == ["a", "a", "b"]
    authored.check_apart(apart, "title")
    authored.check_apart(apart, "title", values=3)
    faults = [(crossing, None, "is in two splits"), (whole, None, "one split only"), (apart, 2, "3 values of title")]
    for wrong, values, fault in faults:
        with pytest.raises(AssertionError, match=fault):
            authored.check_apart(wrong, "title", values=values)
