"""The adaptation method `partial-layers`: some of a model's parameters train, the others stay as they were."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import ValidationInfo, field_validator

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ModelInfo, ParameterGroup, TaskInfo, Use
from metier_partial_layers import beside
from metier_partial_layers.choice import Choice, read

if TYPE_CHECKING:
    from pathlib import Path

    from transformers import PreTrainedModel

    from metier.components.objective import Loss
    from metier_partial_layers._lower import Lower

BIASLESS = frozenset({"gemma3_text", "llama", "mistral", "modernbert", "mt5", "phi3", "qwen3", "smollm3", "t5"})
"""Types of models that are made without biases; others like them are found out when the model is there."""
CACHE = "frozen-trunk"
"""The folder of what frozen layers gave."""


class PartialLayersConfig(ComponentConfig):
    """Options of `partial-layers`."""

    train: str | tuple[str, ...] = "top-2"
    """What trains besides the task's head: `top-2` or `bottom-3` layers; `every-2`, each second layer from the top
    down; `auto-2`, the two layers that the training rows would move most (`auto` is `auto-2`); `biases`; `layer-norms`;
    `embeddings`; `head` for nothing else; or a list of globs over parameter names (`["*.layer.5.*"]`)."""
    embeddings: bool = False
    """Whether the embeddings train too, where `train` counts layers."""
    trunk_dropout: bool = False
    """Whether dropout acts in the frozen embeddings and layers below the lowest that trains, too."""
    cache: Literal["auto", "on", "off"] = "auto"
    """Whether what those give for each text is computed once, kept on disk, and read ever after: wherever it changes
    nothing but the time (`auto`), with an error where it would (`on`), or never (`off`)."""
    cache_precision: Literal["fp32", "fp16", "bf16"] = "fp32"
    """How it is kept: `fp32` as it is; `fp16` and `bf16` in half the space, rounded, `bf16` more coarsely."""

    @field_validator("cache")
    @classmethod
    def _possible(cls, value: str, given: ValidationInfo) -> str:
        if value == "on" and given.data.get("trunk_dropout"):
            raise ValueError("with trunk_dropout the frozen layers give something else at every step")
        return value

    @field_validator("train")
    @classmethod
    def _known(cls, value: str | tuple[str, ...]) -> str | tuple[str, ...]:
        read(value)
        return value


class PartialLayers(AdaptationMethod):
    """Trains some layers and the head; the others stay as they were pretrained."""

    name: ClassVar[str] = "partial-layers"
    reads_states: ClassVar[bool] = False
    Config: ClassVar[type[ComponentConfig]] = PartialLayersConfig
    config: PartialLayersConfig
    _lower: Lower | None = None
    """What is frozen for good, once every method has chosen what trains."""

    @property
    def choice(self) -> Choice:
        """What `train` says."""
        return read(self.config.train)

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Refuse what the model does not have."""
        choice = self.choice
        if choice.number > model.layers:
            return f"train: {self.config.train} asks for {choice.number} layers, {model.reference} has {model.layers}"
        if choice.kind == "biases" and model.model_type in BIASLESS:
            return f"train: biases has nothing to train, a {model.model_type} model has no biases"
        return None

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse adapters that come later, or that it could not tell from what it freezes; and with `cache: on` what
        disturbs the frozen layers."""
        if self.config.cache == "on" and (name := beside.perturbing(others)):
            return f"with `cache: on` the frozen layers are not computed, and {name} perturbs what they are given"
        if not beside.has_adapters(others):
            return None
        if not self.choice.counts_layers or self.choice.kind == "auto":
            return f"train: {self.config.train} chooses among pretrained weights, which adapters keep frozen"
        if beside.adapters_follow(others):
            return "adapters that are added after it train in every layer; list it after them"
        return None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Freeze what is not to train. Raises `StageError` where `train` fits nothing in the model."""
        from metier_partial_layers import _select

        _select.select(model, self.choice, stage, embeddings=self.config.embeddings)
        _select.say(model)
        return model

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return none; note what is frozen for good, now that every method has chosen what trains."""
        from metier_partial_layers._lower import Lower

        self._lower = Lower.of(model)
        return ()

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the loss as it is, computed without dropout in the frozen lower layers, or from what is kept of them.

        Where nothing can be kept the log says why, or a step raises `StageError` where `cache` is `on`.
        """
        from metier_partial_layers import _cache

        config = self.config
        reader = _cache.Reader(_kept_in(stage), precision=config.cache_precision, insists=config.cache == "on")
        if config.trunk_dropout:
            if config.cache != "off":
                reader.refuse("dropout acts in them (`trunk_dropout`)")
            return loss
        return _cache.wrap(loss, self._lower, None if config.cache == "off" else reader)

    def finish(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Return the model as it is; delete what was kept where no other run finds it."""
        self._lower = None
        if stage.shared is None:
            shutil.rmtree(_kept_in(stage), ignore_errors=True)
        return model


def _kept_in(stage: MethodContext) -> Path:
    """Return the folder of what frozen layers gave."""
    return (stage.directory if stage.shared is None else stage.shared) / CACHE
