"""`metier recipes`: what installed industries can run as it is."""

from __future__ import annotations

import click

from metier.cli.options import json_option


@click.command("recipes", short_help="List the recipes that installed industries bring.")
@json_option
def command(as_json: bool) -> None:
    """List the recipes that can be run by name.

    \b
    Examples:
      metier recipes
      metier run medical/diagnosis-chapter
    """
    from metier.cli import show
    from metier.components import Industry
    from metier.discovery import discover
    from metier.recipe import load_recipe

    registry, rows = discover(), []
    for entry in registry.entries_of(Industry):
        industry = entry.component()
        assert isinstance(industry, Industry)
        for name in sorted(industry.recipes()):
            tree = load_recipe(f"{entry.name}/{name}", registry=registry).tree
            task = tree.get("task", "")
            rows.append(
                {
                    "recipe": f"{entry.name}/{name}",
                    "task": task.get("use", "") if isinstance(task, dict) else task,
                    "model": tree.get("model", ""),
                    "description": tree.get("description", ""),
                    "from": entry.provider.distribution,
                }
            )
    if as_json:
        show.as_json(rows)
    elif rows:
        show.table(list(rows[0]), [[str(cell) for cell in row.values()] for row in rows])
    else:
        click.echo(
            "no industry is installed: pip install 'metier[finance]' (or medical, legal, education, manufacturing)"
        )
