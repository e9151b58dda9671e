"""Registers the adaptation method `sharpness-aware`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import AdaptationMethod


@hookimpl
def provide_adaptation_methods() -> Sequence[type[AdaptationMethod]]:
    """Return the method."""
    from metier_sharpness_aware.sharpness_aware import SharpnessAware

    return [SharpnessAware]
