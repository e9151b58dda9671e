"""Gradient reversal against its equations, and what the engine does with it: batches, checkpoints, saving."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file
from torch.nn.functional import binary_cross_entropy_with_logits

from metier.builtin.optimizers.adamw import AdamW
from metier.components import Industry, MethodContext, Progress
from metier.errors import StageError
from metier.settings import TrainingSettings
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import TEXTS, rows
from metier.training.engine import TrainingEngine
from metier.values import LocalModel, TaskInfo, Term, Use
from metier_adversarial._corpus import Corpus
from metier_adversarial._domain import strength
from metier_adversarial._domain_classifier import classifier_of, remove_classifier
from metier_adversarial.adversarial import Adversarial
from metier_adversarial.domain_adversarial import DomainAdversarial
from metier_adversarial.lexical_substitution import LexicalSubstitution

WEIGHT = 0.7


@pytest.fixture
def stage(tiny: LocalModel, tmp_path: Path) -> MethodContext:
    return stage_of(tiny, tmp_path)


def stage_of(model: LocalModel, folder: Path, texts: Sequence[str] = TEXTS) -> MethodContext:
    corpus = Dataset.from_dict({"id": [f"corpus:{i}" for i in range(len(texts))], "text": list(texts)})
    return MethodContext(
        info=model.info,
        task=TaskInfo("task"),
        tokenizer=load_tokenizer(model.path),
        seed=1,
        directory=folder,
        corpus=corpus,
        position=lambda: Progress(3, 10, 0.0),
    )


def method(**options: Any) -> DomainAdversarial:
    return DomainAdversarial(DomainAdversarial.Config.model_validate({"weight": WEIGHT, **options}))


def batch_of(stage: MethodContext, texts: Sequence[str] = TEXTS[:5]) -> dict[str, torch.Tensor]:
    padded = stage.tokenizer(list(texts), padding=True, return_tensors="pt", return_token_type_ids=False)
    return {**padded, "labels": torch.arange(len(texts)) % 2}


def prepared(stage: MethodContext, path: Path, **options: Any) -> Any:
    return method(**options).prepare(build_classifier(path), stage).eval()


def gradients(loss: torch.Tensor, model: Any) -> dict[str, torch.Tensor]:
    model.zero_grad()
    loss.backward()
    return {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}


def test_the_reversal_sets_in_as_the_paper_says() -> None:
    assert strength(Progress(0, 100, 0.0)) == 0.0
    assert strength(Progress(50, 100, 0.5)) == pytest.approx(2 / (1 + math.exp(-5)) - 1)
    assert strength(Progress(100, 100, 1.0)) == pytest.approx(0.9999, abs=1e-4)


@pytest.mark.parametrize(
    ("model_type", "features"), [("bert", "token"), ("bert", "mean"), ("gpt2", "token"), ("llama", "mean")]
)
def test_it_is_the_saddle_point_of_the_paper(model_type: str, features: str, tmp_path: Path) -> None:
    """The head descends `L_y`, the domain classifier `L_d`, the features `L_y - λ L_d` (equations 13 to 15)."""
    local = build_model(model_type, tmp_path / model_type)
    text = "orders rose and the company hired new staff"
    stage = stage_of(local, tmp_path, [text])  # of one text, so that it is known what is drawn
    model = prepared(stage, local.path, features=features)
    batch = batch_of(stage)
    found = method(features=features).wrap_loss(TwoLabels().loss, stage)(model, batch)
    mine = gradients(found, model)

    task = TwoLabels().loss(model, batch)
    for_task = gradients(task, model)
    domain = torch.zeros(())
    for row, mask in zip(batch["input_ids"], batch["attention_mask"], strict=True):
        for ids, truth in ((row[mask.bool()], 0.0), (torch.tensor(stage.tokenizer(text)["input_ids"]), 1.0)):
            hidden = model.base_model(input_ids=ids[None]).last_hidden_state[0]
            vector = hidden.mean(0) if features == "mean" else hidden[0 if model_type == "bert" else -1]
            layers = model.domain_classifier
            logit = layers.output.weight @ (layers.hidden(vector)).clamp_min(0) + layers.output.bias
            domain = domain + binary_cross_entropy_with_logits(logit, torch.tensor([truth]), reduction="sum")
    for_domain = gradients(domain, model)

    assert found.item() == pytest.approx((task + domain).item(), rel=1e-5)
    scale = WEIGHT * (2 / (1 + math.exp(-10 * 0.3)) - 1)
    assert any("domain_classifier" in name for name in mine)
    for name, gradient in mine.items():
        factor = 1.0 if name.startswith("domain_classifier") else -scale
        zero = torch.zeros_like(gradient)
        expected = for_task.get(name, zero) + factor * for_domain.get(name, zero)
        torch.testing.assert_close(gradient, expected, rtol=1e-4, atol=1e-5)


def test_a_pass_that_is_used_up_is_made_again(tiny: LocalModel, stage: MethodContext) -> None:
    """Beside another attack the domain loss is that of the texts as they are."""
    stage = replace(stage, corpus=stage.corpus.select([3]))  # type: ignore[union-attr]
    attack = Adversarial(Adversarial.Config(attack="fgm"))
    batch = batch_of(stage)
    losses = []
    for loss in (TwoLabels().loss, attack.wrap_loss(TwoLabels().loss, stage)):
        model = prepared(stage, tiny.path)
        both = method().wrap_loss(loss, stage)(model, batch)
        both.backward()
        losses.append(both.item() - loss(model, batch).item())
    assert losses[0] > 0.5
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)


def drawn(stage: MethodContext, model: Any, texts: Sequence[str], *, step: int = 0) -> list[str]:
    assert stage.corpus is not None
    corpus = Corpus(stage.corpus, stage, max_length=32)
    found = corpus.drawn(batch_of(stage, texts), step=step, model=model)
    return [stage.tokenizer.decode(row, skip_special_tokens=True) for row in found["input_ids"]]


def test_passages_follow_from_seed_step_and_row(tiny: LocalModel, tmp_path: Path) -> None:
    corpus = [f"{one} {other}" for one in TEXTS for other in TEXTS]
    stage, model = stage_of(tiny, tmp_path, corpus), build_classifier(tiny.path)
    texts = [*TEXTS, "profit rose"]
    together = drawn(stage, model, texts)
    assert together == drawn(stage, model, texts)
    assert together == [*drawn(stage, model, texts[:3]), *drawn(stage, model, texts[3:])], "batching changes draws"
    assert together != drawn(stage, model, texts, step=1)
    assert together != drawn(replace(stage, seed=2), model, texts)
    everything = {one for step in range(60) for one in drawn(stage, model, texts, step=step)}
    assert len(everything) == len(set(corpus)), "some texts are never drawn"


def test_of_a_long_text_every_passage_is_read(tiny: LocalModel, tmp_path: Path) -> None:
    words = " ".join(TEXTS).split()
    stage, model = stage_of(tiny, tmp_path, [" ".join(words)]), build_classifier(tiny.path)
    assert stage.corpus is not None
    corpus = Corpus(stage.corpus, stage, max_length=10)
    seen: set[str] = set()
    for step in range(200):
        batch = corpus.drawn(batch_of(stage), step=step, model=model)
        assert batch["input_ids"].shape == (5, 10)
        text = [stage.tokenizer.decode(row) for row in batch["input_ids"]]
        assert all(one.startswith("[CLS]") and one.endswith("[SEP]") for one in text)
        seen |= set(text)
    passages = {f"[CLS] {' '.join(words[i : i + 8])} [SEP]" for i in range(len(words) - 7)}
    assert seen == passages


def test_a_text_is_tokenised_once(tiny: LocalModel, stage: MethodContext, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build_classifier(tiny.path)
    assert stage.corpus is not None
    batch = batch_of(stage)
    corpus = Corpus(stage.corpus, stage, max_length=32)
    first = [corpus.drawn(batch, step=step, model=model)["input_ids"] for step in range(40)]
    monkeypatch.setattr(type(stage.tokenizer), "__call__", lambda *_, **__: pytest.fail("tokenised again"))
    assert all(corpus.drawn(batch, step=step, model=model)["input_ids"].equal(ids) for step, ids in enumerate(first))


class Killed(Exception):
    """Stands for a power cut."""


def train(
    stage: MethodContext,
    tiny: LocalModel,
    folder: Path,
    *,
    kill: int | None = None,
    before: Sequence[Any] = (),
    after: Sequence[Any] = (),
    **changes: Any,
) -> Any:
    """Return the model after four steps and its losses; `kill` raises at that step instead.

    `before` and `after` are methods that the recipe names there.
    """
    settings = {
        "per_device_train_batch_size": 8, "num_train_epochs": 2, "logging_steps": 1, "max_length": 32,
        "save_strategy": "steps", "save_steps": 1, "speed": "plain", "precision": "fp32", **changes,
    }  # fmt: skip
    losses: list[float] = []

    def log(metrics: Any) -> None:
        losses.extend([metrics["loss"]] if "loss" in metrics else [])
        if metrics.get("step") == kill:
            raise Killed

    torch.manual_seed(0)
    model: Any = build_classifier(tiny.path)
    if not changes.get("dropout", True):
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
    settings.pop("dropout", None)
    engine = TrainingEngine(
        tokenizer=stage.tokenizer,
        settings=TrainingSettings.model_validate(settings),
        optimizer=AdamW(AdamW.Config(learning_rate=5e-3)),
        methods=[(one, replace(stage, position=None)) for one in (*before, method(), *after)],
        directory=folder,
        seed=1,
        log=log,
    )
    engine.train(TwoLabels(), model, Dataset.from_list(rows(16)))
    return engine.trained, losses


def test_a_resumed_training_equals_an_unbroken_one(tiny: LocalModel, stage: MethodContext, tmp_path: Path) -> None:
    whole, _ = train(stage, tiny, tmp_path / "whole", num_train_epochs=1)
    with pytest.raises(Killed):
        train(stage, tiny, tmp_path / "broken", kill=2, num_train_epochs=1)
    (last,) = sorted((tmp_path / "broken").glob("training-1/checkpoint-*"))[-1:]
    assert "domain_classifier.output.weight" in load_file(last / "weights.safetensors")
    resumed, _ = train(stage, tiny, tmp_path / "broken", num_train_epochs=1)
    assert all(one.equal(other) for one, other in zip(whole.parameters(), resumed.parameters(), strict=True))
    resumed.save_pretrained(tmp_path / "saved")
    assert set(load_file(tmp_path / "saved" / "model.safetensors")) == set(build_classifier(tiny.path).state_dict())


def test_accumulation_does_not_change_it(tiny: LocalModel, stage: MethodContext, tmp_path: Path) -> None:
    losses = [
        train(
            stage, tiny, tmp_path / str(steps), dropout=False, save_strategy="no",
            per_device_train_batch_size=16 // steps, gradient_accumulation_steps=steps,
        )[1]
        for steps in (1, 4)
    ]  # fmt: skip
    assert losses[1] == pytest.approx(losses[0], rel=1e-4)


def test_features_become_alike(tiny: LocalModel, tmp_path: Path) -> None:
    """Where nothing pushes them, the domain classifier tells both domains apart; where the reversal does, it cannot."""
    stage = stage_of(tiny, tmp_path, ["the board closed a plant", "costs grew faster than sales"])
    batch, told = batch_of(stage), {}
    for weight in (1e-30, 1.0):
        model = prepared(stage, tiny.path)
        optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2)
        loss = method(weight=weight, features="mean").wrap_loss(lambda model, batch: torch.zeros(()), stage)
        for _ in range(30):
            optimizer.zero_grad()
            loss(model, batch).backward()
            optimizer.step()
        told[weight] = loss(model, batch).item()
    assert told[1e-30] < 1.5, "ten texts, told apart"
    assert told[1.0] > 5.0, "ten texts, not told apart: 6.9 would be chance"


class Trade(Industry):
    """A trade of one term."""

    name: ClassVar[str] = "trade"

    def lexicon(self) -> Sequence[Term]:
        return (Term("profit", "figure", ("demand", "strong sales")),)


@pytest.mark.parametrize("other", [Adversarial(), LexicalSubstitution()], ids=["adversarial", "lexical-substitution"])
@pytest.mark.parametrize("order", ["before", "after"])
def test_it_stands_beside_other_attacks(
    other: Any, order: str, tiny: LocalModel, stage: MethodContext, tmp_path: Path
) -> None:
    changes: Any = {order: [other], "save_strategy": "no", "num_train_epochs": 1}
    model, losses = train(replace(stage, industry=Trade()), tiny, tmp_path, **changes)
    assert len(losses) == 2
    assert all(math.isfinite(loss) for loss in losses)
    assert set(model.state_dict()) == set(build_classifier(tiny.path).state_dict())


def test_measuring_has_the_plain_loss(tiny: LocalModel, stage: MethodContext) -> None:
    model, batch = prepared(stage, tiny.path), batch_of(stage)
    with torch.no_grad():
        assert method().wrap_loss(TwoLabels().loss, stage)(model, batch).equal(TwoLabels().loss(model, batch))


def test_the_same_seed_gives_the_same_classifier(tiny: LocalModel, stage: MethodContext) -> None:
    torch.manual_seed(5)
    expected = torch.rand(1)
    torch.manual_seed(5)
    one, other = (prepared(replace(stage, seed=seed), tiny.path) for seed in (1, 1))
    assert torch.rand(1).equal(expected), "the task's randomness is disturbed"
    assert one.domain_classifier.hidden.weight.equal(other.domain_classifier.hidden.weight)


def test_bad_input_is_an_error_before_training(tiny: LocalModel, stage: MethodContext) -> None:
    model = build_classifier(tiny.path)
    for corpus in (None, Dataset.from_dict({"id": [], "text": []})):
        with pytest.raises(StageError, match="no corpus text"):
            method().prepare(model, replace(stage, corpus=corpus))
    with pytest.raises(StageError, match="domain classifier is not in the model"):
        classifier_of(model)
    made = prepared(stage, tiny.path)
    made.requires_grad_(False)
    with pytest.raises(StageError, match="domain classifier is frozen"):
        method().wrap_loss(TwoLabels().loss, stage)(made, batch_of(stage))


def test_it_says_what_it_needs_and_refuses(tiny: LocalModel) -> None:
    assert method().needs_corpus()
    assert method().refuses(tiny.info, TaskInfo("task")) is None
    assert "both" in str(method().refuses(replace(tiny.info, architecture="encoder-decoder"), TaskInfo("task")))
    assert "another" in str(method().conflicts([Use("adaptation method", "domain-adversarial")]))
    assert method().conflicts([Use("adaptation method", "adversarial")]) is None


@pytest.mark.filterwarnings("ignore:`is_gradient_checkpointing` is deprecated")  # peft asks transformers so
def test_it_trains_inside_an_adapter_and_comes_out_of_it(tiny: LocalModel, stage: MethodContext) -> None:
    from peft import LoraConfig, get_peft_model

    model: Any = get_peft_model(build_classifier(tiny.path), LoraConfig(target_modules=["query"], task_type="SEQ_CLS"))
    model = method().prepare(model, stage)
    loss = method().wrap_loss(TwoLabels().loss, stage)(model, batch_of(stage))
    found = gradients(loss, model)
    assert any("lora" in name for name in found)
    assert any("domain_classifier" in name for name in found)
    remove_classifier(model)
    assert not any("domain_classifier" in name for name, _ in model.named_parameters())
