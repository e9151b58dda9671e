"""Puts adapters into a model and merges them: the model stays the transformers model that it is."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from peft import PEFT_TYPE_TO_TUNER_MAPPING
from peft.tuners.tuners_utils import BaseTunerLayer

from metier.errors import StageError
from metier_peft import _targets

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")
NAME = "default"
"""The adapter's name inside a model, as PEFT has it."""


def inject(model: PreTrainedModel, settings: Any, *, where: str) -> None:
    """Put adapters into `model` by PEFT's `settings`; nothing else trains but the head, as far as it did before."""
    head = [parameter for parameter in _targets.head_parameters(model) if parameter.requires_grad]
    PEFT_TYPE_TO_TUNER_MAPPING[settings.peft_type](model, settings, NAME)
    for parameter in head:
        parameter.requires_grad_(True)
    names = [name for name, _ in adapted(model)]
    ends = sorted({name.rpartition(".")[2] for name in names})
    logger.info("%s: adapters in %d linear layers: %s", where, len(names), ", ".join(ends))


def adapted(model: Any) -> Iterator[tuple[str, Any]]:
    """Yield the layers of `model` that have an adapter, by name."""
    for name, module in model.named_modules():
        if isinstance(module, BaseTunerLayer):
            yield name, module


def merge(model: PreTrainedModel, *, where: str) -> None:
    """Work the adapters into the weights and put the plain layers back.

    Raises `StageError` where a merged weight is not finite.
    """
    for name, layer in list(adapted(model)):
        try:
            layer.merge(safe_merge=True)
        except ValueError as error:
            hint = "lower optimizer.learning_rate and run again"
            raise StageError(f"the merged weight of {name} is not finite", where=where, hint=hint) from error
        parent, _, own = name.rpartition(".")
        setattr(model.get_submodule(parent), own, layer.get_base_layer())
    del model.peft_config
