"""Continued pretraining through adapters alone, by the peft library: the model's own weights stay until the end.

Hu et al. 2021, *LoRA* (arXiv 2106.09685), equation 3: beside each linear layer W a product BA of small rank learns, and
W + (alpha / rank) BA takes W's place in the end. Biderman et al. 2024, *LoRA Learns Less and Forgets Less* (arXiv
2405.09673), is what that does to continued pretraining.
"""

from __future__ import annotations

import logging
from collections.abc import Collection
from typing import TYPE_CHECKING, Any

import torch
from peft import LoraConfig, LoraModel
from transformers.pytorch_utils import Conv1D

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")
SCALE = 2.0
"""alpha / rank."""


def add_adapters(model: PreTrainedModel, *, rank: int, whole: Collection[str], seed: int) -> Any:
    """Put adapters beside every linear layer of `model`, in place, and return what `merge` takes.

    Adapters alone train, and the parameters named in `whole`: a head that the model came without.
    """
    kept = [parameter for name, parameter in model.named_parameters() if name in whole]
    targets = linear_layers(model)
    turned = any(isinstance(model.get_submodule(name), Conv1D) for name in targets)
    alpha = int(SCALE * rank)
    config = LoraConfig(r=rank, lora_alpha=alpha, target_modules=targets, fan_in_fan_out=turned)
    torch.manual_seed(seed)  # a resumed stage got here by another way, and starts with the same adapters
    adapted = LoraModel(model, config, "default")
    for parameter in kept:
        parameter.requires_grad_(True)
    logger.info("continued-pretraining: adapters of rank %d beside %d linear layers", rank, len(targets))
    return adapted


def linear_layers(model: PreTrainedModel) -> list[str]:
    """Return the names of the linear layers of the model but for its language-model head."""
    body, head = set(model.base_model.modules()), model.get_output_embeddings()
    return [
        name
        for name, module in model.named_modules()
        if isinstance(module, torch.nn.Linear | Conv1D) and module in body and module is not head
    ]


def merge(adapted: Any) -> None:
    """Add the adapters to the layers that they stand beside; the model is then as if it had never had any."""
    model = adapted.merge_and_unload()
    for parameter in model.parameters():
        parameter.requires_grad_(True)
    if hasattr(model, "peft_config"):
        del model.peft_config
