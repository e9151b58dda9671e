"""L2-SP and EWC against their papers' equations, and what they do to a training."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset
from transformers import AutoModelForCausalLM, AutoModelForMaskedLM

from metier.components import Objective
from metier.testing.models import build_model, load_tokenizer
from metier.testing.samples import TEXTS
from metier.training.encoded import encode
from metier_pretraining import _fisher
from metier_pretraining._anchors import NEW_STRENGTH, Anchored, ewc, l2_sp
from metier_pretraining._fisher import fisher_information
from metier_pretraining._objectives import objective_for
from metier_pretraining.continued_pretraining import ContinuedPretrainingConfig


@pytest.fixture
def given(stage_of: Callable[..., Any], tmp_path: Path) -> Any:
    """A tiny decoder, its objective, tokenizer, and a batch."""
    local = build_model("llama", tmp_path / "tiny")
    model: Any = AutoModelForCausalLM.from_pretrained(local.path).eval()
    config = ContinuedPretrainingConfig(grouping="lines", block_size=32)
    objective: Any = objective_for(config, stage_of(local, tmp_path, [])).fitted_to(model)
    return model, objective, load_tokenizer(local.path)


def batch_of(objective: Objective, tokenizer: Any, *texts: str) -> Any:
    columns = objective.encode({"text": list(texts)}, tokenizer, 32)
    examples = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return objective.collate(examples, tokenizer, np.random.default_rng(1))


def moved(model: Any) -> dict[str, torch.Tensor]:
    """Move every parameter a little, and return where they were."""
    start = {name: parameter.detach().clone() for name, parameter in model.named_parameters()}
    generator = torch.Generator().manual_seed(3)
    with torch.no_grad():
        for parameter in model.parameters():
            parameter += 0.1 * torch.randn(parameter.shape, generator=generator)
    return start


@torch.no_grad()
def test_l2_sp_is_the_papers_penalty(given: Any) -> None:
    model, _, _ = given
    new = {"model.norm.weight"}
    anchor = l2_sp(model, strength=0.3, new=new, new_rows=[38, 39])
    start = moved(model)
    old = {name: one for name, one in model.named_parameters() if name not in new}
    # Equation 4: alpha / 2 ||w_S - w_S^0||^2 + beta / 2 ||w_notS||^2; two rows of embeddings and head are not of S.
    expected = 0.0
    for name, parameter in old.items():
        rows = slice(0, 38) if name in {"model.embed_tokens.weight", "lm_head.weight"} else slice(None)
        expected += 0.3 / 2 * float(((parameter[rows] - start[name][rows]) ** 2).sum())
        if rows.stop:
            expected += 0.01 / 2 * float((parameter[38:] ** 2).sum())
    expected += 0.01 / 2 * float((dict(model.named_parameters())["model.norm.weight"] ** 2).sum())
    assert NEW_STRENGTH == 0.01
    assert float(anchor.penalty()) == pytest.approx(expected, rel=1e-5)


def test_fisher_information_is_the_squared_gradient_of_each_text(given: Any) -> None:
    model, objective, tokenizer = given
    texts = Dataset.from_dict({"id": ["1", "2", "3"], "text": list(TEXTS[:3])})
    found = fisher_information(model, objective, texts, tokenizer, seed=1)
    expected: dict[str, Any] = {name: 0.0 for name, _ in model.named_parameters()}
    tokens = 0
    for text in TEXTS[:3]:
        ids = torch.tensor([objective.encode({"text": [text]}, tokenizer, 32)["input_ids"][0]])
        log_likelihood = -model(input_ids=ids, labels=ids).loss * (ids.shape[1] - 1)
        tokens += ids.shape[1] - 1
        names, parameters = zip(*model.named_parameters(), strict=True)
        for name, gradient in zip(names, torch.autograd.grad(log_likelihood, parameters), strict=True):
            expected[name] = expected[name] + gradient**2
    for name, one in found.items():
        torch.testing.assert_close(one, expected[name] / tokens, rtol=1e-3, atol=1e-9)
    assert all(parameter.grad is None for parameter in model.parameters())


def test_fisher_information_is_of_some_examples_where_there_are_many(
    given: Any, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    model, objective, tokenizer = given
    monkeypatch.setattr(_fisher, "EXAMPLES", 2)
    texts = Dataset.from_dict({"id": [str(i) for i in range(40)], "text": ["profit rose again"] * 40})
    with caplog.at_level("INFO", logger="metier"):
        fisher_information(model, objective, texts, tokenizer, seed=1)
    per_text = objective.items(batch_of(objective, tokenizer, "profit rose again"))
    assert f"Fisher information of {2 * per_text} tokens" in caplog.text


@torch.no_grad()
def test_ewc_is_the_papers_penalty_and_leaves_new_parameters_free(given: Any) -> None:
    model, _, _ = given
    generator = torch.Generator().manual_seed(5)
    information = {name: torch.rand(one.shape, generator=generator) for name, one in model.named_parameters()}
    anchor = ewc(model, information, strength=0.7, new={"lm_head.weight"})
    start = moved(model)
    # Equation 3: the sum over i of lambda / 2 F_i (theta_i - theta*_A,i)^2.
    expected = sum(
        0.7 / 2 * float((information[name] * (parameter - start[name]) ** 2).sum())
        for name, parameter in model.named_parameters()
        if name != "lm_head.weight"
    )
    assert float(anchor.penalty()) == pytest.approx(expected, rel=1e-5)


def test_the_penalty_is_in_the_loss_per_item_once_and_only_where_it_is_trained_on(given: Any) -> None:
    model, objective, tokenizer = given
    anchored = Anchored(objective, l2_sp(model, strength=0.3, new=()))
    moved(model)
    batches = [batch_of(objective, tokenizer, *some) for some in (TEXTS[:1], TEXTS[1:6])]
    items = sum(objective.items(batch) for batch in batches)
    assert items == sum(anchored.items(batch) for batch in batches)
    # As the engine does with accumulated batches: the sum of their losses by the number of their items.
    mean = sum(anchored.loss(model, batch) for batch in batches) / items
    plain = sum(objective.loss(model, batch) for batch in batches) / items
    torch.testing.assert_close(mean, plain + anchored.anchor.penalty())
    with torch.no_grad():
        assert anchored.loss(model, batches[0]).equal(objective.loss(model, batches[0]))


def test_an_anchored_objective_is_encoded_once(given: Any, tmp_path: Path) -> None:
    model, objective, tokenizer = given
    texts = Dataset.from_dict({"id": ["1"], "text": [TEXTS[0]]})
    for strength in (0.1, 0.2):
        anchored = Anchored(objective, l2_sp(model, strength=strength, new=()))
        encode(texts, anchored, tokenizer, max_length=32, directory=tmp_path / "encoded")
        moved(model)
    assert len(list((tmp_path / "encoded").iterdir())) == 1


@pytest.mark.parametrize(("anchor", "strength", "share"), [("l2-sp", 30.0, 0.5), ("ewc", 1e5, 0.7)])
def test_an_anchor_holds_the_weights_near_their_start(
    anchor: str, strength: float, share: float, pretrain: Callable[..., Any], tmp_path: Path
) -> None:
    local = build_model("gpt2", tmp_path / "tiny")
    general = tmp_path / "general.txt"
    general.write_text("\n".join(f"the {text}" for text in TEXTS * 2), encoding="utf-8")
    start = AutoModelForCausalLM.from_pretrained(local.path).state_dict()

    def distance(name: str, **options: Any) -> float:
        model = pretrain(local, tmp_path / name, [], general=str(general), epochs=1, **options)
        return sum(float((one.cpu() - start[name]).square().sum()) for name, one in model.state_dict().items())

    assert distance("held", anchor=anchor, anchor_strength=strength) < share * distance("free", anchor="none")


def test_weight_decay_is_off_beside_an_anchor(pretrain: Callable[..., Any], tmp_path: Path) -> None:
    local = build_model("gpt2", tmp_path / "tiny")
    model = pretrain(local, tmp_path, [], anchor="l2-sp", anchor_strength=1e-9, learning_rate=1e-2, epochs=1)
    start = AutoModelForCausalLM.from_pretrained(local.path).get_submodule("transformer.wpe").weight
    unused = model.transformer.wpe.weight[32:]  # blocks have 32 positions: with weight decay alone these would move
    assert unused.cpu().equal(start[32:])


def test_a_new_head_has_no_start_to_go_back_to(pretrain: Callable[..., Any], tmp_path: Path) -> None:
    local = build_model("bert", tmp_path / "tiny")
    model = pretrain(local, tmp_path, [], anchor="l2-sp", epochs=1)
    model.save_pretrained(tmp_path / "adapted")
    again: Any = AutoModelForMaskedLM.from_pretrained(tmp_path / "adapted")
    assert again.cls.predictions.bias.equal(model.cls.predictions.bias.cpu())
    assert again.cls.predictions.bias.abs().sum() > 0
