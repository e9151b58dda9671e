"""AdaLoRA's ranks, against the equations of Zhang et al. 2023."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st

from metier.builtin.optimizers.adamw import AdamW
from metier.components import Progress
from metier.settings import TrainingSettings
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.testing.trial import logits
from metier.training.engine import TrainingEngine
from metier_peft._inject import adapted
from metier_peft._ranks import Ranks, allocated
from metier_peft.adalora import AdaLora, AdaLoraConfig

OPTIONS = {"rank": 2, "initial_rank": 4, "smoothing": 0.6, "orthogonality": 0.3}


def ranks_of(prepared: Any) -> Ranks:
    found: Ranks = prepared.trial.method._ranks
    return found


def triplets(layer: Any) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """Return P (out, rank), λ (rank,), Q (rank, in)."""
    return layer.lora_B["default"], layer.lora_E["default"][:, 0], layer.lora_A["default"]


def test_a_weight_is_changed_by_its_triplets(prepare: Any) -> None:
    prepared = prepare("adalora", {**OPTIONS, "alpha": 8.0}, seed=3)
    with torch.no_grad():
        for name, layer in adapted(prepared.model):
            left, values, right = triplets(layer)
            prepared.plain.get_submodule(name).weight.add_(8.0 / 4 * left @ torch.diag(values) @ right)
    expected = prepared.logits(prepared.plain)
    torch.testing.assert_close(prepared.logits(prepared.model), expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(prepared.logits(prepared.finished()), expected, rtol=1e-4, atol=1e-4)


def test_vectors_that_are_not_orthogonal_cost(prepare: Any) -> None:
    prepared = prepare("adalora", OPTIONS, seed=3)
    model, batch = prepared.model, prepared.trial.batch()
    costs = []
    for _, layer in adapted(model):
        left, _, right = triplets(layer)
        costs += [(left.T @ left - torch.eye(4)).square().sum(), (right @ right.T - torch.eye(4)).square().sum()]
    plain = TwoLabels().loss(model, batch)
    found = allocated(TwoLabels().loss, prepared.trial.context(), lambda: ranks_of(prepared))(model, batch)
    torch.testing.assert_close(found, plain + 0.3 * 8 * torch.stack(costs).mean())


def test_importance_is_smoothed_sensitivity_times_its_uncertainty(prepare: Any) -> None:
    prepared = prepare("adalora", OPTIONS, seed=3)
    model, ranks = prepared.model, ranks_of(prepared)
    layers = [layer for _, layer in adapted(model)]
    mean = [[torch.zeros_like(one) for one in triplets(layer)] for layer in layers]
    off = [[torch.zeros_like(one) for one in triplets(layer)] for layer in layers]
    for step in (1, 2, 3):
        model.zero_grad()
        TwoLabels().loss(model, prepared.trial.batch(8)).backward()
        ranks.see_to(Progress(step, 1000, 0.0))
        for number, layer in enumerate(layers):
            gradients = (layer.lora_B["default"].grad, layer.lora_E["default"].grad[:, 0], layer.lora_A["default"].grad)
            for part, (weight, gradient) in enumerate(zip(triplets(layer), gradients, strict=True)):
                now = (weight * gradient).abs().detach()
                mean[number][part] = 0.6 * mean[number][part] + 0.4 * now
                off[number][part] = 0.6 * off[number][part] + 0.4 * (now - mean[number][part]).abs()
    scores = []
    for number in range(len(layers)):
        left, values, right = (one * other for one, other in zip(mean[number], off[number], strict=True))
        scores.append(values + left.mean(dim=0) + right.mean(dim=1))
    wanted = torch.cat(scores)
    ranks._allocate(10, settles=False)
    kept = torch.cat([triplets(layer)[1] != 0 for layer in layers])
    assert kept.sum() == 10
    assert set(kept.nonzero().flatten().tolist()) == set(wanted.topk(10).indices.tolist())


@given(st.integers(0, 2000), st.integers(2, 2000), st.floats(0, 0.9), st.floats(0.01, 0.09))
def test_the_budget_falls_by_the_cube(step: int, steps: int, warmup: float, more: float) -> None:
    ranks = Ranks.__new__(Ranks)
    ranks.config = AdaLoraConfig(rank=3, initial_rank=7, warmup=warmup, settled=warmup + more)
    ranks.layers = dict.fromkeys("abc")
    first, last = round(warmup * steps), min(max(round((warmup + more) * steps), 1), steps - 1)
    share = min(1.0, max(0.0, (step - first) / max(last - first, 1)))
    wanted = 9 + round(12 * (1 - share) ** 3)
    assert ranks.budget(step, steps) == wanted
    assert 9 <= ranks.budget(step, steps) <= 21


def test_a_training_ends_with_the_ranks_that_it_was_given(
    tiny: Any, tmp_path: Path, prepare: Any, caplog: pytest.LogCaptureFixture
) -> None:
    local, stage = tiny("bert"), prepare("adalora", OPTIONS).trial.context()
    seen: list[list[torch.Tensor]] = []

    class Seen(AdaLora):
        """Notes the values and the answers before they are merged."""

        def finish(self, model: Any, stage: Any) -> Any:
            before = logits(model, batch)
            seen.append([triplets(layer)[1].detach().clone() for _, layer in adapted(model)])
            finished = super().finish(model, stage)
            torch.testing.assert_close(logits(finished, batch), before, rtol=1e-4, atol=1e-4)
            return finished

    batch = prepare("adalora", OPTIONS).trial.batch()
    engine = TrainingEngine(
        tokenizer=stage.tokenizer,
        settings=TrainingSettings(num_train_epochs=6, per_device_train_batch_size=4, save_strategy="no"),
        optimizer=AdamW(AdamW.Config(learning_rate=1e-2)),
        methods=[(Seen(AdaLoraConfig(**OPTIONS, every=1)), stage)],
        directory=tmp_path,
        seed=13,
        log=lambda metrics: None,
    )
    with caplog.at_level("INFO", logger="metier"):
        engine.train(TwoLabels(), build_classifier(local.path), Dataset.from_list(rows(24)))
    (values,) = seen
    counts = [int((one != 0).sum()) for one in values]
    assert sum(counts) == 2 * len(values), "so many ranks a layer, on average"
    assert len(set(counts)) > 1, "and not as many in each"
    assert f"adalora: {sum(counts)} ranks are left" in caplog.text


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"rank": 8, "initial_rank": 4}, "initial_rank: must be 8"),
        ({"warmup": 0.5, "settled": 0.4}, "settled: must be more than `warmup`"),
        ({"targets": []}, "an empty list adapts nothing"),
    ],
)
def test_options_that_do_not_agree_are_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        AdaLoraConfig.model_validate(options)
