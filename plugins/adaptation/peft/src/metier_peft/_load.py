"""Loads adapters onto one base: each model is whole, and what is equal in them lies in memory once."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peft import PeftModel
from safetensors import safe_open

from metier.errors import RunError
from metier.settings import TrainingSettings
from metier.training.precision import pick_device
from metier.training.predictor import Predictor
from metier.training.quiet import quiet_transformers
from metier_peft._keep import BASE, WEIGHTS_FILE, base_digest

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

    from metier import Loaded


@dataclass(frozen=True)
class AdapterPredictor(Predictor):
    """A predictor whose model was built already."""

    built: PreTrainedModel

    @property
    def model(self) -> PreTrainedModel:
        """The base with its adapter and head."""
        return self.built


def predictors(runs: Mapping[str, Loaded], folders: Mapping[str, Path], *, base: Path) -> dict[str, Predictor]:
    """Return a predictor for each run, of its adapter in `folders` on the model at `base`."""
    found: dict[str, Predictor] = {}
    first: PreTrainedModel | None = None
    for name, run in runs.items():
        model = _adapted(run, folders[name], base)
        model.to(pick_device())  # type: ignore[arg-type]  # before sharing: moving a tensor makes another of it
        if first is None:
            first = model
        else:
            share(first, model)
        settings = TrainingSettings.model_validate(run.note["settings"])
        found[name] = AdapterPredictor(run.folder, run.head, run.note["state"], settings, model)
    return found


def share(first: torch.nn.Module, other: torch.nn.Module) -> None:
    """Let `other` use the tensors of `first` for every parameter that is equal in both."""
    held = {_plain(name): parameter for name, parameter in first.named_parameters()}
    for name, parameter in other.named_parameters():
        same = held.get(_plain(name))
        if same is not None and same.shape == parameter.shape and same.equal(parameter):
            parameter.data = same.data


def _plain(name: str) -> str:
    """Return a parameter's name as it is without adapters."""
    return name.replace(".base_layer.", ".").replace(".original_module.", ".")


@quiet_transformers()
def _adapted(run: Loaded, folder: Path, base: Path) -> PreTrainedModel:
    model = run.head.build(base, run.note["state"])
    with warnings.catch_warnings():
        # PEFT asks a model whether it trades time for memory by a name that transformers is giving up.
        warnings.filterwarnings("ignore", "`is_gradient_checkpointing` is deprecated", FutureWarning)
        wrapped: Any = PeftModel.from_pretrained(model, str(folder))
    with safe_open(folder / WEIGHTS_FILE, framework="pt") as file:
        expected = (file.metadata() or {}).get(BASE)
    adapted: PreTrainedModel = wrapped.get_base_model()
    if base_digest(adapted) != expected:
        hint = "name the folder of the very model that it was trained on (`--base`, `base=`)"
        raise RunError(f"the adapter {folder} was trained on other weights", where=str(base), hint=hint)
    adapted.eval()
    return adapted
