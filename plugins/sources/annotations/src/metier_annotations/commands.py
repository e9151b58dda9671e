"""The commands `metier annotations convert` and `metier annotations propose`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from metier.cli.options import offline_option

if TYPE_CHECKING:
    from metier.api import Loaded
    from metier.components import ReadContext
    from metier_annotations.schemes import Scheme
    from metier_annotations.writing import Row, Target, Writer

Command = TypeVar("Command", bound=Callable[..., Any])


@click.group("annotations", short_help="Convert annotated text, or let a model annotate first.")
def command() -> None:
    """Convert annotated text from one tool to another, and let a model propose what people then correct."""


def format_options(command: Command) -> Command:
    """Add `--to` and what goes with it; they arrive as `to`, `scheme` and `plain`."""
    plain = "CoNLL: no comments with the texts as they were; spaces between words are then lost."
    command = click.option("--plain", is_flag=True, help=plain)(command)
    schemes = click.Choice(("iob1", "iob2", "bioes"))
    command = click.option("--scheme", type=schemes, default="iob2", show_default=True, help="CoNLL: the tags.")(
        command
    )
    formats = click.Choice(("conll", "doccano", "label-studio", "brat", "jsonl"))
    return click.option("--to", type=formats, required=True, help="The format to write.")(command)


@command.command("convert", short_help="Write annotated text in the format of another tool.")
@click.argument("source", metavar="IN")
@click.argument("target", metavar="OUT", type=click.Path(path_type=Path))
@format_options
@click.option("-o", "--option", "options", multiple=True, metavar="NAME=VALUE", help="An option of the source.")
def convert(source: str, target: Path, to: Target, options: tuple[str, ...], scheme: Scheme, plain: bool) -> None:
    """Read IN, a file or a quoted glob, as the source `annotations` does, and write it to OUT, for brat a folder.

    Every span is held to its text first. Texts and spans are written, relations and other fields are not.

    \b
    Examples:
      metier annotations convert train.conll train.json --to label-studio
      metier annotations convert "notes/*.ann" notes.conll --to conll --scheme bioes
      metier annotations convert eng.txt eng.jsonl --to jsonl -o column=3
    """
    from metier.components import ReadContext
    from metier_annotations.writing import Writer

    context, writer = ReadContext(offline=True), Writer(to, scheme=scheme, plain=plain)
    writer.write(_read(source, options, context), target)
    _say(writer, context.notes)


@command.command("propose", short_help="Let a model annotate texts, for people to correct.")
@offline_option
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("target", metavar="[OUT]", required=False, type=click.Path(path_type=Path))
@format_options
def propose(model: Path, source: Path, target: Path | None, to: Target, scheme: Scheme, plain: bool) -> None:
    """Write what MODEL, a run or a model folder, finds in the texts of FILE, to OUT or standard output.

    In Label Studio the spans are predictions, which a person accepts or corrects. The source `annotations` reads the
    export, and leaves out the tasks that nobody answered.

    \b
    Example:
      metier annotations propose runs/notes/LATEST new.txt new.json --to label-studio
    """
    from metier import load
    from metier_annotations.writing import Writer

    if to == "brat" and target is None:
        raise click.UsageError("brat's files need a folder: name OUT")
    loaded = load(model)
    writer = Writer(to, scheme=scheme, plain=plain, model=model.resolve().name)
    writer.labels.update(loaded.note["state"].get("labels", ()))  # people may give those that the model did not find
    if target is None:
        for part in writer.parts(_proposed(loaded, source)):
            click.echo(part, nl=False)
    else:
        writer.write(_proposed(loaded, source), target)
    _say(writer, ())


def _read(source: str, options: Sequence[str], context: ReadContext) -> Iterator[Row]:
    """Yield what the source reads; raises `DataError` for a span that is not in its text."""
    from pydantic import ValidationError

    from metier.data import spans
    from metier_annotations.annotations import Annotations
    from metier_annotations.writing import Row

    given = dict(one.partition("=")[::2] for one in options)
    try:
        reader = Annotations(Annotations.Config.model_validate({"path": source, **given}))
    except ValidationError as error:
        faults = "; ".join(f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors())
        raise click.BadParameter(faults, param_hint="--option") from error
    for where, values in reader.read(context):
        found = spans.read(values["spans"], "spans", where)
        spans.check(found, values["text"], "spans", where)
        yield Row(where, values["text"], found)


def _proposed(loaded: Loaded, source: Path) -> Iterator[Row]:
    """Yield what a model says of a file's texts; raises `DataError` where it says no spans."""
    from metier.cli.predict import batches
    from metier.data.labelled import read_inputs
    from metier.discovery import discover
    from metier.errors import DataError
    from metier.files import temporary_folder
    from metier_annotations.writing import Row

    number = 0
    with temporary_folder() as folder:
        inputs = (dict(one) for one in read_inputs(source, loaded.head, discover(), folder))
        for batch in batches(inputs):
            for row, prediction in zip(batch, loaded.predict(batch), strict=True):
                number += 1
                if "spans" not in prediction:
                    hint = "name a model that was trained for `token-classification`"
                    raise DataError(f"{loaded.head.name} says no spans", where=str(loaded.folder), hint=hint)
                kept = [{name: one[name] for name in ("start", "end", "label", "score")} for one in prediction["spans"]]
                yield Row(f"{source.name}: text {number}", row["text"], kept)


def _say(writer: Writer, notes: Sequence[str]) -> None:
    """Say on the error stream how it was read and what was lost, and what a project in Label Studio needs."""
    from metier_annotations.label_studio import interface

    lost = [f"{count} {remark}" for remark, count in sorted(writer.remarks.items()) if count]
    for line in (*notes, *lost):
        click.echo(line, err=True)
    if writer.to == "label-studio":
        click.echo(f"labelling interface: {interface(sorted(writer.labels))}", err=True)
