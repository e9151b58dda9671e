"""`metier recipes`: what installed industries can run as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import click

from metier.cli.options import json_option

if TYPE_CHECKING:
    from metier.components import Industry
    from metier.registry import Entry, Registry

COLUMNS = ("recipe", "task", "model", "rows", "minutes", "description")


@click.command("recipes", short_help="List the recipes that installed industries bring.")
@json_option
def command(as_json: bool) -> None:
    """List the recipes that can be run by name, with the rows of their samples and how many minutes a run of those
    takes: of processor time, with one seed.

    \b
    Examples:
      metier recipes
      metier run medical/diagnosis-chapter
    """
    from metier.cli import show
    from metier.components import Industry
    from metier.discovery import discover

    registry = discover()
    rows = [
        {"recipe": f"{entry.name}/{name}", **_facts(f"{entry.name}/{name}", registry), "from": str(entry.provider)}
        for entry in registry.entries_of(Industry)
        for name in sorted(_industry(entry).recipes())
    ]
    if as_json:
        show.as_json(rows)
    elif rows:
        show.table(COLUMNS, [[_cell(row.get(column)) for column in COLUMNS] for row in rows])
    else:
        click.echo(
            "no industry is installed: pip install 'metier[finance]' (or medical, legal, education, manufacturing)"
        )


def _industry(entry: Entry) -> Industry:
    return cast("Industry", entry.component())


def _facts(name: str, registry: Registry) -> dict[str, Any]:
    """Return what a recipe says of itself; of one that cannot be read, why. The others are shown all the same."""
    from metier.errors import RecipeError
    from metier.recipe import load_recipe

    try:
        tree = load_recipe(name, registry=registry).tree
    except RecipeError as error:
        return {"description": f"cannot be read: {str(error).splitlines()[0]}", "error": str(error)}
    task = tree.get("task")
    return {
        "task": task.get("use") if isinstance(task, dict) else task,
        "model": tree.get("model"),
        "rows": tree.get("sample_rows"),
        "minutes": tree.get("sample_minutes"),
        "description": tree.get("description"),
    }


def _cell(value: Any) -> str:
    return "-" if value is None else str(value)
