"""The adaptation method `ia3`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from metier.components import MethodContext
from metier.values import ParameterGroup
from metier_peft.adapter import AdapterMethod

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class IA3(AdapterMethod):
    """Trains a factor for each key, value and inner feed-forward unit, and the head."""

    name: ClassVar[str] = "ia3"

    def settings(self, model: PreTrainedModel, stage: MethodContext) -> Any:
        """Return PEFT's configuration; raises `StageError` where no keys and values, or no feed-forward are found."""
        from metier_peft import _settings

        return _settings.ia3(model, stage.info)

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return the factors without weight decay, which would draw them to 0 where 1 is no change."""
        names = [name for name, one in model.named_parameters() if ".ia3_l." in name and one.requires_grad]
        return [*super().parameter_groups(model, stage), ParameterGroup(tuple(names), {"weight_decay": 0.0})]
