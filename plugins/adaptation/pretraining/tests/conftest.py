"""What the tests share: a stage that the method pretrains in."""

from __future__ import annotations

import gc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset

from metier.builtin.optimizers.adamw import AdamW
from metier.components import MethodContext
from metier.settings import TrainingSettings
from metier.testing.models import load_tokenizer
from metier.testing.samples import TEXTS
from metier.training.engine import TrainingEngine
from metier.values import LocalModel, TaskInfo
from metier_pretraining.continued_pretraining import ContinuedPretraining

gc.freeze()  # each training ends with a look through all objects, and those of the imports are most of them


@pytest.fixture(scope="session")
def corpus() -> Dataset:
    """Two hundred short texts of the sample's words."""
    return Dataset.from_list([{"id": str(i), "text": f"{TEXTS[i % 8]} and {TEXTS[(i + 3) % 8]}"} for i in range(200)])


@pytest.fixture
def stage_of(corpus: Dataset) -> Callable[..., MethodContext]:
    """Return a stage in a folder, with an engine that adds what is logged to a list."""

    def make(local: LocalModel, folder: Path, logged: list[Any], **fields: Any) -> MethodContext:
        tokenizer = load_tokenizer(local.path)
        engine = TrainingEngine(
            tokenizer=tokenizer,
            settings=TrainingSettings(
                early_stopping_patience=1, load_best_model_at_end=True, gradient_accumulation_steps=2
            ),
            optimizer=AdamW(AdamW.Config()),
            directory=folder / "checkpoints",
            seed=13,
            log=lambda metrics: logged.append(dict(metrics)),
        )
        given = {"corpus": corpus, "engine": engine, **fields}
        return MethodContext(
            info=local.info, task=TaskInfo("task"), tokenizer=tokenizer, seed=13, directory=folder, **given
        )

    return make


@pytest.fixture
def pretrain(stage_of: Callable[..., MethodContext]) -> Callable[..., Any]:
    """Pretrain a model in a folder with some options, and return it; what is logged is added to a list.

    `stage` is a stage, or what is to be other in one.
    """

    def run(local: LocalModel, folder: Path, logged: list[Any], *, stage: Any = None, **options: Any) -> Any:
        chosen = {"block_size": 32, "head_steps": 0, "epochs": 2, "learning_rate": 5e-3, **options}
        method = ContinuedPretraining(ContinuedPretraining.Config.model_validate(chosen))
        made = stage if isinstance(stage, MethodContext) else stage_of(local, folder, logged, **(stage or {}))
        return method.pretrain(local.path, made)

    return run
