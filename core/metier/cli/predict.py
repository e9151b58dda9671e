"""`metier predict`: what a trained model says of texts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from metier.cli.options import offline_option
from metier.errors import DataError

if TYPE_CHECKING:
    from metier.api import Loaded

BATCH = 256
"""Texts read before the model is asked; memory stays bounded however long the input."""


@click.command("predict", short_help="Predict for texts, a file, or standard input.")
@offline_option
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("texts", nargs=-1)
@click.option(
    "--file", "path", type=click.Path(path_type=Path), help="Read texts from a file, as a recipe's source would."
)
@click.option(
    "--option", "options", multiple=True, metavar="NAME=VALUE", help="An option of what reads the file: unit=paragraph."
)
def command(model: Path, texts: tuple[str, ...], path: Path | None, options: tuple[str, ...]) -> None:
    """Write one JSON line a text: label, score, and probabilities by name. MODEL is a run or a model folder.

    Without texts or file, each line of standard input is a text; where the task reads more than that, a JSON object.
    What else a file tells of a row, such as the page that it stands on, is under `from`.

    \b
    Examples:
      metier predict runs/finance-sentiment/LATEST "Operating profit rose to EUR 13.1 mn."
      metier predict my-model --file headlines.csv > predictions.jsonl
      metier predict my-model --file contract.pdf --option unit=paragraph
      cat lines.txt | metier predict my-model
    """
    from metier import load

    if texts and path:
        raise click.UsageError("give texts or --file, not both; a file's name with blanks stands in quotes")
    if options and not path:
        raise click.UsageError("--option is of what reads --file")
    loaded = load(model)
    for batch in batches(inputs(loaded, texts, path, options)):
        for row, prediction in zip(batch, loaded.predict(batch), strict=True):
            place = {"from": row.pop("from")} if path and "from" in row else {}
            click.echo(json.dumps({**row, **prediction, **place}, ensure_ascii=False))


def inputs(
    loaded: Loaded, texts: tuple[str, ...], path: Path | None, options: tuple[str, ...]
) -> Iterator[dict[str, Any]]:
    """Yield what the task reads of each text or row of the arguments, the file, or standard input."""
    from metier.data.labelled import asked, input_of

    if texts:
        yield from (input_of(text, loaded.head) for text in texts)
    elif path:
        from metier.data.labelled import read_inputs
        from metier.discovery import discover
        from metier.files import temporary_folder

        with temporary_folder() as folder:
            chosen = dict(one.partition("=")[::2] for one in options)
            yield from read_inputs(path, loaded.head, discover(), folder, options=chosen)
    else:
        plain = len(asked(loaded.head)) == 1
        lines = (line.rstrip("\n") for line in sys.stdin if line.strip())
        given = (line if plain else _object(number, line) for number, line in enumerate(lines, start=1))
        yield from (input_of(one, loaded.head) for one in given)


def _object(number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        found = None
    if not isinstance(found, dict):
        hint = "this task reads more than a text: give a JSON object a line"
        raise DataError("this line is no JSON object", where=f"standard input:{number}", hint=hint)
    return found


def batches(rows: Iterator[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Yield the rows in lists of at most `BATCH`."""
    batch: list[dict[str, Any]] = []
    for row in rows:
        batch.append(row)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
