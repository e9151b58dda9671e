"""A model that learnt answers by heart says just those, and stops: whatever the tokenizer, however many at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import GenerationConfig, PreTrainedModel, PreTrainedTokenizerFast

from metier.testing.models import MAX_LENGTH, build_model, load_tokenizer
from metier.testing.samples import TEXTS
from metier_text_generation._constraints import answer_rules
from metier_text_generation._inputs import to_learn
from metier_text_generation._rectangles import until_end
from metier_text_generation._torch import AnswerObjective, build
from metier_text_generation.figures import AnswerFigures
from metier_text_generation.options import Options

KNOWN, STEPS = 0.5, 400
"""The loss of all answers at which each token is likelier than all others together, and the steps until then."""
CHAT = (
    "{% for message in messages %}[CLS] {{ message['role'] }} {{ message['content'] | trim }} [MASK] {% endfor %}"
    "{% if add_generation_prompt %}[CLS] assistant {% endif %}"
)
"""A chat template in which a turn ends with another token than a text."""
Rows = Mapping[str, Sequence[Any]]
ROWS: Rows = {
    "id": [f"notes:{number}" for number in range(6)],
    "text": list(TEXTS[:6]),
    "answer": [
        "profit",
        "loss in the year",
        "the company raised the dividend for the year",
        "costs grew",
        "orders rose and rose and rose again",
        "the plant",
    ],
}


@dataclass(frozen=True)
class Learnt:
    """A model with what it learnt."""

    model: PreTrainedModel
    tokenizer: PreTrainedTokenizerFast
    objective: AnswerObjective

    def examples(self, rows: Rows) -> list[dict[str, Any]]:
        """Return encoded rows."""
        encoded = self.objective.encode(rows, self.tokenizer, MAX_LENGTH)
        return [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]

    def batch(self, examples: Sequence[Mapping[str, Any]]) -> dict[str, torch.Tensor]:
        """Return a batch."""
        return self.objective.collate(examples, self.tokenizer, np.random.default_rng(0))

    @torch.no_grad()
    def predict(self, rows: Rows, *, batch_size: int = 6) -> list[Mapping[str, Any]]:
        """Return predictions."""
        self.model.eval()
        found: list[Mapping[str, Any]] = []
        examples = self.examples({name: rows[name] for name in ("id", "text")})
        for start in range(0, len(examples), batch_size):
            part = examples[start : start + batch_size]
            outputs = self.objective.outputs(self.model, self.batch(part))
            found.extend(self.objective.decode(outputs, part, self.tokenizer))
        return found


@pytest.mark.parametrize("model_type", ["gpt2", "llama", "t5"])
def test_a_true_answers_log_loss_is_told_row_by_row(model_type: str, tmp_path: Path) -> None:
    made = learnt(model_type, tmp_path, trained=False)
    made.model.eval()
    examples = made.examples(ROWS)
    with torch.no_grad():
        outputs = made.objective.outputs(made.model, made.batch(examples))
        alone = [made.batch([example]) for example in examples]
        losses = [float(made.objective.loss(made.model, one)) for one in alone]
    assert outputs[:, 0].tolist() == pytest.approx(losses, rel=1e-4)
    assert outputs[:, 1].tolist() == [made.objective.items(one) for one in alone]
    decoded = made.objective.decode(outputs, examples, made.tokenizer)
    assert [one["tokens"] for one in decoded] == outputs[:, 1].tolist()
    assert all("log_loss" not in one for one in made.predict(ROWS)), "what is right is not known there"


def test_perplexity_is_the_exponential_of_the_log_loss_a_token() -> None:
    table = {name: np.array(["a", "b", "c"], dtype=object) for name in ("prediction", "reference")}
    table |= {name: np.full(3, np.nan) for name in ("finished", "numbers")}
    figures = AnswerFigures({**table, "log_loss": np.array([2.0, 6.0, np.nan]), "tokens": np.array([4, 2, 0])})
    assert figures(None)["perplexity"] == pytest.approx(np.exp(8 / 6))
    assert figures(np.array([1.0, 0.0, 5.0]))["perplexity"] == pytest.approx(np.exp(2 / 4))
    assert "perplexity" not in figures(np.array([0.0, 0.0, 1.0]))


def learnt(
    model_type: str,
    folder: Path,
    *,
    rows: Rows = ROWS,
    chat: str | None = None,
    end_pads: bool = False,
    trained: bool = True,
    **options: Any,
) -> Learnt:
    """Return a tiny model that was trained on `rows` until it knows them."""
    texts = [*TEXTS, *rows["answer"], "system user assistant"]
    path = build_model(model_type, folder, texts=texts).path
    tokenizer = load_tokenizer(path)
    tokenizer.chat_template = chat
    if end_pads:
        tokenizer.pad_token = tokenizer.eos_token
    tokenizer.save_pretrained(path)
    objective = AnswerObjective(Options(**options))
    made = Learnt(build(path, objective.options), tokenizer, objective)
    batch = made.batch(made.examples(rows))
    if trained:
        fit(made, batch)
    return made


def fit(made: Learnt, batch: dict[str, torch.Tensor]) -> None:
    """Train a model until it knows a batch."""
    optimizer = torch.optim.AdamW(made.model.parameters(), lr=0.01)
    for _ in range(STEPS):
        optimizer.zero_grad()
        loss = made.objective.loss(made.model, batch)
        if loss < KNOWN:
            return
        (loss / made.objective.items(batch)).backward()
        optimizer.step()
    raise AssertionError(f"it did not learn {STEPS} times the same: the loss is {loss}")


KINDS = [
    pytest.param({"model_type": "gpt2"}, id="gpt2"),
    pytest.param({"model_type": "gpt2", "end_pads": True}, id="gpt2, padded with its end"),
    pytest.param({"model_type": "llama"}, id="llama"),
    pytest.param({"model_type": "llama", "chat": CHAT, "system": "the company"}, id="llama, chat"),
    pytest.param({"model_type": "llama", "template": "the text {text} again "}, id="llama, template"),
    pytest.param({"model_type": "t5"}, id="t5"),
]


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_learnt_is_said_and_ended(kind: dict[str, Any], tmp_path: Path) -> None:
    made = learnt(folder=tmp_path, **kind)
    for size in (1, 4):
        said = made.predict(ROWS, batch_size=size)
        assert [one["text"] for one in said] == ROWS["answer"]
        assert all(one["finished"] for one in said)


@pytest.mark.parametrize("model_type", ["gpt2", "t5"])
def test_only_answers_and_their_ends_are_learnt(model_type: str, tmp_path: Path) -> None:
    made = learnt(
        model_type, tmp_path, trained=False, prefix="the ", rows={**ROWS, "answer": ["the plant", "the year again"] * 3}
    )
    batch = made.batch(made.examples({**ROWS, "answer": ["the plant", "the year again"] * 3}))
    learning = [row[row >= 0].tolist() for row in batch["labels"]]
    expected = ["plant [SEP]", "year again [SEP]"] * 3
    assert [made.tokenizer.decode(row) for row in learning] == expected
    assert made.objective.items(batch) == 15
    loss = made.objective.loss(made.model, batch)
    assert float(loss.detach()) / 15 == pytest.approx(np.log(len(made.tokenizer)), rel=0.2), "a guess among all words"


@pytest.mark.parametrize(("model_type", "packs"), [("gpt2", True), ("llama", True), ("t5", False)])
def test_the_loss_is_the_same_without_logits_and_packed(model_type: str, packs: bool, tmp_path: Path) -> None:
    made = learnt(model_type, tmp_path, trained=False)
    fitted = made.objective.fitted_to(made.model)
    assert (fitted.linear_head, fitted.packs) == (True, packs)
    batch = made.batch(made.examples(ROWS))
    expected = made.objective.loss(made.model.eval(), batch)
    torch.testing.assert_close(fitted.loss(made.model, batch), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("model_type", ["gpt2", "t5"])
def test_no_token_is_asked_for_that_no_row_has(model_type: str, tmp_path: Path) -> None:
    made = learnt(model_type, tmp_path, trained=False, prefix="the ", rows={**ROWS, "answer": ["the plant"] * 6})
    examples = made.examples({**ROWS, "answer": ["the plant", "the year again"] * 3})
    inputs, _ = to_learn(made.model, made.batch(examples))
    asked = {token for name, ids in inputs.items() if "ids" in name for token in ids.flatten().tolist()}
    assert asked <= {token for one in examples for token in one["input_ids"]} | set(made.tokenizer.all_special_ids)
    assert not made.objective.adds_tokens


@pytest.mark.parametrize("model_type", ["gpt2", "t5"])
def test_every_answer_begins_with_the_prefix(model_type: str, tmp_path: Path) -> None:
    answers = [f"the company {word}" for word in ("rose", "fell", "grew", "closed", "made staff", "rose again")]
    made = learnt(model_type, tmp_path, rows={**ROWS, "answer": answers}, prefix="the company ")
    assert [one["text"] for one in made.predict(ROWS)] == answers
    untrained = learnt(model_type, tmp_path, trained=False, prefix="the company ", max_new_tokens=4, fields=("the",))
    for one in untrained.predict(ROWS):
        assert one["text"].startswith("the company")
        assert one["fields"] == {}


@pytest.mark.parametrize(("model_type", "beams"), [("gpt2", 1), ("t5", 3)])
def test_nothing_but_choices_is_said(model_type: str, beams: int, tmp_path: Path) -> None:
    choices = ("profit", "profit rose", "profit rose again", "Loss")
    rows = {**ROWS, "answer": [choices[number % 4] for number in range(6)]}
    options = {"choices": choices, "num_beams": beams}
    untrained = learnt(model_type, tmp_path, rows=rows, trained=False, **options)
    assert {one["text"] for one in untrained.predict(ROWS)} <= set(choices)
    made = learnt(model_type, tmp_path, rows=rows, **options)
    assert [one["text"] for one in made.predict(ROWS)] == rows["answer"], (
        "as it is written, whatever the tokenizer folds"
    )


def test_an_answer_that_is_cut_off_is_not_finished(tmp_path: Path) -> None:
    made = learnt("llama", tmp_path)
    said = replace(made, objective=AnswerObjective(Options(max_new_tokens=2))).predict(ROWS)
    assert [one["text"] for one in said] == [" ".join(answer.split()[:2]) for answer in ROWS["answer"]]
    assert [one["finished"] for one in said] == [True] + [False] * 5


def test_what_is_behind_an_end_is_left_out() -> None:
    ids = torch.tensor([[5, 2, 2, 7], [2, 5, 5, 5], [5, 6, 7, 8], [5, 6, 3, 2]])
    assert until_end(ids, [2, 3]).tolist() == [[5, 2, -1, -1], [2, -1, -1, -1], [5, 6, 7, 8], [5, 6, 3, -1]]


def test_rules_of_repetition_see_the_answer_alone() -> None:
    rules = answer_rules(Options(no_repeat_ngram_size=2, repetition_penalty=2.0), given=3)
    scores = torch.full((1, 10), 1.0)
    prompt = torch.tensor([[4, 5, 4]])
    assert rules(prompt, scores.clone()).equal(scores)
    said = rules(torch.cat([prompt, torch.tensor([[7, 8, 7]])], dim=1), scores.clone())
    assert said[0].tolist() == [1.0] * 7 + [0.5, float("-inf"), 1.0]
    assert not answer_rules(Options(), given=3)


def test_how_it_generates_is_kept_with_the_model(tmp_path: Path) -> None:
    path = build_model("gpt2", tmp_path).path
    (path / "generation_config.json").write_text('{"do_sample": true, "temperature": 0.5, "min_length": 9}')
    build(path, Options(num_beams=2)).save_pretrained(tmp_path / "saved")
    kept = GenerationConfig.from_pretrained(tmp_path / "saved")
    assert (kept.do_sample, kept.temperature, kept.min_length, kept.num_beams) == (False, None, None, 2)
    assert kept.eos_token_id == [load_tokenizer(path).eos_token_id]
