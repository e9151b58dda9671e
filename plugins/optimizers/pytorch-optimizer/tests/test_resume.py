"""A training that broke off and goes on ends with the same weights as an unbroken one, through real checkpoints."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.components import OptimizerFactory
from metier.settings import TrainingSettings
from metier.testing.breaking import broken_off
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.training.engine import TrainingEngine
from metier_pytorch_optimizer.adan import Adan
from metier_pytorch_optimizer.came import Came
from metier_pytorch_optimizer.galore_adamw import GaloreAdamW
from metier_pytorch_optimizer.lion import Lion
from metier_pytorch_optimizer.muon import Muon

GALORE = {"update_interval": 4, "rank": 2}


def made(component: type[OptimizerFactory], **options: Any) -> OptimizerFactory:
    return component(component.Config.model_validate({"learning_rate": 5e-3, **options}))


def weights() -> list[torch.nn.Parameter]:
    """Return four hidden matrices, an embedding and a vector."""
    generator = torch.Generator().manual_seed(0)
    shapes = [(6, 4), (4, 6), (6, 4), (6, 4), (9, 4), (5,)]
    return [torch.nn.Parameter(torch.randn(shape, generator=generator)) for shape in shapes]


def steps(optimizer: torch.optim.Optimizer, parameters: list[torch.nn.Parameter], which: range) -> None:
    for step in which:
        generator = torch.Generator().manual_seed(step)
        for parameter in parameters:
            parameter.grad = torch.randn(parameter.shape, generator=generator)
        optimizer.step()


@pytest.mark.parametrize(
    "optimizer", [made(Adan), made(Came), made(GaloreAdamW, **GALORE), made(Lion), made(Muon)], ids=lambda one: one.name
)
def test_a_checkpoint_holds_all_of_its_state(optimizer: OptimizerFactory) -> None:
    (whole, broken), groups = (weights(), weights()), {"lr": 0.1, "weight_decay": 0.1}
    unbroken = optimizer.build([{"params": whole, **groups}])
    steps(unbroken, whole, range(10))
    first, file = optimizer.build([{"params": broken, **groups}]), io.BytesIO()
    steps(first, broken, range(5))
    torch.save(first.state_dict(), file)
    file.seek(0)
    second = optimizer.build([{"params": broken, **groups}])
    second.load_state_dict(torch.load(file, weights_only=True))
    steps(second, broken, range(5, 10))
    assert all(one.equal(two) for one, two in zip(whole, broken, strict=True))


def train(model: Path, optimizer: OptimizerFactory, directory: Path) -> dict[str, torch.Tensor]:
    """Return the weights after seven steps, with a checkpoint at each third."""
    settings = {"max_steps": 7, "save_strategy": "steps", "save_steps": 3, "max_length": 64}
    engine = TrainingEngine(
        tokenizer=load_tokenizer(model),
        settings=TrainingSettings.model_validate({**settings, "per_device_train_batch_size": 8}),
        optimizer=optimizer,
        directory=directory,
        seed=13,
        log=lambda metrics: None,
    )
    engine.train(TwoLabels(), build_classifier(model), Dataset.from_list(rows(32)))
    return engine.trained.state_dict()


@pytest.mark.parametrize("optimizer", [made(GaloreAdamW, **GALORE), made(Muon)], ids=lambda one: one.name)
def test_a_broken_training_goes_on_to_the_same_weights(optimizer: OptimizerFactory, tmp_path: Path) -> None:
    model = build_model("bert", tmp_path / "bert").path
    unbroken = train(model, optimizer, tmp_path / "unbroken")
    with broken_off(5):
        train(model, optimizer, tmp_path / "broken")
    resumed = train(model, optimizer, tmp_path / "broken")
    assert all(resumed[name].equal(weight) for name, weight in unbroken.items())
