"""Prints tables and figures: by rich on a terminal, plainly elsewhere, as JSON for machines."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from typing import Any

import click


def as_json(value: Any) -> None:
    """Print `value` as indented JSON."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    """Print a table to the output stream."""
    if sys.stdout.isatty():
        _rich(columns, rows, title)
        return
    if title:
        click.echo(title)
    widths = [max(len(str(cell)) for cell in column) for column in zip(columns, *rows, strict=True)]
    for row in [columns, *rows]:
        click.echo("  ".join(str(cell).ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _rich(columns: Sequence[str], rows: Sequence[Sequence[str]], title: str) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    made = Table(title=title or None, title_justify="left")
    for column in columns:
        made.add_column(column, overflow="fold")
    for row in rows:
        made.add_row(*(Text(str(cell)) for cell in row))
    Console().print(made)


def share(value: float | None, interval: Sequence[float] | None = None) -> str:
    """Return a figure as `.873 [.851, .894]`; an absent one as a dash."""
    if value is None:
        return "-"
    text = f"{value:.3f}"
    return f"{text} [{interval[0]:.3f}, {interval[1]:.3f}]" if interval else text


def spread(mean: float, half_width: float | None) -> str:
    """Return a figure over seeds as `.873 ± .012`; without a spread, where there was one seed."""
    return f"{mean:.3f}" if half_width is None else f"{mean:.3f} ± {half_width:.3f}"
