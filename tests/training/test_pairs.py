"""Every two methods, on every family: together they train, save, load and resume, or planning says why not.

The cases are made from what is installed: a new method is tried beside all others without a line here.
"""

from __future__ import annotations

import gc
import hashlib
import itertools
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest

from metier.builtin.optimizers.adamw import AdamW
from metier.components import AdaptationMethod, Industry, TaskHead
from metier.data.store import load
from metier.discovery import discover
from metier.settings import TrainingSettings
from metier.testing.models import MODEL_TYPES, build_model
from metier.testing.samples import sample_datasets
from metier.training import jobs
from metier.training.engine import TrainingEngine
from metier.training.tokenizers import load_tokenizer
from metier.values import DatasetRef, LocalModel, Metrics, TaskInfo, Term, Use

OPTIONS: dict[str, dict[str, Any]] = {"lexical-substitution": {"hold_out": False, "rate": 1.0}}
"""Options without which a method has nothing to do on texts so few."""
METHODS = sorted(discover().names(AdaptationMethod))
PAIRS = list(itertools.combinations(METHODS, 2))
TASK = TaskInfo("text-classification", {"labels": ["negative", "positive"]})
BREAK = 3
"""The step at which a training is interrupted: between two checkpoints, inside the second epoch."""


class Trade(Industry):
    """A trade that has other words for some of the samples'."""

    name: ClassVar[str] = "trade"

    def lexicon(self) -> Sequence[Term]:
        return (Term("profit", "figure", ("demand",)), Term("company", "subject", ("board", "market")))


class Interrupted(Exception):
    """Stands for the kill."""


def create(name: str) -> AdaptationMethod:
    return discover().create(AdaptationMethod, Use(AdaptationMethod.kind, name, OPTIONS.get(name, {})))


def refusal(names: Sequence[str], model: LocalModel) -> str | None:
    """Return what planning would answer to a recipe with these methods, in order."""
    providers = [discover().find(AdaptationMethod, name).provider for name in names]
    uses = [
        Use(AdaptationMethod.kind, name, OPTIONS.get(name, {}), provider.distribution, provider.version, f"adapt[{i}]")
        for i, (name, provider) in enumerate(zip(names, providers, strict=True))
    ]
    for use in uses:
        others = [other for other in uses if other is not use]
        reason = create(use.name).refuses(model.info, TASK) or create(use.name).conflicts(others)
        if reason is not None:
            return f"{use.name}: {reason}"
    return None


class Workshop:
    """One family's tiny model with its data; what a method pretrains on it is made once."""

    def __init__(self, model_type: str, folder: Path) -> None:
        self.folder = folder
        self.model = build_model(model_type, folder / "model")
        self.datasets = sample_datasets(folder)
        self.head = discover().create(TaskHead, Use(TaskHead.kind, TASK.name))
        self._pretrained: dict[str, LocalModel] = {}

    def pretrained(self, name: str) -> LocalModel:
        """Return the model after the method's own training phase, if it has one."""
        method = create(name)
        if type(method).pretrain is AdaptationMethod.pretrain:
            return self.model
        if name not in self._pretrained:
            place = self.place(self.folder / f"pretrained-{name}")
            jobs.adapt(method, model=self.model, task=TASK, datasets=self.datasets, place=place)
            self._pretrained[name] = replace(self.model, path=place.folder / "model")
        return self._pretrained[name]

    def place(self, folder: Path, *, log: Callable[[Metrics], None] = lambda metrics: None) -> jobs.Workplace:
        settings = {"num_train_epochs": 2, "per_device_train_batch_size": 8, "max_length": 32, "logging_steps": 1}
        saving = {"save_strategy": "steps", "save_steps": 2}
        folder.mkdir(parents=True, exist_ok=True)
        return jobs.Workplace(
            folder=folder,
            settings=TrainingSettings.model_validate({**settings, **saving}),
            optimizer=AdamW(AdamW.Config(learning_rate=1e-3)),
            seed=13,
            log=log,
            industry=Trade(),
        )

    def train(self, names: Sequence[str], place: jobs.Workplace) -> dict[str, Any]:
        """Train the task with the methods, on the model that the one with a phase of its own gave."""
        model = next((made for name in names if (made := self.pretrained(name)) is not self.model), self.model)
        methods = [create(name) for name in names]
        return jobs.fine_tune(self.head, methods, model=model, task=TASK, datasets=self.datasets, place=place)

    def loss(self, saved: Path) -> float:
        """Return the loss on the validation rows of a model that is loaded as anyone would load it."""
        place = self.place(saved.parent)
        engine = TrainingEngine(
            tokenizer=load_tokenizer(saved),
            settings=place.settings,
            optimizer=place.optimizer,
            directory=saved.parent / "measured",
            seed=13,
            log=place.log,
        )
        rows: DatasetRef = self.datasets["validation"]
        model = self.head.build(saved, TASK.state)
        return engine.evaluate(self.head.objective(TASK.state), model, load(rows))["loss"]


@pytest.fixture(scope="module", params=MODEL_TYPES)
def workshop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Workshop:
    made = Workshop(request.param, tmp_path_factory.mktemp(request.param))
    gc.collect()
    gc.freeze()  # the Trainer collects at every start, which takes as long as training here: what stays is left out
    return made


def digest(folder: Path) -> str:
    return hashlib.sha256((folder / "model" / "model.safetensors").read_bytes()).hexdigest()


@pytest.mark.parametrize("pair", PAIRS, ids=" and ".join)
def test_two_methods_train_save_load_and_resume(pair: tuple[str, str], workshop: Workshop, tmp_path: Path) -> None:
    orders = [pair, pair[::-1]]
    reasons = [refusal(names, workshop.model) for names in orders]
    if None not in reasons:
        assert all(len(reason.split()) > 3 for reason in reasons if reason), "a refusal is a sentence"
        return
    names = orders[reasons.index(None)]
    unbroken = workshop.place(tmp_path / "unbroken")
    measured = workshop.train(names, unbroken)
    assert workshop.loss(unbroken.folder / "model") == pytest.approx(measured["validation_loss"], rel=1e-4)

    def interrupt(metrics: Metrics) -> None:
        if metrics.get("step") == BREAK and "loss" in metrics:
            raise Interrupted

    with pytest.raises(Interrupted):
        workshop.train(names, workshop.place(tmp_path / "broken", log=interrupt))
    assert list((tmp_path / "broken" / "checkpoints").rglob("checkpoint-2")), "there is nothing to go on from"
    resumed = workshop.place(tmp_path / "broken")
    workshop.train(names, resumed)
    assert digest(resumed.folder) == digest(unbroken.folder)
