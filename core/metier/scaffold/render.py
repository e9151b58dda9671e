"""Fills in the templates."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

TEMPLATES = Path(__file__).parent / "templates"
SUFFIX = ".jinja"


def render(template: str, values: Mapping[str, object]) -> str:
    """Return the text of `templates/<template>.jinja` with `values` filled in; an unknown name in it is an error."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False
    )
    return environment.get_template(f"{template}{SUFFIX}").render(**values)
