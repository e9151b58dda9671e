"""Whatever the tokenizer and however long the text: an answer is learnt where it is, and comes back as it stands."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from metier.errors import DataError
from metier.testing.models import MODEL_TYPES, build_model, load_tokenizer
from metier_question_answering._torch import SpanObjective
from metier_question_answering.windows import shared

TEXT = "  strong sales in the quarter lifted profit,\nand the company   raised the dividend for the year again "
WORDS = [found for found in TEXT.replace(",", " ").split() if found]


def objective(**options: Any) -> SpanObjective:
    return SpanObjective(**{"stride": 4, "longest": 200, "n_best": 3, "null_threshold": 0.0, **options})


def span(start: int, end: int) -> dict[str, Any]:
    return {"start": start, "end": end, "label": "answer"}


def runs() -> list[dict[str, Any]]:
    """Return every run of up to four words of the text, as an answer."""
    places, at = [], 0
    for word in WORDS:
        at = TEXT.index(word, at)
        places.append((at, at + len(word)))
        at += len(word)
    return [span(places[i][0], places[j][1]) for i in range(len(places)) for j in range(i, min(i + 4, len(places)))]


def examples_of(encoded: Mapping[str, Sequence[Any]]) -> list[dict[str, Any]]:
    return [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]


def answered(task: SpanObjective, tokenizer: Any, rows: Mapping[str, Sequence[Any]], max_length: int) -> list[Any]:
    """Return what a model would answer that says just what it was taught."""
    examples = examples_of(task.encode(rows, tokenizer, max_length))
    assert all(len(one["input_ids"]) <= max_length for one in examples)
    batch = task.collate(examples, tokenizer, np.random.default_rng(0))
    outputs = torch.nn.functional.one_hot(batch["labels"], batch["input_ids"].shape[1]).float() * 20
    decoded = task.decode(outputs, examples, tokenizer)
    return [
        task.joined([piece for piece, one in zip(decoded, examples, strict=True) if one["row"] == row], {"text": text})
        for row, text in enumerate(rows["text"])
    ]


@pytest.mark.parametrize("max_length", [15, 20, 64])
@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_a_model_that_is_right_gives_every_answer_back(model_type: str, max_length: int, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model(model_type, tmp_path).path)
    answers = [[], *([one] for one in runs())]
    rows = {"question": ["what rose"] * len(answers), "text": [TEXT] * len(answers), "spans": answers}
    found = answered(objective(), tokenizer, rows, max_length)
    assert found[0]["answer"] == ""
    for prediction, (true,) in zip(found[1:], answers[1:], strict=True):
        assert (prediction["start"], prediction["end"]) == (true["start"], true["end"])
        assert prediction["answer"] == TEXT[true["start"] : true["end"]]


def test_windows_cover_the_text_and_share_tokens(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    rows = {"question": ["what rose", "why"], "text": [TEXT, "no"], "spans": [[span(2, 8)], []]}
    examples = examples_of(objective().encode(rows, tokenizer, 15))
    assert [one["row"] for one in examples] == [0, 0, 0, 1]
    places = [
        {(a, b) for a, b in zip(one["starts"].tolist(), one["ends"].tolist(), strict=True) if a < b} for one in examples
    ]
    assert {TEXT[a:b] for window in places[:3] for a, b in window} == {*WORDS, ","}
    for one, other in itertools.pairwise(places[:3]):
        assert len(one & other) == 4
    assert [(one["first"] == one["null"], one["last"] == one["null"]) for one in examples] == [
        (False, False), (True, True), (True, True), (True, True)
    ]  # fmt: skip


def test_an_answer_longer_than_any_window_is_learnt_where_most_of_it_is(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    whole = span(TEXT.index("strong"), TEXT.index("again"))
    rows = {"question": ["what rose"], "text": [TEXT], "spans": [[whole]]}
    (found,) = answered(objective(), tokenizer, rows, 15)
    assert len(found["answer"].split()) >= 9
    assert found["answer"] in TEXT


def test_of_several_answers_a_window_learns_the_first_that_it_holds(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    first, last = span(2, 8), span(TEXT.index("year"), TEXT.index("year") + 4)
    rows = {"question": ["what rose"], "text": [TEXT], "spans": [[first, last]]}
    examples = examples_of(objective().encode(rows, tokenizer, 15))
    learnt = [TEXT[one["starts"][one["first"]] : one["ends"][one["last"]]] for one in examples]
    assert learnt == ["strong", "", "year"]


def test_an_answer_is_made_of_whole_words_unless_told_otherwise(tmp_path: Path) -> None:
    text = "profit again"
    tokenizer = load_tokenizer(build_model("bert", tmp_path, texts=["profit again"]).path)
    part = {"question": ["profit"], "text": [text], "spans": [[span(0, 3)]]}
    (one,) = examples_of(objective().encode({**part, "text": ["profit"]}, tokenizer, 20))
    assert one["borders"][one["first"]] == 3, "a whole word may begin and end an answer"
    (cut,) = answered(objective(), tokenizer, {**part, "text": [text], "spans": [[span(7, 12)]]}, 20)
    assert cut["answer"] == "again"


def test_a_question_that_leaves_no_room_is_an_error_with_a_way_out(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    rows = {"question": ["sales " * 10], "text": [TEXT], "spans": [[]]}
    with pytest.raises(DataError, match="has 10 tokens, which leaves 2 for the text") as error:
        objective().encode(rows, tokenizer, 15)
    assert "max_length" in error.value.problems[0].hint


def test_an_answer_that_no_token_stands_for_is_an_error(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    rows = {"question": ["why"], "text": [TEXT], "spans": [[span(0, 1)]]}
    with pytest.raises(DataError, match="no token"):
        objective().encode(rows, tokenizer, 20)


def test_without_spans_there_is_nothing_to_learn(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    encoded = objective().encode({"question": ["why"], "text": ["strong sales"]}, tokenizer, 20)
    assert not {"first", "last"} & set(encoded)
    batch = objective().collate(examples_of(encoded), tokenizer, np.random.default_rng(0))
    assert objective().items(batch) == 0


def test_windows_that_share_more_than_a_third_would_not_go_on() -> None:
    assert (shared(128, 384), shared(128, 96), shared(0, 96)) == (128, 32, 0)


def test_padding_and_the_question_are_no_candidates(tmp_path: Path) -> None:
    """The loss of a short row is the same beside a long one, and no answer lies in the question."""
    model = build_model("bert", tmp_path)
    tokenizer = load_tokenizer(model.path)
    rows = {"question": ["sales", "sales"], "text": ["strong sales", TEXT], "spans": [[span(0, 6)], [span(2, 8)]]}
    task = objective()
    examples = examples_of(task.encode(rows, tokenizer, 64))
    batch = task.collate(examples, tokenizer, np.random.default_rng(0))
    assert batch["candidates"].sum(dim=1).tolist() == [3, len(WORDS) + 2]
    alone = task.collate(examples[:1], tokenizer, np.random.default_rng(0))

    class Constant(torch.nn.Module):
        def forward(self, input_ids: torch.Tensor, **others: torch.Tensor) -> Any:
            class Found:
                start_logits = end_logits = input_ids.float() / 10

            return Found

    both = task.loss(Constant(), batch)  # type: ignore[arg-type]
    parts = [task.loss(Constant(), task.collate([one], tokenizer, np.random.default_rng(0))) for one in examples]  # type: ignore[arg-type]
    torch.testing.assert_close(both, torch.stack(parts).sum())
    none = {"question": ["sales"], "text": [TEXT], "spans": [[]]}
    whole, third = objective(), objective(null_weight=1 / 3)
    windows = examples_of(whole.encode({name: rows[name] + none[name] for name in rows}, tokenizer, 64))
    full, light = (
        one.loss(Constant(), one.collate(windows, tokenizer, np.random.default_rng(0))) for one in (whole, third)
    )  # type: ignore[arg-type]
    torch.testing.assert_close(light - both, (full - both) / 3)
    assert task.items(alone) == 1
