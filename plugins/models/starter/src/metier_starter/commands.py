"""The command `metier starter fetch`."""

from __future__ import annotations

import click


@click.group("starter", short_help="Fetch starter models ahead of time.")
def command() -> None:
    """Fetch starter models ahead of time, for a machine that will be offline."""


@command.command("fetch")
@click.argument("names", nargs=-1)
def fetch(names: tuple[str, ...]) -> None:
    """Fetch and check the starter models NAMES (all, if none is named), and print their folders.

    \b
    Example:
      metier starter fetch minilm
    """
    from metier.discovery import discover
    from metier.offline import is_offline
    from metier.pipeline.preparation import fetch_model
    from metier_starter.starter import MODELS

    for name in names or tuple(MODELS):
        click.echo(fetch_model(f"starter:{name}", discover(), offline=is_offline()).path)
