"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from metier.pipeline.run import RunOptions
    from metier.plan import Plan
    from metier.recipe import Recipe

Command = TypeVar("Command", bound=Callable[..., Any])
OVERRIDES = ("model", "train", "validation", "test", "corpus")


def recipe_options(command: Command) -> Command:
    """Add RECIPE, its overrides and `--set` to a command; they arrive as `recipe`, `sets` and one name each."""
    texts = {
        "model": "Model: starter:minilm, a Hub id, or a folder.",
        "train": "Labelled rows to train on: a file, or a source's name.",
        "validation": "Labelled rows to watch the training with.",
        "test": "Labelled rows to judge the model by.",
        "corpus": "Unlabelled text of the industry: a file or a quoted glob.",
    }
    for name in reversed(OVERRIDES):
        command = click.option(f"--{name}", metavar="X", help=texts[name])(command)
    command = click.option(
        "--set", "sets", multiple=True, metavar="PATH=VALUE", help="Override any key: training.num_train_epochs=5."
    )(command)
    return click.argument("recipe", metavar="RECIPE")(offline_option(command))


def offline_option(command: Command) -> Command:
    """Add `--offline`, which takes effect as soon as it is read."""

    def refuse(context: click.Context, parameter: click.Parameter, value: bool) -> None:
        if value:
            from metier.offline import refuse_connections

            refuse_connections()

    option = click.option(
        "--offline",
        is_flag=True,
        expose_value=False,
        callback=refuse,
        help="Refuse every connection beyond this machine.",
    )
    return option(command)


def output_option(command: Command) -> Command:
    """Add `--output`, the folder of all runs."""
    return click.option(
        "--output",
        default="runs",
        show_default=True,
        metavar="DIR",
        help="Folder of all runs; they share finished stages.",
    )(command)


def resume_option(command: Command) -> Command:
    """Add `--resume`."""
    return click.option("--resume", is_flag=True, help="Go on with the latest unfinished run of the same plan.")(
        command
    )


def run_options(output: str, *, resume: bool) -> RunOptions:
    """Return how a run of the command line goes about: it says its folder, and shows progress on a terminal."""
    import sys
    from pathlib import Path

    from metier.offline import is_offline
    from metier.pipeline.run import RunOptions

    return RunOptions(
        root=Path(output),
        resume=resume,
        offline=is_offline(),
        progress=sys.stderr.isatty(),
        started=lambda run: click.echo(f"run {run.path}", err=True),
    )


def json_option(command: Command) -> Command:
    """Add `--json`, for machines."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON.")(command)


def planned(
    recipe: str, sets: tuple[str, ...], overrides: dict[str, str | None], *, adapts_only: bool = False
) -> tuple[Recipe, Plan]:
    """Return the recipe and its plan; raises `RecipeError` with every problem found."""
    from metier.discovery import discover
    from metier.offline import is_offline
    from metier.plan import make_plan
    from metier.recipe import load_recipe

    given = {name: value for name, value in overrides.items() if value is not None}
    loaded = load_recipe(recipe, sets=sets, overrides=given, registry=discover())
    return loaded, make_plan(loaded, discover(), offline=is_offline(), adapts_only=adapts_only)
