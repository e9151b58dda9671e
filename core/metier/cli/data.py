"""`metier data`: what is in a recipe's data, before anything is trained."""

from __future__ import annotations

import click

from metier.cli.options import json_option, planned, recipe_options


@click.group("data", short_help="Look at a recipe's data before training.")
def command() -> None:
    """Look at a recipe's data before training."""


@command.command("inspect")
@recipe_options
@json_option
def inspect(recipe: str, sets: tuple[str, ...], as_json: bool, **overrides: str | None) -> None:
    """Read and prepare the data of RECIPE, and print the data report: rows, labels, lengths, duplicates, leakage.

    \b
    Examples:
      metier data inspect finance/sentiment --train my.csv
      metier data inspect my-recipe.yaml --json
    """
    from metier.cli import show
    from metier.data.inspect import render
    from metier.data.prepare import prepare
    from metier.discovery import discover
    from metier.files import temporary_folder
    from metier.offline import is_offline
    from metier.pipeline.preparation import fetch_model

    _, plan = planned(recipe, sets, overrides)
    model = fetch_model(plan.model, discover(), offline=is_offline())
    with temporary_folder() as folder:
        prepared = prepare(plan, discover(), folder, offline=is_offline(), tokenizer_path=model.path)
    if as_json:
        show.as_json(prepared.report)
    else:
        click.echo(render(prepared.report))
