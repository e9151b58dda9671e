"""The adaptation method `partial-layers`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from pydantic import field_validator

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ModelInfo, TaskInfo

if TYPE_CHECKING:
    from transformers import PreTrainedModel

COUNTED = re.compile(r"(top|bottom)-([1-9]\d*)")


class PartialLayersConfig(ComponentConfig):
    """Options of `partial-layers`."""

    train: str | tuple[str, ...] = "top-2"
    """What trains besides the task's head: `top-2`, `bottom-3`, or globs over parameter names (`["*.layer.5.*"]`)."""
    embeddings: bool = False
    """Whether the embeddings train too, where `train` counts layers."""

    @field_validator("train")
    @classmethod
    def _known(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        if isinstance(value, str) and not COUNTED.fullmatch(value):
            raise ValueError(f"{value!r} is neither 'top-N' nor 'bottom-N'; give globs as a list")
        if not value:
            raise ValueError("an empty list trains nothing")
        return value


class PartialLayers(AdaptationMethod):
    """Trains some layers and the head; the others stay as they were pretrained."""

    name: ClassVar[str] = "partial-layers"
    Config: ClassVar[type[ComponentConfig]] = PartialLayersConfig
    config: PartialLayersConfig

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Refuse to count more layers than there are."""
        counted = self.counted()
        if counted is not None and counted[1] > model.layers:
            return f"train: {self.config.train} asks for {counted[1]} layers, {model.reference} has {model.layers}"
        return None

    def counted(self) -> tuple[str, int] | None:
        """Return `("top", 2)` where `train` counts layers; None where it names parameters."""
        match = COUNTED.fullmatch(self.config.train) if isinstance(self.config.train, str) else None
        return (match[1], int(match[2])) if match else None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Freeze what is not to train. Raises `StageError` where a glob matches nothing."""
        from metier_partial_layers import _torch

        counted = self.counted()
        if counted is not None:
            _torch.train_layers(model, side=counted[0], count=counted[1], embeddings=self.config.embeddings)
        else:
            _torch.train_named(model, [*self.config.train])
        _torch.say(model)
        return model
