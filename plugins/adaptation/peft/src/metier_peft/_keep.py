"""Writes an adapter in PEFT's own format: what trained, and nothing else."""

from __future__ import annotations

import copy
import hashlib
import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

from peft import get_peft_model_state_dict
from safetensors.torch import save_file

from metier.errors import StageError
from metier_peft._inject import NAME, adapted
from metier_peft._targets import head_parameters

if TYPE_CHECKING:
    import torch
    from transformers import PreTrainedModel

WEIGHTS_FILE = "adapter_model.safetensors"
PREFIX = "base_model.model."
"""What PEFT puts before a model's own names."""
BASE = "base"
"""Key of the file's metadata: the digest of the weights that the adapter was trained on."""


def keep(model: PreTrainedModel, folder: Path) -> None:
    """Write the adapter in `model`, and every other module that trained whole, into `folder`.

    `PeftModel.from_pretrained(base, folder)` loads it onto the base with a head of the same shape.
    """
    settings: Any = copy.copy(model.peft_config[NAME])
    settings.base_model_name_or_path = model.name_or_path
    settings.modules_to_save = whole_modules(model)
    settings.inference_mode = True
    for name in ("target_modules", "feedforward_modules"):
        if isinstance(getattr(settings, name, None), set):  # in one order, so that equal adapters are equal files
            setattr(settings, name, sorted(getattr(settings, name)))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    settings.save_pretrained(str(folder))
    save_file(tensors(model), folder / WEIGHTS_FILE, metadata={"format": "pt", BASE: base_digest(model)})


def whole_modules(model: PreTrainedModel) -> list[str]:
    """Return the modules to keep beside the adapters: the head and the pooler, and any other that trained.

    Raises `StageError` where another method trained a weight below an adapter: the adapter alone is then not the model.
    """
    layers = dict(adapted(model))
    trained = [name for name, parameter in model.named_parameters() if parameter.requires_grad]
    below = [name for layer in layers for name in trained if name.startswith(f"{layer}.base_layer.")]
    if below:
        hint = "leave out `keep`, or the method that trains it"
        raise StageError(f"{below[0]} trains too, so the adapter alone is not the model", where="keep", hint=hint)
    others = {name for name in trained if not any(name.startswith(f"{layer}.") for layer in layers)}
    head = {id(parameter) for parameter in head_parameters(model)}  # also one that stayed as it was drawn
    others |= {name for name, parameter in model.named_parameters() if id(parameter) in head}
    return sorted({name.rpartition(".")[0] for name in others})


def tensors(model: PreTrainedModel) -> dict[str, torch.Tensor]:
    """Return what the adapter's file holds, under PEFT's names."""
    state = model.state_dict()
    shared = {
        f"base_model.{name}.{NAME}": getattr(module, name)[NAME]
        for _, module in adapted(model)
        for name in ("vera_A", "vera_B")
        if hasattr(module, name)
    }  # what the layers of VeRA share lies in PEFT's wrapper, which this model does without
    own = get_peft_model_state_dict(
        model, state_dict={**state, **shared}, adapter_name=NAME, save_embedding_layers=False
    )
    whole = {name: state[name] for one in whole_modules(model) for name in state if name.startswith(f"{one}.")}
    named = {name if name.startswith("base_model.") else PREFIX + name: one for name, one in {**own, **whole}.items()}
    return {name: tensor.detach().cpu().contiguous() for name, tensor in named.items()}


def base_digest(model: Any) -> str:
    """Return the sha256 of the weights that `model`'s adapters change, so that they are not put onto others."""
    total = hashlib.sha256()
    for name, layer in adapted(model):
        total.update(name.encode())
        for parameter in layer.get_base_layer().parameters():
            total.update(parameter.detach().cpu().contiguous().numpy().tobytes())
    return total.hexdigest()
