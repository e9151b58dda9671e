"""The adaptation method `probe-then-tune`: the head alone first, then everything (LP-FT)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import Use
from metier_partial_layers import beside

if TYPE_CHECKING:
    from metier.components.objective import Loss


class ProbeThenTuneConfig(ComponentConfig):
    """Options of `probe-then-tune`."""

    epochs: float = Field(1.0, gt=0)
    """Passes over the training rows in which the head trains alone; everything trains in the rest of them. Both share
    one training: its learning rate rises and falls once over the two."""


class ProbeThenTune(AdaptationMethod):
    """Trains the head alone first and then everything, so that a raw head does not distort the features."""

    name: ClassVar[str] = "probe-then-tune"
    reads_states: ClassVar[bool] = False
    Config: ClassVar[type[ComponentConfig]] = ProbeThenTuneConfig
    config: ProbeThenTuneConfig

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse a second schedule, and a recipe in which nothing else trains."""
        if any(choice.kind == "head" for choice in beside.choices(others)):
            return "partial-layers trains the head alone, so there is nothing to tune"
        return beside.other_schedule(others)

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the loss as it is, computed at first while all but the head takes no gradient."""
        from metier_partial_layers import _probe

        return _probe.probed(loss, stage, epochs=self.config.epochs)
