"""Registers the data source `dialogue`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the source."""
    from metier_dialogue.dialogue import Dialogue

    return [Dialogue]
