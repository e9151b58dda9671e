"""The command `metier pipeline`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from metier.cli.options import json_option, offline_option

if TYPE_CHECKING:
    from metier.plan import Plan
    from metier.recipe import Recipe


@click.command("pipeline", short_help="Prepare a large corpus in many tasks, with datatrove.")
@offline_option
@click.argument("reference", metavar="RECIPE")
@click.option("--corpus", metavar="X", help="Unlabelled text of the industry: a file or a quoted glob.")
@click.option("--output", required=True, metavar="DIR", type=click.Path(path_type=Path), help="A folder of its own.")
@click.option("--tasks", type=click.IntRange(1), help="Pieces of the corpus; by default one a file, at most 100.")
@click.option("--workers", type=click.IntRange(1), help="Tasks at a time; by default one a processor.")
@click.option("--executor", type=click.Choice(("local", "slurm", "ray")), default="local", show_default=True)
@click.option("--cpus-per-task", type=click.IntRange(1), default=1, show_default=True, help="On Slurm and Ray.")
@click.option(
    "--memory-per-cpu", type=click.IntRange(1), default=2, show_default=True, metavar="GB", help="On Slurm and Ray."
)
@click.option("--slurm-partition", default="", metavar="NAME", help="Where Slurm runs the tasks.")
@click.option("--slurm-time", default="", metavar="HH:MM:SS", help="How long a task may take.")
@click.option("--slurm-qos", metavar="NAME", help="Slurm's quality of service.")
@click.option("--slurm-setup", metavar="COMMAND", help="Before each task; by default this environment is activated.")
@click.option("--resubmit", is_flag=True, help="Submit what a Slurm job that ended has left undone.")
@json_option
def command(
    reference: str,
    corpus: str | None,
    output: Path,
    tasks: int | None,
    as_json: bool,
    **options: Any,
) -> None:
    """Prepare the corpus of RECIPE in tasks that run at the same time, and write a recipe that goes on from there.

    Each task reads some of the corpus's files with the recipe's own data source and does the leading steps of
    `data.prepare` that look at one row at a time. The others, such as `deduplicate`, are left to the recipe in DIR.
    The same command goes on where it was stopped.

    \b
    Examples:
      metier pipeline my-recipe.yaml --output prepared --workers 8
      metier adapt prepared/recipe.yaml
      metier pipeline my-recipe.yaml --output prepared --executor slurm --slurm-partition cpu --slurm-time 04:00:00
    """
    from metier.cli import show
    from metier.discovery import discover
    from metier.files import write_json
    from metier.offline import is_offline
    from metier_datatrove import layout, recipe, running, showing
    from metier_datatrove.job import in_pieces, job_of
    from metier_datatrove.options import Options
    from metier_datatrove.report import report

    chosen = Options(**options)
    if chosen.executor == "slurm" and not (chosen.slurm_partition and chosen.slurm_time):
        raise click.UsageError("Slurm needs --slurm-partition and --slurm-time")
    loaded, plan = _planned(reference, corpus)
    refuse = (
        _refuses(click.get_current_context()) and chosen.executor != "ray"
    )  # Ray's own processes speak to each other
    job, files = job_of(plan, discover(), output, offline=is_offline(), refuse=refuse)
    count = layout.begin(job, files, tasks)
    if not as_json:
        showing.started(files, count, layout.pending(job.folder, count), chosen, job.folder)
    submitted = running.run(job, chosen, count)
    if submitted:
        click.echo(f"{submitted}; when they are done, give the same command again", err=True)
        return
    told, done = report(job, count), in_pieces(plan, discover())
    extends = recipe.extended(reference, output)
    written = recipe.write(output, job, plan, loaded, extends=extends, done=done)
    write_json(output / "report.json", told)
    if as_json:
        show.as_json({"recipe": str(written), "report": told})
    else:
        showing.finished(told, plan, done, written)


def _planned(reference: str, corpus: str | None) -> tuple[Recipe, Plan]:
    """Return the recipe and its plan; one without labelled rows is planned as `metier adapt` does.

    No model is fetched, so that one that is not on this machine is no hindrance.
    """
    from metier.discovery import discover
    from metier.plan import make_plan
    from metier.recipe import load_recipe

    overrides = {"corpus": corpus} if corpus else {}
    loaded = load_recipe(reference, overrides=overrides, registry=discover())
    data = loaded.tree.get("data")
    has_rows = isinstance(data, dict) and data.get("train") is not None
    return loaded, make_plan(loaded, discover(), adapts_only=not has_rows)


def _refuses(context: click.Context | None) -> bool:
    """Return whether `--offline` was given, to this command or to `metier`."""
    while context is not None:
        if context.get_parameter_source("offline") is ParameterSource.COMMANDLINE:
            return True
        context = context.parent
    return False
