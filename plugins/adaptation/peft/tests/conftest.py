"""Tiny models, prepared by a method; their adapters set to what training could have made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import torch

from metier.components import AdaptationMethod
from metier.discovery import discover
from metier.testing.models import build_model
from metier.testing.trial import Trial, logits
from metier.values import LocalModel, Use


@dataclass(frozen=True)
class Prepared:
    """A plain classifier, and another with the same weights that a method prepared."""

    trial: Trial
    plain: Any
    model: Any

    def logits(self, model: Any) -> torch.Tensor:
        """Return a model's logits for the sample's batch."""
        return logits(model, self.trial.batch())

    def adapters(self) -> dict[str, torch.nn.Parameter]:
        """Return the adapters' parameters by name."""
        return {name: one for name, one in self.model.named_parameters() if ".default" in name}

    def finished(self) -> Any:
        """Return the model after `finish`."""
        return self.trial.method.finish(self.model, self.trial.context())


Prepare = Callable[..., Prepared]


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], LocalModel]:
    """Returns a function that gives the tiny model of a type, built once."""
    built: dict[str, LocalModel] = {}

    def get(model_type: str) -> LocalModel:
        if model_type not in built:
            built[model_type] = build_model(model_type, tmp_path_factory.mktemp("models") / model_type)
        return built[model_type]

    return get


@pytest.fixture
def prepare(tiny: Callable[[str], LocalModel], tmp_path: Path) -> Prepare:
    """Returns a function that prepares a tiny model by a method; `seed` sets its adapters to random numbers."""

    def make(name: str, options: Mapping[str, Any], *, model_type: str = "bert", seed: int | None = None) -> Prepared:
        trial = Trial(method(name, **options), tiny(model_type), tmp_path / "stage")
        plain = Trial(AdaptationMethod(), tiny(model_type), tmp_path / "plain").prepared().eval()
        prepared = Prepared(trial, plain, trial.prepared().eval())
        if seed is not None:
            generator = torch.Generator().manual_seed(seed)
            for parameter in prepared.adapters().values():
                parameter.data.add_(0.2 * torch.randn(parameter.shape, generator=generator))
        return prepared

    return make


def method(name: str, **options: Any) -> AdaptationMethod:
    """Return an installed method by its name in recipes."""
    return discover().create(AdaptationMethod, Use(AdaptationMethod.kind, name, options))
