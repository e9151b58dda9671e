"""The page of all components that this repository brings, with every option."""

from __future__ import annotations

import json
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

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
    return f"`{_named(field.annotation)}`".replace("|", "\\|")


def _named(kind: Any) -> str:
    """Return a type as people write it, without what is only noted on it."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin is Annotated:
        return _named(inner[0])
    if origin in (Union, UnionType):
        return " | ".join(map(_named, inner))
    if origin is Literal:
        return " | ".join(map(repr, inner))
    if origin is not None:
        return f"{origin.__name__}[{', '.join(map(_named, inner))}]"
    if kind is NoneType:
        return "None"
    return "..." if kind is Ellipsis else getattr(kind, "__name__", str(kind).replace("typing.", ""))


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    default = field.get_default(call_default_factory=True)
    return f"`{json.dumps(default, ensure_ascii=False, default=str)}`".replace("|", "\\|")


def _told(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
