"""Prompts as labelling functions: the likelihood of answers, calibration, what is cut, and what is refused."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from pydantic import ValidationError
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from metier.components import TaskHead
from metier.discovery import discover
from metier.errors import MetierError, StageError
from metier.testing.models import MAX_LENGTH, MODEL_TYPES, build_model, load_tokenizer
from metier.values import LocalModel, Use
from metier_weak_label._answers import CONTENT_FREE, AnswerScorer
from metier_weak_label.functions import LabellingFunction, functions_of
from metier_weak_label.options import PromptConfig, WeakLabelConfig
from metier_weak_label.prompts import Prompted
from metier_weak_label.weak_label import WeakLabel

PROMPT = "news : {text} is this good or bad ? answer :"
ANSWERS = {"a": "good", "b": "very bad", "c": "very good news", "d": "no news", "e": "neutral"}
TEXTS = ("profit rose again", "a loss", "profit fell", "the board met in may", "利润 增长 。")
WORDS = [PROMPT.replace("{text}", ""), *ANSWERS.values(), *TEXTS, "n / a 这 是 好 坏 消息 ： a b"]
SAYING = tuple(one for one in MODEL_TYPES if one != "bert")


def model_at(folder: Path, model_type: str = "gpt2") -> LocalModel:
    return build_model(model_type, folder, texts=WORDS)


def scorer_of(model: LocalModel, answers: dict[str, str] = ANSWERS, **options: Any) -> AnswerScorer:
    config = PromptConfig.model_validate({"model": str(model.path), "prompt": PROMPT, **options})
    return AnswerScorer(model, config, answers, where="prompt")


def functions_with(
    *prompts: dict[str, Any], labels: Sequence[str] = ("a", "b"), **more: Any
) -> list[LabellingFunction]:
    config = WeakLabelConfig.model_validate({"prompts": prompts, **more})
    return functions_of(config, None, labels)


def by_hand(folder: Path, text: str) -> np.ndarray:
    """Return the probability of each answer: one pass an answer, without batches or anything shared."""
    tokenizer = load_tokenizer(folder)
    start, end = tokenizer.convert_tokens_to_ids(["[CLS]", "[SEP]"])
    prompt = [start, *tokenizer(PROMPT.replace("{text}", text), add_special_tokens=False)["input_ids"]]
    means = []
    for answer in ANSWERS.values():
        said = tokenizer(answer, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            if (folder / "config.json").read_text().find('"t5"') > 0:
                model: Any = AutoModelForSeq2SeqLM.from_pretrained(folder)
                begun = torch.tensor([[model.config.decoder_start_token_id, *said]])
                logits = model(input_ids=torch.tensor([[*prompt, end]]), decoder_input_ids=begun).logits[0]
            else:
                model = AutoModelForCausalLM.from_pretrained(folder)
                logits = model(input_ids=torch.tensor([[*prompt, *said]])).logits[0, len(prompt) - 1 :]
        logs = torch.log_softmax(logits.double(), dim=-1)
        means.append(sum(float(logs[place, token]) for place, token in enumerate(said)) / len(said))
    return np.exp(means) / np.exp(means).sum()


@pytest.mark.parametrize("model_type", SAYING)
def test_an_answer_is_as_likely_as_its_tokens_are_on_average(tmp_path: Path, model_type: str) -> None:
    scorer = scorer_of(model_at(tmp_path, model_type), calibrate=False)
    found, cut = scorer.probabilities(TEXTS)
    np.testing.assert_allclose(found, [by_hand(tmp_path, text) for text in TEXTS], rtol=1e-4)
    assert not cut.any()
    assert len({tuple(row) for row in found.round(6)}) == len(TEXTS), "the text makes a difference"


def test_calibration_chooses_as_the_paper_does(tmp_path: Path) -> None:
    scorer = scorer_of(model_at(tmp_path))
    free = np.mean([by_hand(tmp_path, text) for text in CONTENT_FREE], axis=0)
    weights = np.diag(1 / free)  # equation 1 of Zhao et al. 2021, with b = 0
    weighted = np.array([weights @ by_hand(tmp_path, text) for text in TEXTS])
    found, _ = scorer.probabilities(TEXTS)
    np.testing.assert_allclose(found, weighted / weighted.sum(axis=1, keepdims=True), rtol=1e-4)
    np.testing.assert_allclose(found.sum(axis=1), 1)
    nothing, _ = scorer.probabilities([CONTENT_FREE[0]] * 2)
    assert np.abs(nothing - 1 / len(ANSWERS)).max() < np.abs(scorer.normalised(["N/A"])[0] - 1 / len(ANSWERS)).max()


def test_batches_change_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scorer = scorer_of(model_at(tmp_path))
    texts = [*TEXTS, "profit fell again", "a profit", "the loss"]
    whole, _ = scorer.probabilities(texts)
    monkeypatch.setattr("metier_weak_label._answers.ROWS", 1)
    np.testing.assert_allclose(scorer.probabilities(texts)[0], whole, rtol=1e-5)


@pytest.mark.parametrize("model_type", SAYING)
def test_of_a_long_text_the_beginning_is_read(tmp_path: Path, model_type: str) -> None:
    scorer = scorer_of(model_at(tmp_path, model_type))
    longest = max(map(len, scorer.answers))
    around = len(scorer.tokens.prompt("", MAX_LENGTH)[0])
    room = MAX_LENGTH - around - (0 if model_type == "t5" else longest - 1)
    fits, long = ("profit rose again " * 40).split()[:room], ("profit rose again " * 40).split()[: room + 1]
    found, cut = scorer.probabilities([" ".join(fits), " ".join(long), " ".join([*fits, *["loss"] * 99])])
    assert cut.tolist() == [False, True, True]
    np.testing.assert_allclose(found[1:], np.tile(found[0], (2, 1)), rtol=1e-6)
    tokens, _ = scorer.tokens.prompt(" ".join(long), MAX_LENGTH)
    assert tokens[-4:] == scorer.tokens.prompt("loss", MAX_LENGTH)[0][-4:], "the question stays whole"


def test_what_was_cut_is_told_and_equal_texts_are_asked_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = model_at(tmp_path)
    asked: list[str] = []
    score = AnswerScorer.probabilities

    def counted(self: AnswerScorer, texts: Sequence[str]) -> Any:
        asked.extend(texts)
        return score(self, texts)

    monkeypatch.setattr(AnswerScorer, "probabilities", counted)
    config = PromptConfig(model=str(model.path), prompt=PROMPT, answers={"a": "good", "b": "bad"}, name="ask")
    answered: Any = {}
    long = "profit rose again " * 30
    one = Prompted(config, ("a", "b"), confidence=0, answered=answered)
    first = one.say([long, "a loss", long])
    assert one.say(["a loss"]) == first[1:2]
    assert asked == [long, "a loss"]
    assert list(one.notes()) == [f"ask: of 1 texts the beginning is read, as much as {model.path} has positions for"]
    again = Prompted(config, ("a", "b"), confidence=0, answered=answered)
    assert again.say(["a loss", long]) == [first[1], first[0]]
    assert asked == [long, "a loss"], "the next seed asks nothing"
    assert len(list(again.notes())) == 1


def test_an_unsure_model_abstains(tmp_path: Path) -> None:
    path = str(model_at(tmp_path).path)
    probabilities, _ = scorer_of(model_at(tmp_path), {"a": "good", "b": "bad"}).probabilities(TEXTS)
    middle = float(np.sort(probabilities.max(axis=1))[2])
    prompt = {"model": path, "prompt": PROMPT, "answers": {"a": "good", "b": "bad"}}
    sure, own, every = functions_with(
        {**prompt, "name": "sure"},
        {**prompt, "name": "own", "confidence": middle},
        {**prompt, "confidence": 0.0},
        confidence=0.99,
    )
    assert every.say(TEXTS) == ["ab"[place] for place in probabilities.argmax(axis=1)]
    assert sure.say(TEXTS) == [None] * len(TEXTS)
    likely = probabilities.max(axis=1) >= middle
    assert own.say(TEXTS) == [label if kept else None for label, kept in zip(every.say(TEXTS), likely, strict=True)]
    assert every.name == f"prompt: {tmp_path.name}"
    assert every.labels == ("a", "b")
    assert list(every.notes()) == []


def test_without_answers_labels_are_said_and_with_them_those_alone(tmp_path: Path) -> None:
    model = model_at(tmp_path)
    ask = {"model": str(model.path), "prompt": PROMPT, "confidence": 0.0}
    labels = ("good", "bad", "neutral")
    every, two = functions_with(
        ask, {**ask, "answers": {"bad": "very bad", "good": "good"}, "name": "2"}, labels=labels
    )
    assert (every.labels, two.labels) == (labels, ("bad", "good"))
    for function, answers in ((every, {label: label for label in labels}), (two, {"bad": "very bad", "good": "good"})):
        found, _ = scorer_of(model, answers).probabilities(TEXTS)
        assert function.say(TEXTS) == [list(answers)[place] for place in found.argmax(axis=1)]


def test_chinese_answers_follow_without_a_space(tmp_path: Path) -> None:
    model = model_at(tmp_path)
    scorer = scorer_of(model, {"a": "好 消息", "b": "坏 消息"}, prompt="{text} 这 是 ：")
    vocabulary = load_tokenizer(tmp_path).get_vocab()
    assert scorer.answers == [tuple(vocabulary[word] for word in words) for words in (("好", "消息"), ("坏", "消息"))]
    assert scorer.probabilities(["利润 增长 。"])[0].sum() == pytest.approx(1)


@pytest.mark.parametrize(
    ("prompt", "message"),
    [
        ("is this good ?", "must have {text} once"),
        ("{text} or {text} ?", "must have {text} once"),
        (" {text} ?", "asks nothing"),
    ],
)
def test_a_prompt_asks_of_one_text(prompt: str, message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        WeakLabelConfig.model_validate({"prompts": [{"model": "starter:smollm2", "prompt": prompt}]})


@pytest.mark.parametrize(
    ("answers", "message"),
    [
        ({"a": "", "b": "bad"}, "without space around it"),
        ({"a": "good", "b": " bad"}, "the answer of 'b' is ' bad'"),
        ({"a": "good", "b": "good"}, "two labels have the answer 'good'"),
        ({"a": "good"}, "one answer is always the likeliest"),
    ],
)
def test_answers_can_be_compared(answers: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        PromptConfig(model="x", prompt=PROMPT, answers=answers)


def test_what_cannot_be_asked_is_said(tmp_path: Path) -> None:
    model = model_at(tmp_path / "gpt2")
    ask = {"model": str(model.path), "prompt": PROMPT}
    with pytest.raises(StageError, match="says 'c', which no row has"):
        functions_with({**ask, "answers": {"a": "good", "c": "neutral"}})
    with pytest.raises(StageError, match="two functions are called 'prompt: gpt2'"):
        functions_with(ask, ask)
    with pytest.raises(StageError, match="cannot tell the answers 'xylophone' and 'yak' apart") as error:
        functions_with({**ask, "answers": {"a": "xylophone", "b": "yak"}})[0].say(["a loss"])
    assert error.value.problems[0].hint
    with pytest.raises(StageError, match="tokens without a text, and there is room for 64") as error:
        functions_with({**ask, "prompt": f"{'good or bad ? ' * 20} {{text}}"})[0].say(["a loss"])
    assert (error.value.problems[0].where, error.value.problems[0].hint) == (
        "prompt: gpt2",
        "shorten the prompt or its answers",
    )


def test_an_encoder_is_refused_with_a_way_out(tmp_path: Path) -> None:
    build_model("bert", tmp_path / "minilm", texts=WORDS)
    with pytest.raises(StageError, match="is an encoder: it reads and does not write") as error:
        functions_with({"model": str(tmp_path / "minilm"), "prompt": PROMPT})
    assert error.value.problems[0].where == "prompt: minilm"
    assert "starter:smollm2" in error.value.problems[0].hint


@pytest.mark.parametrize(
    ("model", "reason"),
    [("starter:minilm", "is an encoder"), ("startr:minilm", "no model source named"), ("starter:smollm2", None)],
)
def test_what_a_prompts_model_cannot_do_is_said_while_planning(model: str, reason: str | None) -> None:
    made = WeakLabel(WeakLabelConfig.model_validate({"prompts": [{"model": model, "prompt": PROMPT}]}))
    assert made.needs_corpus()
    said = made.refuses(discover().create(TaskHead, Use(TaskHead.kind, "text-classification")))
    assert said is None if reason is None else reason in str(said)
    pairs = discover().create(TaskHead, Use(TaskHead.kind, "pair-classification"))
    assert "one label each, and the rows of pair-classification are none" in str(made.refuses(pairs))


def test_a_model_without_a_language_head_is_refused(tmp_path: Path) -> None:
    from transformers import LlamaModel

    model = model_at(tmp_path, "llama")
    base: Any = LlamaModel.from_pretrained(model.path)
    (tmp_path / "model.safetensors").unlink()
    base.save_pretrained(tmp_path)
    with pytest.raises(StageError, match="says no words"):
        scorer_of(model)


def test_a_model_that_is_not_here_is_not_fetched_offline(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path))
    with pytest.raises(MetierError, match="cannot be had from the Hub") as error:
        functions_with({"model": "nobody/nothing-of-that-name", "prompt": PROMPT})
    assert "name its folder" in error.value.problems[0].hint
