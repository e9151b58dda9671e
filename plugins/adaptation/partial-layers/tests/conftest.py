"""A tiny classifier of each kind, prepared by methods, and real trainings of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.builtin.optimizers.adamw import AdamW
from metier.components import AdaptationMethod, MethodContext
from metier.settings import TrainingSettings
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import LABELS, TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.training.engine import TrainingEngine
from metier.training.trainer import ObjectiveTrainer
from metier.values import LocalModel, TaskInfo

TASK = TaskInfo("text-classification", {"labels": list(LABELS)})
Model = Any
Train = Callable[..., Model]


class Cut(Exception):
    """Stands for a kill."""


@pytest.fixture(scope="session")
def local(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], LocalModel]:
    """Returns a function that gives the tiny model of a type."""
    made: dict[str, LocalModel] = {}

    def of(model_type: str) -> LocalModel:
        if model_type not in made:
            made[model_type] = build_model(model_type, tmp_path_factory.mktemp("models") / model_type)
        return made[model_type]

    return of


@pytest.fixture
def context(local: Callable[[str], LocalModel], tmp_path: Path) -> Callable[..., MethodContext]:
    """Returns a function that gives a stage for a model type."""

    def of(model_type: str = "bert", **changes: Any) -> MethodContext:
        tokenizer = load_tokenizer(local(model_type).path)
        train = Dataset.from_list(rows(24))
        facts = {"seed": 1, "directory": tmp_path, "task": TASK, "train": train, "objective": TwoLabels()}
        facts |= changes
        return MethodContext(info=local(model_type).info, tokenizer=tokenizer, **facts)

    return of


@pytest.fixture
def prepare(local: Callable[[str], LocalModel], context: Callable[..., MethodContext]) -> Callable[..., Model]:
    """Returns a function that gives a tiny classifier, prepared by methods in order."""

    def of(*methods: AdaptationMethod, model_type: str = "bert", stage: MethodContext | None = None) -> Model:
        model: Model = build_classifier(local(model_type).path)
        for method in methods:
            model = method.prepare(model, stage or context(model_type))
        return model

    return of


@pytest.fixture
def train(
    local: Callable[[str], LocalModel],
    context: Callable[..., MethodContext],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> Train:
    """Returns a function that trains a tiny classifier with methods, 6 steps an epoch, and gives it.

    `cut` breaks the training off before a step, and gives None; the next call with the same `folder` goes on from its
    checkpoint. `watch` sees the model before each batch, with the steps that are done.
    """

    def of(
        methods: Sequence[AdaptationMethod],
        *,
        model_type: str = "bert",
        folder: str = "run",
        cut: int | None = None,
        watch: Callable[[Model, int], None] | None = None,
        **settings: Any,
    ) -> Model:
        model: Model = build_classifier(local(model_type).path)
        stage = context(model_type)
        plain = {"num_train_epochs": 2, "per_device_train_batch_size": 4, "save_strategy": "no", "eval_strategy": "no"}
        engine = TrainingEngine(
            tokenizer=stage.tokenizer,
            settings=TrainingSettings.model_validate({**plain, **settings}),
            optimizer=AdamW(AdamW.Config(learning_rate=1e-2, weight_decay=0.1, warmup_ratio=0)),
            methods=[(method, stage) for method in methods],
            directory=tmp_path / folder,
            seed=13,
            log=lambda metrics: None,
        )
        original = ObjectiveTrainer.training_step

        def step(self: Any, *arguments: Any, **named: Any) -> Any:
            if self.state.global_step == cut:
                raise Cut
            if watch is not None:
                watch(self.model, self.state.global_step)
            return original(self, *arguments, **named)

        with monkeypatch.context() as patch:
            patch.setattr(ObjectiveTrainer, "training_step", step)
            try:
                engine.train(TwoLabels(), model, Dataset.from_list(rows(24)))
            except Cut:
                return None
        return engine.trained

    return of


@pytest.fixture
def resumes(train: Train) -> Callable[[Sequence[AdaptationMethod]], None]:
    """Returns a function that holds a training broken off and resumed against an unbroken one, bit by bit."""

    def check(methods: Sequence[AdaptationMethod]) -> None:
        settings: dict[str, Any] = {"save_strategy": "steps", "save_steps": 3, "gradient_accumulation_steps": 2}
        steps: list[int] = []
        unbroken = train(methods, folder="unbroken", **settings)
        assert train(methods, folder="broken", cut=4, **settings) is None
        resumed = train(methods, folder="broken", watch=lambda model, step: steps.append(step), **settings)
        assert steps == [3, 3, 4, 4, 5, 5], "it did not go on from its checkpoint"
        assert unbroken.state_dict().keys() == resumed.state_dict().keys()
        for name, value in unbroken.state_dict().items():
            assert torch.equal(value, resumed.state_dict()[name]), name

    return check


@pytest.fixture
def moved(local: Callable[[str], LocalModel]) -> Callable[..., set[str]]:
    """Returns a function that gives the names of a trained classifier's parameters that differ from the start."""

    def of(model: Model, *, model_type: str = "bert") -> set[str]:
        start: Model = build_classifier(local(model_type).path)
        before = dict(start.named_parameters())
        return {name for name, parameter in model.named_parameters() if not torch.equal(parameter.cpu(), before[name])}

    return of
