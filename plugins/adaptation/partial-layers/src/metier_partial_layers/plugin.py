"""Registers the adaptation method `partial-layers`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import AdaptationMethod


@hookimpl
def provide_adaptation_methods() -> Sequence[type[AdaptationMethod]]:
    """Return the method."""
    from metier_partial_layers.partial_layers import PartialLayers

    return [PartialLayers]
