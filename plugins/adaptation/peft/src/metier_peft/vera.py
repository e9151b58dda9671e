"""The adaptation method `vera`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, field_validator

from metier.components import ComponentConfig, MethodContext
from metier_peft.adapter import AdapterConfig, AdapterMethod, Targets

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class VeraConfig(AdapterConfig):
    """Options of `vera`."""

    rank: int = Field(256, ge=1)
    """Rank of the two random matrices that all layers share."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Share of an adapter's inputs that is dropped while training."""
    targets: Targets = "all-linear"
    """Which linear layers get an adapter; as for `lora`."""
    initial: float = Field(0.1, gt=0)
    """What the vector d begins with; b begins at zero."""

    @field_validator("targets")
    @classmethod
    def _some(cls, value: Targets) -> Targets:
        if value == ():
            raise ValueError("an empty list adapts nothing")
        return value


class Vera(AdapterMethod):
    """Trains two vectors a weight around random matrices that all layers share, and the head."""

    name: ClassVar[str] = "vera"
    Config: ClassVar[type[ComponentConfig]] = VeraConfig
    config: VeraConfig

    def settings(self, model: PreTrainedModel, stage: MethodContext) -> Any:
        """Return PEFT's configuration; raises `StageError` where `targets` match nothing."""
        from metier_peft import _settings

        return _settings.vera(self.config, model, stage.info, seed=stage.seed)
