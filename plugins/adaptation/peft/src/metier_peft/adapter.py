"""What every adapter method does: put adapters in, train them and the head alone, merge them at the end."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Literal, TypeAlias

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ParameterGroup, Use

if TYPE_CHECKING:
    from transformers import PreTrainedModel

Targets: TypeAlias = Literal["all-linear", "attention"] | tuple[str, ...]
NAMES = frozenset({"lora", "adalora", "ia3", "vera"})
"""The adapter methods; a model takes one."""
FOLDER = "adapters"
"""The folder beside a run's model in which adapters are kept."""


class AdapterConfig(ComponentConfig):
    """Options that every adapter method has."""

    keep: bool = False
    """Whether the adapter is kept too, in PEFT's own format, in `adapters/` beside the merged model."""


class AdapterMethod(AdaptationMethod):
    """Trains small adapters in a frozen model, and the head; they are merged into the weights when they are done."""

    Config: ClassVar[type[ComponentConfig]] = AdapterConfig
    config: AdapterConfig

    @abstractmethod
    def settings(self, model: PreTrainedModel, stage: MethodContext) -> Any:
        """Return PEFT's configuration of the adapter for `model`; raises `StageError` where it has no place there."""

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse a second kind of adapter."""
        found = [other.name for other in others if other.name in NAMES]
        return f"there is `{found[0]}` too, and a model takes one adapter" if found else None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Freeze the pretrained body and put adapters into it; the head trains whole, unless it was frozen before."""
        from metier_peft import _inject

        _inject.inject(model, self.settings(model, stage), where=self.name)
        return model

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return none; raise `StageError` where the adapter is to be kept and more than it trains in its layers.

        That is asked here because every method's `prepare` is done by now.
        """
        if self.config.keep:
            from metier_peft import _keep

            _keep.whole_modules(model)
        return ()

    def finish(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Merge the adapters, so that the model is of its plain kind again; keep them beside it where asked."""
        from metier_peft import _inject, _keep

        if self.config.keep:
            # The stage saves its model to this folder, which the run's package is a copy of.
            _keep.keep(model, stage.directory / "model" / FOLDER / self.name)
        _inject.merge(model, where=self.name)
        return model
