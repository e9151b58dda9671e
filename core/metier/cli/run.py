"""`metier run`: a recipe, end to end."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from metier.cli.options import json_option, output_option, planned, recipe_options, resume_option, run_options


@click.command("run", short_help="Run a recipe, end to end.")
@recipe_options
@output_option
@resume_option
@json_option
def command(
    recipe: str, sets: tuple[str, ...], output: str, resume: bool, as_json: bool, **overrides: str | None
) -> None:
    """Prepare the data, adapt the model, train the task, evaluate, and write model, card and report.

    \b
    Examples:
      metier run medical/diagnosis-chapter
      metier run finance/sentiment --train Sentences_50Agree.txt --corpus 'minutes/*.txt'
      metier run my-recipe.yaml --set training.num_train_epochs=5 --set seeds=3
      metier run my-recipe.yaml --resume
    """
    from metier.discovery import discover
    from metier.pipeline.run import run as run_plan
    from metier.recipe import to_yaml

    loaded, plan = planned(recipe, sets, overrides)
    options = run_options(output, resume=resume)
    finished = run_plan(plan, discover(), recipe=to_yaml(loaded.tree), options=options)
    show_run(finished.path, as_json=as_json)


def show_run(path: Path, *, as_json: bool) -> None:
    """Print what a finished run reached, beside what it had to beat."""
    from metier.cli import show
    from metier.files import read_json

    metrics = read_json(path / "evaluation" / "metrics.json")
    if as_json:
        show.as_json({"run": str(path), "report": str(path / "report.html"), "metrics": metrics})
        return
    rows = [_arm(arm) for arm in metrics["arms"]] + [_baseline(baseline) for baseline in metrics["baselines"]]
    names = sorted(
        {name for _, figures in rows for name in figures}, key=lambda name: (name != metrics["primary"], name)
    )[:4]
    cells = [[title, *(figures.get(name, "-") for name in names)] for title, figures in rows]
    show.table(["test", *names], cells)
    for comparison in metrics["comparisons"]:
        click.echo(_comparison(comparison))
    click.echo(f"report {path / 'report.html'}\nmodel  {path / 'model'}")


def _comparison(found: dict[str, Any]) -> str:
    low, high = found["interval"]
    difference = f"{found['difference']:+.3f} [{low:+.3f}, {high:+.3f}], p = {found['p']:.3f}"
    return f"{found['arm']} against {found['against']}: {found['metric']} {difference}"


def _arm(arm: dict[str, Any]) -> tuple[str, dict[str, str]]:
    from metier.cli.show import spread

    runs = arm["runs"]
    if len(runs) == 1:
        return arm["name"], _figures(runs[0]["splits"]["test"])
    summary = arm["summary"]["test"]
    figures = {name: spread(value["mean"], value.get("half_width")) for name, value in summary.items()}
    return f"{arm['name']} ({len(runs)} seeds)", figures


def _baseline(baseline: dict[str, Any]) -> tuple[str, dict[str, str]]:
    return baseline["name"], _figures(baseline["splits"]["test"])


def _figures(split: dict[str, Any]) -> dict[str, str]:
    from metier.cli.show import share

    return {name: share(value, split["intervals"].get(name)) for name, value in split["metrics"].items()}
