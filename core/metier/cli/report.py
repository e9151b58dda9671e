"""`metier report`: writes a run's report page anew."""

from __future__ import annotations

from pathlib import Path

import click


@click.command("report", short_help="Write a run's report page anew, and show its figures.")
@click.argument("run", type=click.Path(path_type=Path))
def command(run: Path) -> None:
    """Write report.html and the model card of a finished RUN again, from its files, and print the figures.

    \b
    Example:
      metier report runs/finance-sentiment/20260101T120000Z-1a2b3c4d
    """
    from metier.cli.run import show_run
    from metier.errors import RunError
    from metier.report import write_card, write_report
    from metier.run_directory import RunDirectory

    directory = RunDirectory.open(run)
    if not (directory.path / "evaluation" / "metrics.json").is_file():
        hint = "finish it with `metier run … --resume`"
        raise RunError("it has no figures yet", where=str(run), hint=hint)
    write_card(directory.path)
    write_report(directory.path)
    show_run(directory.path, as_json=False)
