"""The adaptation method `lora`, with its variants."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from metier.components import ComponentConfig, MethodContext
from metier.values import ModelInfo, ParameterGroup, TaskInfo
from metier_peft.adapter import AdapterConfig, AdapterMethod, Targets

if TYPE_CHECKING:
    from transformers import PreTrainedModel

DECOMPOSING = frozenset({"pissa", "olora"})
"""Variants that begin with a part of the weight itself, and leave the rest of it in the model."""
TRANSPOSED = frozenset({"gpt2", "imagegpt", "openai-gpt"})
"""Model types that keep their weights transposed (transformers' `Conv1D`)."""


class LoraConfig(AdapterConfig):
    """Options of `lora`."""

    rank: int = Field(8, ge=1)
    """Rank of the change to each weight."""
    alpha: float = Field(16.0, gt=0)
    """The change is scaled by `alpha / rank`; with `rslora` by `alpha / √rank`."""
    dropout: float = Field(0.0, ge=0, lt=1)
    """Share of an adapter's inputs that is dropped while training."""
    targets: Targets = "all-linear"
    """Which linear layers of the pretrained body get an adapter: `all-linear`, `attention`, or a list of names as the
    model has them (`["query", "value"]`), ends of names (`attention.output.dense`) and globs too."""
    variant: Literal["lora", "dora", "rslora", "pissa", "olora"] = "lora"
    """`dora` trains each weight's magnitude apart from its direction; `rslora` keeps the scale right at high ranks;
    `pissa` begins with the weight's principal part, `olora` with an orthonormal one."""
    b_learning_rate_scale: float = Field(1.0, gt=0)
    """Multiplies the learning rate of the matrix B, which begins at zero (LoRA+: 16)."""

    @model_validator(mode="after")
    def _can_be_kept(self) -> LoraConfig:
        if self.targets == ():
            raise ValueError("targets: an empty list adapts nothing")
        if self.keep and self.variant in DECOMPOSING:
            raise ValueError(
                f"keep: an adapter of {self.variant} holds a part of the weights and is of no use on the base; "
                "choose another variant, or take the merged model"
            )
        return self


class Lora(AdapterMethod):
    """Trains a change of low rank to each weight, and the head: LoRA, DoRA, rsLoRA, PiSSA, OLoRA."""

    name: ClassVar[str] = "lora"
    Config: ClassVar[type[ComponentConfig]] = LoraConfig
    config: LoraConfig

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Refuse to decompose weights that are smaller than the rank, or transposed."""
        variant, rank = self.config.variant, self.config.rank
        if variant in DECOMPOSING and rank > model.hidden_size:
            return f"{variant} takes {rank} directions of each weight, {model.reference} has {model.hidden_size}"
        if variant == "olora" and model.model_type in TRANSPOSED:
            return f"olora decomposes linear layers, and {model.model_type} keeps its weights transposed"
        return None

    def settings(self, model: PreTrainedModel, stage: MethodContext) -> Any:
        """Return PEFT's configuration; raises `StageError` where `targets` match nothing."""
        from metier_peft import _settings

        return _settings.lora(self.config, model, stage.info)

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return the matrices B with a learning rate of their own (LoRA+, Hayou, Ghosh & Yu 2024)."""
        scale = self.config.b_learning_rate_scale
        groups = super().parameter_groups(model, stage)
        if scale == 1.0:
            return groups
        names = [name for name, one in model.named_parameters() if ".lora_B." in name and one.requires_grad]
        return [*groups, ParameterGroup(tuple(names), {"learning_rate_scale": scale})]
