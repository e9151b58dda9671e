"""Registers `partial-layers`, and the methods that say how and when layers train."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import AdaptationMethod


@hookimpl
def provide_adaptation_methods() -> Sequence[type[AdaptationMethod]]:
    """Return the methods."""
    from metier_partial_layers.gradual_unfreezing import GradualUnfreezing
    from metier_partial_layers.layer_decay import LayerDecay
    from metier_partial_layers.lisa import Lisa
    from metier_partial_layers.mixout import Mixout
    from metier_partial_layers.partial_layers import PartialLayers
    from metier_partial_layers.probe_then_tune import ProbeThenTune
    from metier_partial_layers.reinitialisation import Reinitialisation

    return [PartialLayers, LayerDecay, GradualUnfreezing, ProbeThenTune, Lisa, Mixout, Reinitialisation]
