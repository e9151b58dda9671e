"""The command `metier adapters predict`."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click


@click.group("adapters", short_help="Use several adapters on one base.")
def command() -> None:
    """Use adapters that runs kept (`keep: true`), several on one base that is loaded once."""


@command.command("predict")
@click.option("-a", "--adapter", "adapters", multiple=True, required=True, metavar="NAME=RUN", help="May be repeated.")
@click.option("--base", type=click.Path(path_type=Path), help="The base's folder, if it is not where it was.")
@click.argument("texts", nargs=-1)
def predict(adapters: tuple[str, ...], base: Path | None, texts: tuple[str, ...]) -> None:
    """Write one JSON line a text and adapter: what each adapter says of each text.

    Without texts each line of standard input is one.

    \b
    Example:
      metier adapters predict -a tone=runs/tone/LATEST -a topic=runs/topic/LATEST "Profit rose."
    """
    from metier_peft.adapters import load_adapters

    runs = dict(_pair(one) for one in adapters)
    loaded = load_adapters(runs, base=base)
    given = list(texts) or [line.rstrip("\n") for line in sys.stdin if line.strip()]
    answers = {name: loaded.predict(name, given) for name in runs}
    for i, text in enumerate(given):
        for name, predictions in answers.items():
            click.echo(json.dumps({"text": text, "adapter": name, **predictions[i]}, ensure_ascii=False))


def _pair(given: str) -> tuple[str, str]:
    name, sign, run = given.partition("=")
    if not (name and sign and run):
        raise click.BadParameter(f"{given!r} is not NAME=RUN", param_hint="--adapter")
    return name, run
