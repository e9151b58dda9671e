"""`metier adapt`: a recipe up to the adapted model."""

from __future__ import annotations

from pathlib import Path

import click

from metier.cli.options import json_option, output_option, planned, recipe_options, resume_option, run_options


@click.command("adapt", short_help="Adapt a model to an industry's text, without a task.")
@recipe_options
@output_option
@resume_option
@json_option
def command(
    recipe: str, sets: tuple[str, ...], output: str, resume: bool, as_json: bool, **overrides: str | None
) -> None:
    """Run a recipe's adaptations that train on text, and stop there: the model is the product.

    A corpus is enough; labelled rows and a task are used where the recipe has them (their texts may be adapted to).
    The model loads with transformers' from_pretrained, and other runs start from it.

    \b
    Examples:
      metier adapt finance/sentiment --corpus 'minutes/*.txt'
      metier run finance/sentiment --model runs/finance-sentiment-adapted/LATEST/model
    """
    from metier.discovery import discover
    from metier.pipeline.adaptation import adapt
    from metier.recipe import to_yaml

    loaded, plan = planned(recipe, sets, overrides, adapts_only=True)
    options = run_options(output, resume=resume)
    show_adapted(adapt(plan, discover(), recipe=to_yaml(loaded.tree), options=options).path, as_json=as_json)


def show_adapted(path: Path, *, as_json: bool) -> None:
    """Print what the adaptations measured, and where the model is."""
    from metier.cli import show
    from metier.report import adaptations

    found = adaptations(path)
    if as_json:
        figures = [{"method": method, "figures": told} for method, told in found]
        show.as_json({"run": str(path), "model": str(path / "model"), "adaptations": figures})
        return
    for method, told in found:
        numbers = [(name, value) for name, value in told.items() if isinstance(value, int | float)]
        show.table([method, ""], [[name.replace("_", " "), f"{value:,.4g}"] for name, value in numbers])
    click.echo(f"model  {path / 'model'}")
