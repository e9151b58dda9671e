"""Registers the transform `redact`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import Transform


@hookimpl
def provide_transforms() -> Sequence[type[Transform]]:
    """Return the transform."""
    from metier_redact.redact import Redact

    return [Redact]
