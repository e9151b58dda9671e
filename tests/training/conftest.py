"""A small trade for the engine's tests: a tiny BERT, labelled rows, and an engine."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.builtin.optimizers.adamw import AdamW
from metier.settings import TrainingSettings
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import build_classifier
from metier.testing.samples import rows
from metier.training.engine import TrainingEngine
from metier.values import LocalModel

MakeEngine = Callable[..., TrainingEngine]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    return build_model("bert", tmp_path_factory.mktemp("models") / "bert")


@pytest.fixture
def labelled() -> Dataset:
    return Dataset.from_list(rows(64))


@pytest.fixture
def classifier(tiny: LocalModel) -> Any:
    return build_classifier(tiny.path)


@pytest.fixture
def logged() -> list[dict[str, float]]:
    return []


@pytest.fixture
def make_engine(tiny: LocalModel, tmp_path: Path, logged: list[dict[str, float]]) -> MakeEngine:
    """Returns a function that makes an engine with some settings."""

    def make(*, learning_rate: float = 1e-3, methods: Any = (), directory: Path | None = None, **settings: Any) -> Any:
        plain = {"num_train_epochs": 1, "per_device_train_batch_size": 8, "max_length": 64, "save_strategy": "no"}
        return TrainingEngine(
            tokenizer=load_tokenizer(tiny.path),
            settings=TrainingSettings.model_validate({**plain, **settings}),
            optimizer=AdamW(AdamW.Config(learning_rate=learning_rate)),
            methods=methods,
            directory=directory or tmp_path / "checkpoints",
            seed=13,
            log=lambda metrics: logged.append(dict(metrics)),
        )

    return make


@pytest.fixture
def digest_of() -> Callable[[torch.nn.Module], str]:
    """Returns a function that gives the sha256 of a model's weights."""

    def digest(model: torch.nn.Module) -> str:
        total = hashlib.sha256()
        for name, tensor in sorted(model.state_dict().items()):
            total.update(name.encode())
            total.update(tensor.cpu().contiguous().numpy().tobytes())
        return total.hexdigest()

    return digest
