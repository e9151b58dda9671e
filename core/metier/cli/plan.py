"""`metier plan`: what a recipe would do, and every fault in it."""

from __future__ import annotations

import click

from metier.cli.options import json_option, planned, recipe_options


@click.command("plan", short_help="Show what a recipe would do; every fault at once.")
@recipe_options
@json_option
def command(recipe: str, sets: tuple[str, ...], as_json: bool, **overrides: str | None) -> None:
    """Check a recipe against what is installed, without writing anything, and show the plan.

    \b
    Examples:
      metier plan finance/sentiment
      metier plan my-recipe.yaml --set adapt.0.epochs=2 --json
    """
    from metier.discovery import discover
    from metier.plan import describe

    _, plan = planned(recipe, sets, overrides)
    if as_json:
        click.echo(plan.to_json())
        return
    for line in describe(plan, discover()):
        click.echo(line)
