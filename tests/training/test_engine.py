"""One engine for any objective: sums divided exactly, figures passed on, faults said."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.errors import DataError, StageError
from metier.testing.objective import TwoLabels
from metier.training.engine import TrainingEngine
from metier.values import LocalModel

MakeEngine = Callable[..., TrainingEngine]


def deaf(model: torch.nn.Module) -> None:
    """Switch dropout off, so that batches of different size can be compared."""
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
        if hasattr(module, "dropout_prob"):
            module.dropout_prob = 0.0


def test_accumulation_does_not_change_the_loss_or_the_weights(
    make_engine: MakeEngine, tiny: LocalModel, labelled: Dataset, tmp_path: Path
) -> None:
    from metier.testing.objective import build_classifier

    results = []
    for batch, steps in ((32, 1), (8, 4)):
        model = build_classifier(tiny.path)
        deaf(model)
        engine = make_engine(
            per_device_train_batch_size=batch,
            gradient_accumulation_steps=steps,
            num_train_epochs=2,
            precision="fp32",
            speed="plain",
            logging_steps=1,
            directory=tmp_path / str(batch),
        )
        logged: list[dict[str, float]] = []
        engine._log = lambda metrics, logged=logged: logged.append(dict(metrics))
        engine.train(TwoLabels(), model, labelled)
        results.append(([entry["loss"] for entry in logged], [entry["gradient_norm"] for entry in logged], model))
    (losses, norms, whole), (split_losses, split_norms, split) = results
    assert len(losses) == 4
    assert split_losses == pytest.approx(losses, rel=1e-5)
    assert split_norms == pytest.approx(norms, rel=1e-4)
    for one, two in zip(whole.parameters(), split.parameters(), strict=True):
        torch.testing.assert_close(one, two, rtol=1e-3, atol=1e-5)


class SomeTokens(TwoLabels):
    """Counts the tokens after `[CLS]` of each row as supervised items: a different number in each batch."""

    def loss(self, model: Any, batch: Any) -> torch.Tensor:
        weights = batch["attention_mask"].sum(1).float()
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits.float()
        return (torch.nn.functional.cross_entropy(logits, batch["labels"], reduction="none") * weights).sum()

    def items(self, batch: Any) -> int:
        return int(batch["attention_mask"].sum())


def test_accumulation_weighs_by_items_not_by_batches(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset, logged: list[dict[str, float]]
) -> None:
    deaf(classifier)
    before = make_engine(precision="fp32").evaluate(SomeTokens(), classifier, labelled)["loss"]
    engine = make_engine(gradient_accumulation_steps=8, precision="fp32", learning_rate=0.0, logging_steps=1)
    engine.train(SomeTokens(), classifier, labelled)
    assert [entry["loss"] for entry in logged] == [pytest.approx(before, rel=1e-5)]


def test_training_learns_and_reports(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset, logged: list[dict[str, float]]
) -> None:
    engine = make_engine(num_train_epochs=8, learning_rate=5e-3, logging_steps=2)
    before = engine.evaluate(TwoLabels(), classifier, labelled)["loss"]
    metrics = engine.train(TwoLabels(), classifier, labelled, validation=labelled)
    assert metrics["validation_loss"] < 0.5 * before
    assert metrics["steps"] == 64
    assert metrics["examples_per_second"] > 0
    assert {"step", "epoch", "loss", "learning_rate", "gradient_norm"} <= set(logged[0])
    assert [entry["epoch"] for entry in logged if "validation_loss" in entry] == [float(n) for n in range(1, 9)]
    assert engine.trained is classifier
    assert engine.choices["device"] in {"cpu", "cuda", "mps"}
    assert not classifier.training


def test_the_environment_is_left_alone(make_engine: MakeEngine, classifier: Any, labelled: Dataset) -> None:
    before, kernels = dict(os.environ), torch.get_float32_matmul_precision()
    make_engine(max_steps=1).train(TwoLabels(), classifier, labelled)
    assert dict(os.environ) == before
    assert torch.get_float32_matmul_precision() == kernels


def test_what_a_decoder_caches_is_as_it_was(make_engine: MakeEngine, labelled: Dataset, tmp_path: Path) -> None:
    from metier.testing.models import build_model
    from metier.testing.objective import build_classifier

    model: Any = build_classifier(build_model("llama", tmp_path / "llama").path)
    model.config.pad_token_id = 0
    assert model.config.use_cache is True
    make_engine(max_steps=1).train(TwoLabels(), model, labelled)
    assert model.config.use_cache is True


class Unsupervised(TwoLabels):
    """Finds nothing to learn from in rows with a label that is negative."""

    def items(self, batch: Any) -> int:
        return int((batch["labels"] == 1).sum())


def test_a_batch_without_supervised_items_names_its_rows(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset
) -> None:
    some = labelled.filter(lambda row: row["label"] == "negative").select(range(8))
    with pytest.raises(DataError, match=r"rows sample:\d+, .* and 3 more: no item in this batch is supervised"):
        make_engine().train(Unsupervised(), classifier, some)


class Exploding(TwoLabels):
    """Gives a loss that is not finite once the model has moved far enough."""

    def __init__(self, value: float, after: int) -> None:
        self.value, self.after, self.calls = value, after, 0

    def loss(self, model: Any, batch: Any) -> torch.Tensor:
        self.calls += 1
        return super().loss(model, batch) * (self.value if self.calls > self.after else 1.0)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_loss_that_is_not_finite_stops_with_step_and_checkpoint(
    value: float, make_engine: MakeEngine, classifier: Any, labelled: Dataset, tmp_path: Path
) -> None:
    engine = make_engine(save_strategy="steps", save_steps=2, num_train_epochs=2)
    with pytest.raises(StageError, match=r"step 6: the loss is (nan|inf); the last good checkpoint is .*checkpoint-4"):
        engine.train(Exploding(value, after=5), classifier, labelled)
    assert (tmp_path / "checkpoints" / "training-1" / "checkpoint-4").is_dir()


class SteepAtOnce(TwoLabels):
    """Has a finite loss with a gradient that is not."""

    def loss(self, model: Any, batch: Any) -> torch.Tensor:
        weight = model.classifier.weight
        return super().loss(model, batch) + torch.sqrt(weight * 0).sum()


def test_a_gradient_that_is_not_finite_stops_before_the_weights_are_spoilt(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset
) -> None:
    with pytest.raises(StageError, match="step 1: the gradient is nan; there is no checkpoint yet"):
        make_engine().train(SteepAtOnce(), classifier, labelled)
    assert all(parameter.isfinite().all() for parameter in classifier.parameters())


def test_overrides_reach_settings_and_optimizer(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset, logged: list[dict[str, float]]
) -> None:
    overrides: dict[str, object] = {"max_steps": 3, "learning_rate": 0.5, "schedule": "constant", "warmup_ratio": 0.0}
    metrics = make_engine(logging_steps=1).train(TwoLabels(), classifier, labelled, overrides=overrides)
    assert metrics["steps"] == 3
    assert [entry["learning_rate"] for entry in logged] == [0.5, 0.5, 0.5]
    with pytest.raises(StageError, match="no training setting named 'epochs'"):
        make_engine().train(TwoLabels(), classifier, labelled, overrides={"epochs": 3})


def test_the_best_weights_are_kept_and_training_stops_early(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset, logged: list[dict[str, float]]
) -> None:
    settings = {"load_best_model_at_end": True, "early_stopping_patience": 2, "num_train_epochs": 30}
    engine = make_engine(learning_rate=0.05, precision="fp32", **settings)
    wrong = labelled.map(lambda row: {"label": "positive" if row["label"] == "negative" else "negative"})
    metrics = engine.train(TwoLabels(), classifier, labelled, validation=wrong)
    losses = [entry["validation_loss"] for entry in logged if "validation_loss" in entry]
    assert len(losses) == losses.index(min(losses)) + 3
    assert metrics["validation_loss"] == min(losses)
    assert engine.evaluate(TwoLabels(), classifier, wrong)["loss"] == pytest.approx(min(losses), rel=1e-5)


def test_early_stopping_needs_a_validation_split(make_engine: MakeEngine, classifier: Any, labelled: Dataset) -> None:
    with pytest.raises(StageError, match="early stopping needs a validation split"):
        make_engine(early_stopping_patience=1).train(TwoLabels(), classifier, labelled)
