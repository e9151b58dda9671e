"""The adaptation method `adalora`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, model_validator

from metier.components import ComponentConfig, MethodContext
from metier_peft.adapter import AdapterConfig, AdapterMethod, Targets

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Loss
    from metier_peft._ranks import Ranks


class AdaLoraConfig(AdapterConfig):
    """Options of `adalora`."""

    rank: int = Field(8, ge=1)
    """Rank that is left to a layer when ranks are settled, on average over the layers."""
    initial_rank: int = Field(12, ge=1)
    """Rank that every layer begins with."""
    alpha: float = Field(16.0, gt=0)
    """The change is scaled by `alpha / initial_rank`."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Share of an adapter's inputs that is dropped while training."""
    targets: Targets = "all-linear"
    """Which linear layers get an adapter; as for `lora`."""
    warmup: float = Field(0.1, ge=0, lt=1)
    """Share of the steps before the first rank is taken away."""
    settled: float = Field(0.6, gt=0, lt=1)
    """Share of the steps after which ranks stay as they are; at least one step before the last."""
    every: int = Field(10, ge=1)
    """Steps between two allocations of ranks."""
    smoothing: float = Field(0.85, gt=0, lt=1)
    """How much of an importance, and of its uncertainty, is carried over from step to step (β1 = β2)."""
    orthogonality: float = Field(0.1, ge=0)
    """Weight of the penalty that keeps the singular vectors of a change orthogonal (γ)."""

    @model_validator(mode="after")
    def _agrees(self) -> AdaLoraConfig:
        if self.targets == ():
            raise ValueError("targets: an empty list adapts nothing")
        if self.initial_rank < self.rank:
            raise ValueError(f"initial_rank: must be {self.rank} (`rank`) or more, ranks are only taken away")
        if self.settled <= self.warmup:
            raise ValueError("settled: must be more than `warmup`, ranks are taken away between the two")
        return self


class AdaLora(AdapterMethod):
    """As LoRA, with the ranks moved to the layers where they matter most while training (AdaLoRA)."""

    name: ClassVar[str] = "adalora"
    reads_states: ClassVar[bool] = False
    Config: ClassVar[type[ComponentConfig]] = AdaLoraConfig
    config: AdaLoraConfig
    _ranks: Ranks | None = None

    def settings(self, model: PreTrainedModel, stage: MethodContext) -> Any:
        """Return PEFT's configuration; raises `StageError` where `targets` match nothing."""
        from metier_peft import _settings

        return _settings.adalora(self.config, model, stage.info)

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Put adapters in, with what their ranks are judged by: it is kept in checkpoints with the weights."""
        from metier_peft._ranks import Ranks

        model = super().prepare(model, stage)
        self._ranks = Ranks(model, self.config)
        return model

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the loss with the penalty; ranks are allocated before a step's first pass."""
        from metier_peft import _ranks

        return _ranks.allocated(loss, stage, lambda: self._ranks)

    def finish(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Say which ranks are left, and merge."""
        if self._ranks is not None:
            self._ranks.end()
            self._ranks = None
        return super().finish(model, stage)
