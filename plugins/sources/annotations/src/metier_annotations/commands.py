"""The commands `metier annotations convert` and `metier annotations propose`."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from metier.cli.options import offline_option

if TYPE_CHECKING:
    from metier.components import ReadContext
    from metier_annotations.annotations import Annotations
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
@click.option(
    "--proposed-by", "model", default="", metavar="NAME", help="Label Studio: who proposes it, to be corrected."
)
def convert(
    source: str, target: Path, to: Target, options: tuple[str, ...], model: str, scheme: Scheme, plain: bool
) -> None:
    """Read IN, a file or a quoted glob, as the source `annotations` does, and write it to OUT, for brat a folder.

    Every span is held to its text first. Texts, spans and labels are written, relations and other fields are not. With
    --proposed-by they are predictions in Label Studio, which a person accepts or corrects.

    \b
    Examples:
      metier annotations convert train.conll train.json --to label-studio
      metier annotations convert "notes/*.ann" notes.conll --to conll --scheme bioes
      metier annotations convert eng.txt eng.jsonl --to jsonl -o column=3
      metier annotations convert labelled.jsonl tasks.json --to label-studio -o annotation=label --proposed-by rules
    """
    from metier.components import ReadContext
    from metier_annotations.writing import Writer

    if model and to != "label-studio":
        raise click.BadParameter("only label-studio tells proposals from answers", param_hint="--proposed-by")
    context, reader = ReadContext(offline=True), _reader(source, options)
    writer = Writer(to, scheme=scheme, plain=plain, model=model, annotation=reader.config.annotation)
    writer.write(_read(reader, context), target)
    _say(writer, context.notes)


@command.command("propose", short_help="Let a model annotate texts, for people to correct.")
@offline_option
@click.argument("model", type=click.Path(path_type=Path))
@click.argument("source", metavar="FILE", type=click.Path(path_type=Path))
@click.argument("target", metavar="[OUT]", required=False, type=click.Path(path_type=Path))
@format_options
def propose(model: Path, source: Path, target: Path | None, to: Target, scheme: Scheme, plain: bool) -> None:
    """Write what MODEL, a run or a model folder, says of the texts of FILE, to OUT or standard output: spans or labels.

    In Label Studio they are predictions, which a person accepts or corrects. The source `annotations` reads the
    export, and leaves out the tasks that nobody answered.

    \b
    Example:
      metier annotations propose runs/notes/LATEST new.txt new.json --to label-studio
    """
    from metier import load
    from metier_annotations.proposing import annotation_of, proposed
    from metier_annotations.writing import Writer

    if to == "brat" and target is None:
        raise click.UsageError("brat's files need a folder: name OUT")
    loaded = load(model)
    annotation = annotation_of(loaded)
    writer = Writer(to, scheme=scheme, plain=plain, model=model.resolve().name, annotation=annotation)
    writer.labels.update(loaded.note["state"].get("labels", ()))  # people may give those that the model did not find
    if target is None:
        for part in writer.parts(proposed(loaded, source)):
            click.echo(part, nl=False)
    else:
        writer.write(proposed(loaded, source), target)
    _say(writer, ())


def _reader(source: str, options: Sequence[str]) -> Annotations:
    """Return the source with its options; raises `BadParameter` where one is wrong."""
    from pydantic import ValidationError

    from metier.plan import faults
    from metier_annotations.annotations import Annotations

    given = dict(one.partition("=")[::2] for one in options)
    try:
        return Annotations(Annotations.Config.model_validate({"path": source, **given}))
    except ValidationError as error:
        raise click.BadParameter(faults(error), param_hint="--option") from error


def _read(reader: Annotations, context: ReadContext) -> Iterator[Row]:
    """Yield what the source reads; raises `DataError` for a span that is not in its text."""
    from metier.data import spans
    from metier_annotations.writing import Row

    for where, text, given in reader.given(context):
        if reader.config.annotation == "spans":
            found = spans.read(given, "spans", where)
            spans.check(found, text, "spans", where)
            yield Row(where, text, found)
        else:
            yield Row(where, text, (), given)


def _say(writer: Writer, notes: Sequence[str]) -> None:
    """Say on the error stream how it was read and what was lost, and what a project in Label Studio needs."""
    from metier_annotations.label_studio import interface

    lost = [f"{count} {remark}" for remark, count in sorted(writer.remarks.items()) if count]
    for line in (*notes, *lost):
        click.echo(line, err=True)
    if writer.to == "label-studio":
        click.echo(f"labelling interface: {interface(sorted(writer.labels), writer.annotation)}", err=True)
