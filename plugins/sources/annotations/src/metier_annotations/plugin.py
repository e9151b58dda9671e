"""Registers the data source `annotations`, and the command of the same name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

    from metier.components import DataSource


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the source."""
    from metier_annotations.annotations import Annotations

    return [Annotations]


@hookimpl
def register_commands(group: click.Group) -> None:
    """Add `metier annotations`."""
    from metier_annotations.commands import command

    group.add_command(command)
