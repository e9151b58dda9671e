"""Registers the adapter methods, `prompt-tuning`, and the command `metier adapters`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    import click

    from metier.components import AdaptationMethod


@hookimpl
def provide_adaptation_methods() -> Sequence[type[AdaptationMethod]]:
    """Return the methods."""
    from metier_peft.adalora import AdaLora
    from metier_peft.ia3 import IA3
    from metier_peft.lora import Lora
    from metier_peft.prompt_tuning import PromptTuning
    from metier_peft.vera import Vera

    return [Lora, AdaLora, IA3, Vera, PromptTuning]


@hookimpl
def register_commands(group: click.Group) -> None:
    """Add `metier adapters`."""
    from metier_peft.commands import command

    group.add_command(command)
