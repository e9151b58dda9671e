"""`metier new`: a plugin or a recipe to start from."""

from __future__ import annotations

from pathlib import Path

import click

KINDS = (
    "industry",
    "data-source",
    "transform",
    "model-source",
    "adaptation-method",
    "task-head",
    "optimizer",
    "strategy",
)


@click.group("new", short_help="Write a new plugin or recipe to start from.")
def command() -> None:
    """Write a new plugin or recipe to start from."""


@command.command("plugin")
@click.argument("kind", type=click.Choice(KINDS))
@click.argument("name")
@click.option("--output", type=click.Path(path_type=Path), default=Path(), help="Folder to write it into.")
def plugin(kind: str, name: str, output: Path) -> None:
    """Write the plugin metier-NAME with one component of KIND, whose contract tests pass.

    \b
    Example:
      metier new plugin industry shipping
      pip install -e metier-shipping && metier plugins check metier-shipping
    """
    from metier.scaffold import new_plugin

    folder = new_plugin(kind, name=name, directory=output)
    click.echo(f"wrote {folder}\nnext: pip install -e {folder} && metier plugins check {folder}")


@command.command("recipe")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--extends", "parent", metavar="RECIPE", help="Start from a recipe that is installed.")
def recipe(path: Path, parent: str | None) -> None:
    """Write a recipe with every key explained to PATH.

    \b
    Example:
      metier new recipe my-recipe.yaml --extends finance/sentiment
    """
    from metier.scaffold import new_recipe

    new_recipe(path, extends=parent)
    click.echo(f"wrote {path}\nnext: metier plan {path}")
