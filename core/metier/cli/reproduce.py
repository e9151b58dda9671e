"""`metier reproduce`: runs a plan again and compares."""

from __future__ import annotations

from pathlib import Path

import click

from metier.cli.options import json_option, offline_option


@click.command("reproduce", short_help="Run a finished run's plan again and compare digests.")
@offline_option
@click.argument("run", type=click.Path(path_type=Path))
@json_option
def command(run: Path, as_json: bool) -> None:
    """Run the plan of the finished RUN again, from nothing, and compare the two models byte for byte.

    \b
    Example:
      metier reproduce runs/finance-sentiment/20260101T120000Z-1a2b3c4d
    """
    import dataclasses

    from metier.cli import show
    from metier.discovery import discover
    from metier.errors import RunError
    from metier.offline import is_offline
    from metier.pipeline.reproduce import reproduce
    from metier.pipeline.run import RunOptions

    found = reproduce(run, discover(), options=RunOptions(offline=is_offline()))
    if as_json:
        show.as_json({**dataclasses.asdict(found), "same": found.same})
    else:
        click.echo(f"model {found.expected}\nagain {found.found}")
        for difference in found.differences:
            click.echo(f"differs: {difference}")
    if not found.same:
        hint = "the packages and facts listed above differ" if found.differences else "the machine's kernels may differ"
        raise RunError("the plan gave another model this time", where=str(run), hint=hint)
    if not as_json:
        click.echo("the same model, byte for byte")
