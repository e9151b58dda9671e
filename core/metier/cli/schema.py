"""`metier schema`: the JSON Schema of recipes, for editors."""

from __future__ import annotations

import click


@click.command("schema", short_help="Print the JSON Schema of recipes, for editors.")
def command() -> None:
    """Print the JSON Schema of recipes for what is installed; editors complete and check recipes with it.

    \b
    Example:
      metier schema > metier.schema.json
      # first line of a recipe:  # yaml-language-server: $schema=./metier.schema.json
    """
    from metier.cli import show
    from metier.discovery import discover
    from metier.schema import recipe_schema

    show.as_json(recipe_schema(discover()))
