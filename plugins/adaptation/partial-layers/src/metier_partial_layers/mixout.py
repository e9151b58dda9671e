"""The adaptation method `mixout`: weights are mixed with their pretrained values at random while training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ParameterGroup, Use
from metier_partial_layers import beside

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier_partial_layers._mixout import Mixing

WITHOUT_LINEAR = ("head", "embeddings", "biases", "layer-norms")
"""What `partial-layers` can train that has no linear weight."""


class MixoutConfig(ComponentConfig):
    """Options of `mixout`."""

    probability: float = Field(0.7, gt=0, lt=1)
    """How likely each input of a linear layer is weighed by its pretrained weights instead of the trained ones; the
    paper finds 0.7 to 0.9 best."""
    dropout: bool = False
    """Whether the model's own dropout acts too, below the head; in the paper mixout takes its place."""


class Mixout(AdaptationMethod):
    """Mixes weights with their pretrained values at random, so that training on few rows does not stray far."""

    name: ClassVar[str] = "mixout"
    Config: ClassVar[type[ComponentConfig]] = MixoutConfig
    config: MixoutConfig
    _mixing: Mixing | None = None

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse recipes in which no pretrained linear weight trains, or one has no pretrained value."""
        for choice in beside.choices(others):
            if choice.kind in WITHOUT_LINEAR:
                return f"it mixes linear weights of layers, and partial-layers trains none (`{choice.kind}`)"
        if beside.has_adapters(others):
            return "adapters keep the pretrained weights as they are, so there is nothing to mix them with"
        if any(use.name == "reinitialisation" for use in others):
            return "reinitialisation throws pretrained weights away, and mixout mixes them in"
        if any(use.name == self.name for use in others):
            return "one is enough"
        return None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Keep a copy of the weights that train, and mix it in from now on. Raises `StageError` where there are none.

        The copy is of the start, in a resumed training too: a checkpoint is loaded after every method's `prepare`.
        """
        from metier_partial_layers._mixout import Mixing

        self._mixing = Mixing(model, probability=self.config.probability, dropout=self.config.dropout)
        return model

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return none; let go of what methods after it froze: this is asked after every method's `prepare`."""
        if self._mixing is not None:
            self._mixing.leave_frozen()
        return ()

    def finish(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Return the model with its trained weights, and dropout as it was."""
        if self._mixing is not None:
            self._mixing.end()
            self._mixing = None
        return model
