"""`metier models`: which models the installed sources offer."""

from __future__ import annotations

import click

from metier.cli.options import json_option


@click.group("models", short_help="List the models that sources offer.")
def command() -> None:
    """Find models."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List the models that installed sources know by name; any Hub id or model folder serves as well.

    \b
    Example:
      metier models list
    """
    import dataclasses

    from metier.cli import show
    from metier.components import ModelSource
    from metier.discovery import discover

    offers = []
    for entry in discover().entries_of(ModelSource):
        source = entry.component()
        assert isinstance(source, ModelSource)
        offers += [(f"{entry.name}:{offer.reference}", offer) for offer in source.offers()]
    if as_json:
        show.as_json([{**dataclasses.asdict(offer), "reference": name} for name, offer in offers])
        return
    rows = [
        [
            name,
            f"{offer.parameters / 1e6:.0f}M" if offer.parameters else "-",
            ", ".join(offer.languages),
            offer.licence,
            "yes" if offer.available else "fetched when first used",
            offer.summary,
        ]
        for name, offer in offers
    ]
    show.table(["model", "size", "languages", "licence", "here", "summary"], rows)
    click.echo("also: any folder written by save_pretrained, and any id of the Hugging Face Hub (owner/name)")
