"""What `metier pipeline` prints: what it begins, what was done, and how to go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import click

from metier.columns import CORPUS_SPLIT
from metier.plan import Plan
from metier_datatrove import layout
from metier_datatrove.files import File
from metier_datatrove.options import Options

NOTES = 5
"""How many notes are printed; all are in the report."""


def started(files: Sequence[File], tasks: int, pending: int, options: Options, folder: Path) -> None:
    """Say on the error stream what there is to do."""
    size = sum(file.size for file in files) / 1e6
    done = f", {tasks - pending} of them done already" if pending < tasks else ""
    click.echo(f"{_number(len(files), 'file')}, {size:,.1f} MB, in {_number(tasks, 'task')}{done}", err=True)
    if pending and options.executor == "local":
        click.echo(f"{options.workers_for(tasks)} at a time; logs are in {layout.logs(folder)}", err=True)


def finished(told: Mapping[str, Any], plan: Plan, done: Sequence[int], recipe: Path) -> None:
    """Print what all tasks did together, what is left, and how to go on."""
    for line in _lines(told, plan, done):
        click.echo(line)
    written = told["written"]
    where = recipe.parent / "corpus"
    click.echo(f"wrote {written['rows']:,} rows in {_number(written['files'], 'file')}: {where}/*.jsonl.gz")
    verb = "run" if "train" in plan.sources else "adapt"
    click.echo(f"go on with: metier {verb} {recipe}")


def _lines(told: Mapping[str, Any], plan: Plan, done: Sequence[int]) -> Iterator[str]:
    source = told["sources"][CORPUS_SPLIT]
    yield f"{source['source']}: {source['rows']:,} rows of {_number(source['files'], 'file')}"
    yield from (f"  {note}" for note in source["notes"][:NOTES])
    if len(source["notes"]) > NOTES:
        yield f"  … {len(source['notes']) - NOTES} more in report.json"
    yield from _counts("left out", source["dropped"])
    for step in told["transforms"]:
        yield f"{step['transform']}: {step['rows_in']:,} rows in, {step['rows_out']:,} out"
        yield from _counts("changed", step["changed"])
        yield from _counts("left out", step["dropped"])
    left = [use.name for number, use in enumerate(plan.prepare) if number not in done]
    if left:
        yield f"left to the recipe: {', '.join(left)}"
    if done and "train" in plan.sources:
        names = ", ".join(plan.prepare[number].name for number in done)
        yield f"left to the recipe, for labelled rows alone: {names}"


def _counts(verb: str, changes: Mapping[str, Any]) -> Iterator[str]:
    yield from (f"  {change['count']:,} {verb}: {reason}" for reason, change in changes.items())


def _number(count: int, noun: str) -> str:
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
