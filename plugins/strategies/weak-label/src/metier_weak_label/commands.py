"""The command `metier weak-label`: what the functions of a recipe say of its corpus, before anything is trained."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from metier.cli.options import planned, recipe_options

if TYPE_CHECKING:
    from metier.plan import Plan
    from metier_weak_label._labelling import Labelled


@click.command("weak-label", short_help="Label a recipe's corpus by its functions, before training.")
@recipe_options
@click.option("--out", type=click.Path(path_type=Path), metavar="FILE", help="Write the labelled texts as JSON lines.")
@click.option("--column", default="label", show_default=True, help="What FILE calls the label.")
def command(recipe: str, sets: tuple[str, ...], out: Path | None, column: str, **overrides: str | None) -> None:
    """Print how much each labelling function of RECIPE says of the corpus, and how often it is right.

    With --out the labelled texts are written, each with its label and score: for `metier annotations convert`, so that
    people correct them.

    \b
    Examples:
      metier weak-label notes.yaml
      metier weak-label notes.yaml --out labelled.jsonl
    """
    from metier.cli import show
    from metier_weak_label._summary import COLUMNS

    if column in {"id", "text", "score"}:
        raise click.BadParameter(f"'{column}' is a column of the file already", param_hint="--column")
    labelled = _labelled(planned(recipe, sets, overrides)[1])
    if out is not None:
        _write(labelled, out, column)
    for line in labelled.lines():
        click.echo(line)
    show.table(COLUMNS, [function.cells() for function in labelled.functions])


def _labelled(plan: Plan) -> Labelled:
    """Return what the plan's functions label of its corpus; raises `RecipeError` where it has none."""
    from metier.components import Industry, Strategy
    from metier.data.prepare import prepare
    from metier.discovery import discover
    from metier.errors import RecipeError
    from metier.files import temporary_folder
    from metier.offline import is_offline
    from metier.pipeline.preparation import fetch_model
    from metier_weak_label._labelling import label_corpus
    from metier_weak_label.weak_label import WeakLabel

    use = next((use for use in plan.improve if use.name == WeakLabel.name), None)
    if use is None or plan.task is None:
        hint = "add `improve: [{use: weak-label, functions: […]}]`"
        raise RecipeError("the recipe has no weak-label", where="improve", hint=hint)
    registry = discover()
    strategy = registry.create(Strategy, use)
    assert isinstance(strategy, WeakLabel)
    industry = registry.create(Industry, plan.industry) if plan.industry else None
    model = fetch_model(plan.model, registry, offline=is_offline())
    with temporary_folder() as folder:
        prepared = prepare(plan, registry, folder, offline=is_offline(), tokenizer_path=model.path)
        return label_corpus(prepared.datasets, plan.task, prepared.state["labels"], strategy.config, industry)


def _write(labelled: Labelled, out: Path, column: str) -> None:
    """Write a line a text, whole or not at all; raises `DataError` where the file is there already."""
    import json

    from metier.errors import DataError
    from metier.files import write_text

    if out.exists():
        raise DataError("it is there already", where=str(out), hint="name another, or remove it")
    rows = (
        {"id": row["id"], "text": row["text"], column: row["label"], "score": row["score"]} for row in labelled.rows
    )
    write_text(out, "".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows))
