"""A tiny BERT, five texts of differing length, and what a method is told."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from metier.components import MethodContext
from metier.testing.models import build_model, load_tokenizer
from metier.testing.samples import rows
from metier.values import LocalModel, TaskInfo


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> LocalModel:
    return build_model("bert", tmp_path_factory.mktemp("models") / "bert")


@pytest.fixture
def context(tiny: LocalModel, tmp_path: Path) -> MethodContext:
    tokenizer = load_tokenizer(tiny.path)
    return MethodContext(info=tiny.info, task=TaskInfo("task"), tokenizer=tokenizer, seed=1, directory=tmp_path)


@pytest.fixture
def batch(tiny: LocalModel) -> dict[str, torch.Tensor]:
    tokenizer = load_tokenizer(tiny.path)
    texts = [row["text"] + " profit" * i for i, row in enumerate(rows(5))]
    padded = tokenizer(texts, padding=True, return_tensors="pt", return_token_type_ids=False)
    return {**padded, "labels": torch.tensor([i % 2 for i in range(5)])}
