"""The page of all recipe keys, from the JSON Schema that editors use."""

from __future__ import annotations

import json
from typing import Any

from _pages.components import options

INTRODUCTION = """# Recipe keys

A recipe is one YAML file. `metier schema > recipe.schema.json` writes the same, with everything that is installed, as a
JSON Schema, from which an editor completes: put `# yaml-language-server: $schema=recipe.schema.json` on its first line.
"""


def page() -> str:
    """Return the page."""
    from metier.discovery import discover
    from metier.schema import recipe_schema
    from metier.settings import TrainingSettings

    schema = recipe_schema(discover())
    data = _inside(schema["properties"]["data"])
    parts = [INTRODUCTION, _table("", schema["properties"])]
    parts += ["## data\n", _table("data.", data), "## data.split\n", _table("data.split.", _inside(data["split"]))]
    parts += ["## training\n", "Names are those of `transformers.TrainingArguments` where it has them.\n"]
    parts.append(options(TrainingSettings))
    return "\n".join(parts)


def _inside(value: dict[str, Any]) -> dict[str, Any]:
    """Return the keys of a mapping that a key takes, which may be one of several forms."""
    forms = [value, *value.get("anyOf", [])]
    return next(form["properties"] for form in forms if "properties" in form and "use" not in form["properties"])


def _table(prefix: str, keys: dict[str, Any]) -> str:
    rows = [f"| `{prefix}{name}` | {_default(key)} | {_meaning(key)} |" for name, key in keys.items()]
    return "\n".join(["| key | default | meaning |", "|---|---|---|", *rows, ""])


def _default(key: dict[str, Any]) -> str:
    return f"`{json.dumps(key['default'])}`" if key.get("default") not in (None, "") else ""


def _meaning(key: dict[str, Any]) -> str:
    return " ".join(key.get("description", "").split()).replace("|", "\\|")
