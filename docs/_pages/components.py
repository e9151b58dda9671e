"""The page of all components that this repository brings, with every option."""

from __future__ import annotations

import json
from typing import Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

INTRODUCTION = """# Components and options

Everything that a recipe can name with `use:`, by kind. `metier plugins info NAME` prints the same for what
is installed.
"""


def page() -> str:
    """Return the page."""
    from metier.components import KINDS
    from metier.discovery import discover

    registry = discover()
    assert not registry.failures, [str(failure) for failure in registry.failures]
    parts = [INTRODUCTION]
    for kind in KINDS.values():
        entries = registry.entries_of(kind)
        if entries:
            title = kind.kind.capitalize()
            parts.append(f"## {title}\n")
        for entry in entries:
            parts.append(f"### {entry.name}\n\n{entry.component.summary()} From `{entry.provider.distribution}`.\n")
            parts.append(options(entry.component.Config))
    return "\n".join(parts)


def options(config: type[BaseModel]) -> str:
    """Return the table of a configuration's options."""
    from metier.components.describe import descriptions

    if not config.model_fields:
        return "No options.\n"
    meanings = descriptions(config)
    rows = [
        f"| `{name}` | {_type(field)} | {_default(field)} | {_told(meanings.get(name, ''))} |"
        for name, field in config.model_fields.items()
    ]
    return "\n".join(["| option | type | default | meaning |", "|---|---|---|---|", *rows, ""])


def _type(field: FieldInfo) -> str:
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{value}`" for value in get_args(field.annotation))
    plain = isinstance(field.annotation, type) and get_origin(field.annotation) is None
    text = field.annotation.__name__ if plain else str(field.annotation).replace("typing.", "")
    return f"`{text}`".replace("|", "\\|")


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    return f"`{json.dumps(default, ensure_ascii=False, default=str)}`".replace("|", "\\|")


def _told(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
