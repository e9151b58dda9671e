"""Reads a text by the mean over its tokens, in a model that stays a plain BERT.

transformers' BERT classifies by the first token. Sentence encoders (Reimers & Gurevych 2019, section 3) were trained to
be read by the mean over all tokens, and start far better there. One more layer makes the one the other: with queries
and keys of zero its attention is uniform, so that the first token receives the mean.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

import torch

if TYPE_CHECKING:
    from transformers import PreTrainedModel

logger = logging.getLogger("metier")

MEAN_LAYERS = "mean_pooling_layers"
"""Key of the model's configuration: how many of its layers were added to take the mean."""
LOUDNESS = 100.0
"""How much the mean outweighs the token's own state in the sum that the layer normalises."""
REACH = 0.4
"""Scale of the normalised mean before the pooler's tanh, which is nearly linear there."""


def read_by_the_mean(model: PreTrainedModel) -> None:
    """Add to a BERT classifier the layer that gives its pooler the mean over all tokens, normalised to variance 1.

    Does nothing where the model has that layer; a model of another type keeps its own way, which the log says.
    """
    config: Any = model.config
    if getattr(config, MEAN_LAYERS, 0):
        return
    if config.model_type != "bert":
        logger.info("a %s model is read in its own way, not by the mean", config.model_type)
        return
    trunk: Any = model.base_model
    layers = trunk.encoder.layer
    layer = type(layers[-1])(config, layer_idx=len(layers))
    _make_mean(layer)
    _make_linear(trunk.pooler.dense)
    layers.append(layer.to(device=model.device, dtype=model.dtype))
    config.num_hidden_layers = len(layers)
    setattr(config, MEAN_LAYERS, 1)


@torch.no_grad()
def _make_mean(layer: Any) -> None:
    """Set a BERT layer such that every token becomes the mean over all tokens' states, normalised."""
    attention, size = layer.attention, layer.output.dense.out_features
    for linear in (attention.self.query, attention.self.key, attention.self.value, attention.output.dense):
        torch.nn.init.zeros_(linear.weight)
        torch.nn.init.zeros_(linear.bias)
    attention.self.value.weight.copy_(torch.eye(size))
    attention.output.dense.weight.copy_(LOUDNESS * torch.eye(size))
    torch.nn.init.normal_(layer.intermediate.dense.weight, std=0.02)
    torch.nn.init.zeros_(layer.intermediate.dense.bias)
    torch.nn.init.zeros_(layer.output.dense.weight)
    torch.nn.init.zeros_(layer.output.dense.bias)


@torch.no_grad()
def _make_linear(dense: torch.nn.Linear) -> None:
    """Let the pooler pass on what it is given, scaled."""
    dense.weight.copy_(REACH * torch.eye(dense.out_features))
    torch.nn.init.zeros_(dense.bias)
