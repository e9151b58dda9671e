"""What is measured, kept in checkpoints and left at the end is the average; a resumed training has it too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from safetensors.torch import load_file

from metier.settings import TrainingSettings
from metier.testing.breaking import broken_off
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.training.engine import TrainingEngine
from metier.training.trainer import ObjectiveTrainer
from metier.values import LocalModel
from metier_pytorch_optimizer.schedule_free_adamw import ScheduleFreeAdamW

RATE, DECAY, STEPS = 0.1, 0.3, 7


def factory(**options: Any) -> ScheduleFreeAdamW:
    return ScheduleFreeAdamW(ScheduleFreeAdamW.Config.model_validate(options))


def test_it_takes_the_steps_of_its_paper() -> None:
    """Defazio et al. 2024 (arXiv 2405.15682), algorithm 1: squares corrected for their start, and a warm-up."""
    weight = torch.randn(4, 3, generator=torch.Generator().manual_seed(0))
    last = average = weight
    squares, rates = torch.zeros(4, 3), 0.0
    parameter = torch.nn.Parameter(weight.clone())
    optimizer: Any = factory().build([{"params": [parameter], "lr": RATE, "weight_decay": DECAY}])
    for step in range(1, STEPS + 1):
        gradient = torch.randn(4, 3, generator=torch.Generator().manual_seed(step))
        rate = RATE * min(1.0, step / 3)
        trained = 0.1 * last + 0.9 * average
        torch.testing.assert_close(parameter.detach(), trained, rtol=1e-4, atol=1e-5)
        optimizer.param_groups[0]["lr"] = rate
        parameter.grad = gradient.clone()
        optimizer.step()
        squares = 0.999 * squares + 0.001 * gradient**2
        size = (squares / (1 - 0.999**step)).sqrt() + 1e-8
        last = last - rate * (gradient / size + DECAY * trained)
        rates += rate**2
        average = average + rate**2 / rates * (last - average)
    optimizer.eval()
    torch.testing.assert_close(parameter.detach(), average, rtol=1e-4, atol=1e-5)


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    return build_model("bert", tmp_path_factory.mktemp("bert"))


def train(tiny: LocalModel, directory: Path, **given: Any) -> tuple[Any, list[dict[str, float]]]:
    """Return the model after some steps, and what was logged."""
    logged: list[dict[str, float]] = []
    settings = {"max_steps": 7, "save_strategy": "steps", "save_steps": 3, "eval_strategy": "steps", "eval_steps": 2}
    engine = TrainingEngine(
        tokenizer=load_tokenizer(tiny.path),
        settings=TrainingSettings.model_validate({"per_device_train_batch_size": 8, **settings, **given}),
        optimizer=factory(learning_rate=5e-3),
        directory=directory,
        seed=13,
        log=lambda metrics: logged.append(dict(metrics)),
    )
    data = Dataset.from_list(rows(32))
    engine.train(TwoLabels(), build_classifier(tiny.path), data, validation=data.select(range(8)))
    measured = engine.evaluate(TwoLabels(), engine.trained, data.select(range(8)))
    return engine.trained, [*logged, measured]


def kept_at(directory: Path, step: int) -> dict[str, torch.Tensor]:
    """Return the weights of a checkpoint, which the optimizer must know for the average."""
    folder = directory / "training-1" / f"checkpoint-{step}"
    state = torch.load(folder / "optimizer.pt", weights_only=True)
    assert all(group["train_mode"] is False for group in state["param_groups"])
    return load_file(folder / "weights.safetensors")


@pytest.mark.parametrize("save", ["steps", "no"])
def test_the_finished_model_is_the_average(tiny: LocalModel, tmp_path: Path, save: str, monkeypatch: Any) -> None:
    switched: list[Any] = []
    original: Any = ObjectiveTrainer._finalize_training

    def watch(self: Any, *arguments: Any, **named: Any) -> Any:
        optimizer = self.optimizer.optimizer
        optimizer.train()
        trained = {name: one.detach().clone() for name, one in self.model.named_parameters()}
        last = {name: optimizer.state[one]["z"].clone() for name, one in self.model.named_parameters()}
        switched.append({name: (trained[name] - 0.1 * last[name]) / 0.9 for name in trained})
        return original(self, *arguments, **named)

    monkeypatch.setattr(ObjectiveTrainer, "_finalize_training", watch)
    model, logged = train(tiny, tmp_path, save_strategy=save)
    for name, weight in model.named_parameters():
        torch.testing.assert_close(weight.detach(), switched[0][name], rtol=1e-4, atol=1e-5)
    # The last step was measured at the same weights.
    assert [one["validation_loss"] for one in logged if "validation_loss" in one][-1] == pytest.approx(
        logged[-1]["loss"], rel=1e-4
    )


def test_a_checkpoint_holds_the_average(tiny: LocalModel, tmp_path: Path) -> None:
    model, _ = train(tiny, tmp_path)
    kept = kept_at(tmp_path, 7)
    assert all(one.cpu().equal(kept[name]) for name, one in model.named_parameters())


@pytest.mark.parametrize("best", [False, True])
def test_a_broken_training_goes_on_to_the_same_weights(best: bool, tiny: LocalModel, tmp_path: Path) -> None:
    unbroken, _ = train(tiny, tmp_path / "unbroken", load_best_model_at_end=best)
    with broken_off(5):
        train(tiny, tmp_path / "broken", load_best_model_at_end=best)
    resumed, _ = train(tiny, tmp_path / "broken", load_best_model_at_end=best)
    assert all(one.equal(resumed.get_parameter(name)) for name, one in unbroken.named_parameters())
    again, _ = train(tiny, tmp_path / "broken", load_best_model_at_end=best)
    assert all(one.equal(again.get_parameter(name)) for name, one in unbroken.named_parameters())
