"""`metier evaluate`: a trained model on other labelled rows."""

from __future__ import annotations

from pathlib import Path

import click

from metier.cli.options import json_option, offline_option


@click.command("evaluate", short_help="Measure a trained model on labelled rows.")
@offline_option
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("rows", metavar="ROWS")
@click.option("--predictions", type=click.Path(path_type=Path), help="Keep the predictions in this parquet file.")
@json_option
def command(model: Path, rows: str, predictions: Path | None, as_json: bool) -> None:
    """Measure MODEL (a run, or a model folder) on the labelled file ROWS, with 95 % intervals.

    \b
    Example:
      metier evaluate runs/finance-sentiment/LATEST labelled.csv
    """
    from metier import load
    from metier.cli import show

    result = load(model).evaluate(rows, predictions=predictions)
    if as_json:
        show.as_json(result.to_json())
        return
    figures = result.to_json()
    show.table(
        ["figure", "value"],
        [[name, show.share(value, figures["intervals"].get(name))] for name, value in figures["metrics"].items()],
    )
    click.echo(f"{figures['rows']} rows")
