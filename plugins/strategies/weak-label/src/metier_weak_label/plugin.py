"""Registers the strategy `weak-label`, and the command of the same name."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

    from metier.components import Strategy


@hookimpl
def provide_strategies() -> Sequence[type[Strategy]]:
    """Return the strategy."""
    from metier_weak_label.weak_label import WeakLabel

    return [WeakLabel]


@hookimpl
def register_commands(group: click.Group) -> None:
    """Add `metier weak-label`."""
    from metier_weak_label.commands import command

    group.add_command(command)
