"""Registers the model source `starter` and its command."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

    from metier.components import ModelSource


@hookimpl
def provide_model_sources() -> Sequence[type[ModelSource]]:
    """Return the starter models."""
    from metier_starter.starter import Starter

    return [Starter]


@hookimpl
def register_commands(group: click.Group) -> None:
    """Add `metier starter`."""
    from metier_starter.commands import command

    group.add_command(command)
