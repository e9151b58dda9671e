"""Reads model references: `starter:minilm`, a folder, or an id of the Hub."""

from __future__ import annotations

import re
from pathlib import Path

from metier.components import ModelSource
from metier.errors import MetierError, PluginError, RecipeError
from metier.plan.context import Planning
from metier.plan.paths import absolute, model_folder
from metier.registry import Registry
from metier.values import ModelInfo

HUB_ID = re.compile(r"[\w.-]+(/[\w.-]+)?(@[\w./-]+)?")


def split_reference(reference: str, registry: Registry, *, root: Path | None = None) -> tuple[str, str]:
    """Return the source's name and what it calls the model; a relative folder is taken from `root`, made absolute.

    `name:reference` names the source; a folder that exists, or what can only be a path, is of the source `local`; the
    rest is of `hub`. Raises `PluginError` for an unknown source, `RecipeError` for what is no reference at all.
    """
    folder = root if root is not None else Path.cwd()
    prefix, colon, rest = reference.partition(":")
    known = prefix.replace("_", "-") in {entry.name for entry in registry.entries_of(ModelSource)}
    if colon and known:
        name = registry.find(ModelSource, prefix).name
        return name, absolute(rest, folder) if name == "local" else rest
    path = model_folder(reference, folder)
    if path is not None:
        return "local", path
    if colon:
        registry.find(ModelSource, prefix)  # raises, with the nearest name
    if HUB_ID.fullmatch(reference):
        return "hub", reference
    hint = "write source:reference (starter:minilm), a folder, or a Hub id (owner/name)"
    raise RecipeError(f"'{reference}' is neither a folder nor a model's name", hint=hint)


def resolve_model(planning: Planning) -> tuple[str, ModelInfo | None] | None:
    """Return the plan's model as `source:reference`, and what is known of it; None with problems noted."""
    value, path = planning.value("model"), ("model",)
    if value is None:
        hint = "add `model: starter:minilm`, a folder or a Hub id, or give --model"
        planning.problems.add(path, "no model is named", hint)
        return None
    if not isinstance(value, str) or not value.strip():
        planning.problems.add(path, "must be a model's name", "write source:reference (starter:minilm) or a folder")
        return None
    try:
        source, reference = split_reference(value.strip(), planning.registry, root=planning.recipe.place(path).root)
        made = planning.registry.find(ModelSource, source).component()
        assert isinstance(made, ModelSource)
        info = made.describe(reference)
    except PluginError as error:
        planning.problems.take(path, error)
        return None
    except MetierError as error:
        planning.problems.take(path, error, hint="check the name; `metier models list` shows what there is")
        return None
    if info is None and planning.offline:
        message = f"{source}:{reference} is not on this machine, and nothing may be fetched offline"
        planning.problems.add(path, message, "leave out --offline once, or name a folder or a model that is here")
        return None
    return f"{source}:{reference}", info
