"""The fast gradient method, against a reference of a few lines, and under what the engine does with it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.builtin.optimizers.adamw import AdamW
from metier.components import MethodContext
from metier.settings import TrainingSettings
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.training.engine import TrainingEngine
from metier.values import LocalModel, TaskInfo
from metier_adversarial._torch import perturbation, special_ids
from metier_adversarial.adversarial import Adversarial

EPSILON = 0.5


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    return build_model("bert", tmp_path_factory.mktemp("bert"))


@pytest.fixture
def context(tiny: LocalModel, tmp_path: Path) -> MethodContext:
    tokenizer = load_tokenizer(tiny.path)
    return MethodContext(info=tiny.info, task=TaskInfo("task"), tokenizer=tokenizer, seed=1, directory=tmp_path)


@pytest.fixture
def batch(tiny: LocalModel) -> dict[str, torch.Tensor]:
    """Five texts of differing length."""
    tokenizer = load_tokenizer(tiny.path)
    some = rows(5)
    texts = [row["text"] + " profit" * i for i, row in enumerate(some)]
    padded = tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
    return {**padded, "labels": torch.tensor([i % 2 for i in range(5)])}


def method(**options: Any) -> Adversarial:
    return Adversarial(Adversarial.Config.model_validate({"epsilon": EPSILON, **options}))


def reference(model: Any, batch: dict[str, torch.Tensor]) -> tuple[float, dict[str, torch.Tensor]]:
    """Return loss and gradients of the method, written with `inputs_embeds` and one text at a time."""
    model.zero_grad()
    total = 0.0
    for ids, mask, label in zip(batch["input_ids"], batch["attention_mask"], batch["labels"], strict=True):

        def loss(embeddings: torch.Tensor, mask: Any = mask, label: Any = label) -> torch.Tensor:
            logits = model(inputs_embeds=embeddings[None], attention_mask=mask[None]).logits
            return torch.nn.functional.cross_entropy(logits, label[None], reduction="sum")

        embeddings = model.get_input_embeddings()(ids)
        plain = loss(embeddings)
        (gradient,) = torch.autograd.grad(plain, embeddings, retain_graph=True)
        gradient[(ids < 5) & (ids != 1)] = 0  # [PAD], [CLS], [SEP], [MASK], but not [UNK]
        perturbed = loss(embeddings + EPSILON * gradient / gradient.norm())
        (plain + perturbed).backward()
        total += (plain + perturbed).item()
    return total, gradients(model)


def gradients(model: Any) -> dict[str, torch.Tensor]:
    return {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}


def test_it_is_the_method_of_the_paper(tiny: LocalModel, context: MethodContext, batch: Any) -> None:
    model: Any = build_classifier(tiny.path).eval()
    expected, expected_gradients = reference(model, batch)
    model.zero_grad()
    loss = method().wrap_loss(TwoLabels().loss, context)(model, batch)
    loss.backward()
    assert loss.item() == pytest.approx(expected, rel=1e-5)
    found = gradients(model)
    assert set(found) == set(expected_gradients)
    for name, gradient in found.items():
        torch.testing.assert_close(gradient, expected_gradients[name], rtol=1e-3, atol=1e-6)


def test_it_changes_the_gradient_and_no_weight(tiny: LocalModel, context: MethodContext, batch: Any) -> None:
    model: Any = build_classifier(tiny.path).eval()
    plain = TwoLabels().loss(model, batch)
    plain.backward()
    before, weights = gradients(model), {name: one.detach().clone() for name, one in model.named_parameters()}
    model.zero_grad()
    loss = method().wrap_loss(TwoLabels().loss, context)(model, batch)
    loss.backward()
    after = gradients(model)
    assert loss.item() > 2 * plain.item(), "the perturbation does not raise the loss"
    assert any(not torch.allclose(2 * before[name], after[name], rtol=1e-3) for name in before)
    assert all(one.equal(weights[name]) for name, one in model.named_parameters())
    assert not model.get_input_embeddings()._forward_hooks


def test_a_perturbation_has_its_length_a_text_and_spares_special_tokens() -> None:
    ids = torch.tensor([[2, 7, 8, 9, 3], [2, 7, 3, 0, 0], [2, 3, 0, 0, 0]])
    gradient = (
        torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0)) * torch.tensor([1e-9, 1.0, 5.0])[:, None, None]
    )
    found = perturbation(ids, gradient, special=[0, 2, 3], epsilon=EPSILON)
    assert found.flatten(1).norm(dim=1).tolist() == pytest.approx([EPSILON, EPSILON, 0.0], rel=1e-5)
    assert (found[torch.isin(ids, torch.tensor([0, 2, 3]))] == 0).all()
    assert (found[0, 1:4] != 0).any()


def test_an_unknown_word_is_a_word(tiny: LocalModel) -> None:
    tokenizer = load_tokenizer(tiny.path)
    assert special_ids(tokenizer) == [0, 2, 3, 4]
    tokenizer.unk_token = tokenizer.eos_token  # as GPT-2 has it
    assert special_ids(tokenizer) == [0, 2, 3, 4]


def test_frozen_embeddings_are_perturbed_all_the_same(tiny: LocalModel, context: MethodContext, batch: Any) -> None:
    model: Any = build_classifier(tiny.path).eval()
    model.bert.embeddings.requires_grad_(False)
    loss = method().wrap_loss(TwoLabels().loss, context)(model, batch)
    assert loss.item() > 2 * TwoLabels().loss(model, batch).item()
    loss.backward()
    assert model.get_input_embeddings().weight.grad is None


def test_it_measures_nothing_but_the_plain_loss(tiny: LocalModel, context: MethodContext, batch: Any) -> None:
    model: Any = build_classifier(tiny.path).eval()
    with torch.no_grad():
        wrapped = method().wrap_loss(TwoLabels().loss, context)(model, batch)
        assert wrapped.equal(TwoLabels().loss(model, batch))


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_accumulation_does_not_change_it(
    precision: str, tiny: LocalModel, context: MethodContext, tmp_path: Path
) -> None:
    losses: dict[int, list[float]] = {}
    for steps in (1, 4):
        model: Any = build_classifier(tiny.path)
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        train(model, [(method(), context)], tmp_path / str(steps), losses.setdefault(steps, []), steps, precision)
    tolerance = 1e-4 if precision == "fp32" else 2e-2
    assert losses[4] == pytest.approx(losses[1], rel=tolerance)
    assert losses[1][-1] < losses[1][0]


def train(model: Any, methods: Any, directory: Path, losses: list[float], steps: int, precision: str) -> None:
    """Train for some steps of 16 rows in `steps` batches each."""
    log: Callable[[Any], None] = lambda metrics: losses.extend([metrics["loss"]] if "loss" in metrics else [])  # noqa: E731
    settings = {"per_device_train_batch_size": 16 // steps, "gradient_accumulation_steps": steps, "logging_steps": 1}
    TrainingEngine(
        tokenizer=methods[0][1].tokenizer,
        settings=TrainingSettings.model_validate(
            {**settings, "num_train_epochs": 6, "precision": precision, "speed": "plain", "save_strategy": "no"}
        ),
        optimizer=AdamW(AdamW.Config(learning_rate=5e-3)),
        methods=methods,
        directory=directory,
        seed=1,
        log=log,
    ).train(TwoLabels(), model, Dataset.from_list(rows(16)))
