"""The contract of an optimizer factory."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field

from metier.components.base import Component, ComponentConfig

if TYPE_CHECKING:
    import torch

ScheduleName = Literal["linear", "cosine", "constant", "wsd", "inverse-sqrt"]


class OptimizerConfig(ComponentConfig):
    """Options that every optimizer has."""

    learning_rate: float = 5e-5
    """The peak learning rate."""
    weight_decay: float = 0.01
    """Decoupled weight decay; biases and normalisation weights have none."""
    schedule: ScheduleName = "linear"
    """How the learning rate falls after warm-up."""
    warmup_ratio: float = 0.1
    """Share of all steps over which the learning rate rises from 0."""
    head_learning_rate_scale: float = Field(1.0, gt=0)
    """Multiplies the learning rate of what the task adds to the model: the head, and the pooler before it."""


class OptimizerFactory(Component):
    """Builds the gradient optimizer; the schedule is shared by all."""

    kind: ClassVar[str] = "optimizer"
    rows_apart: ClassVar[bool] = False
    """Whether a matrix's row that never has a gradient only decays, whatever other rows do. The engine leaves such rows
    of the word embeddings out."""
    Config: ClassVar[type[ComponentConfig]] = OptimizerConfig
    config: OptimizerConfig

    def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
        """Return an optimizer over `groups`, each `{"params": [...], "lr": …, "weight_decay": …}`.

        Every group's `lr` and `weight_decay` are set by the core and respected here.
        """
        raise NotImplementedError(f"{type(self).__name__}.build")
