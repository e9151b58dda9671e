"""`metier predict`: what a trained model says of texts."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path

import click

from metier.cli.options import offline_option

BATCH = 256
"""Texts read before the model is asked; memory stays bounded however long the input."""


@click.command("predict", short_help="Predict for texts, a file, or standard input.")
@offline_option
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("texts", nargs=-1)
@click.option(
    "--file", "path", type=click.Path(path_type=Path), help="Read texts from a file, as a recipe's source would."
)
def command(model: Path, texts: tuple[str, ...], path: Path | None) -> None:
    """Write one JSON line a text: label, score, and probabilities by name. MODEL is a run or a model folder.

    Without texts or file, each line of standard input is a text.

    \b
    Examples:
      metier predict runs/finance-sentiment/LATEST "Operating profit rose to EUR 13.1 mn."
      metier predict my-model --file headlines.csv > predictions.jsonl
      cat lines.txt | metier predict my-model
    """
    from metier import load

    loaded = load(model)
    for batch in batches(given(texts, path)):
        for text, prediction in zip(batch, loaded.predict(batch), strict=True):
            click.echo(json.dumps({"text": text, **prediction}, ensure_ascii=False))


def given(texts: tuple[str, ...], path: Path | None) -> Iterator[str]:
    """Yield the texts of the arguments, the file, or standard input."""
    if texts and path:
        raise click.UsageError("give texts or --file, not both")
    if texts:
        yield from texts
    elif path:
        from metier.data.labelled import read_texts
        from metier.discovery import discover
        from metier.files import temporary_folder

        with temporary_folder() as folder:
            yield from read_texts(path, discover(), folder)
    else:
        yield from (line.rstrip("\n") for line in sys.stdin if line.strip())


def batches(texts: Iterator[str]) -> Iterator[list[str]]:
    """Yield the texts in lists of at most `BATCH`."""
    batch: list[str] = []
    for text in texts:
        batch.append(text)
        if len(batch) == BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
