"""Registers the command `metier pipeline`, and the transform `labelled-rows` that its recipes use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

    from metier.components import Transform


@hookimpl
def provide_transforms() -> Sequence[type[Transform]]:
    """Return the transform."""
    from metier_datatrove.labelled_rows import LabelledRows

    return [LabelledRows]


@hookimpl
def register_commands(group: click.Group) -> None:
    """Add `metier pipeline`."""
    from metier_datatrove.commands import command

    group.add_command(command)
