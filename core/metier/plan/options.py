"""Checks options against a pydantic model, and says in the recipe's words what pydantic finds wrong."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from metier.components.describe import descriptions
from metier.plan.problems import Problems
from metier.recipe import Path
from metier.recipe.near import did_you_mean, near
from metier.registry import Entry

Options = TypeVar("Options", bound=BaseModel)

MESSAGES = {
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "float_type": "must be a number",
    "bool_type": "must be true or false",
    "string_type": "must be text",
    "list_type": "must be a list",
    "tuple_type": "must be a list",
    "set_type": "must be a list",
    "dict_type": "must be a mapping of keys to values",
    "model_type": "must be a mapping of options",
    "none_required": "must be empty",
    "greater_than": "must be greater than {gt}",
    "greater_than_equal": "must be {ge} or more",
    "less_than": "must be less than {lt}",
    "less_than_equal": "must be {le} or less",
    "literal_error": "must be {expected}",
    "enum": "must be {expected}",
    "too_short": "must have {min_length} entries or more",
    "too_long": "must have {max_length} entries or fewer",
    "string_too_short": "must have {min_length} characters or more",
    "string_too_long": "must have {max_length} characters or fewer",
    "string_pattern_mismatch": "must match {pattern}",
}
"""What to say by pydantic's type of error; anything else is said in pydantic's or the validator's own words."""


def check_options(
    model: type[Options], values: Mapping[str, Any], *, path: Path, problems: Problems, entry: Entry | None = None
) -> Options | None:
    """Return `values` as a `model`, or None with problems noted at their places under `path`.

    Nothing is converted: `true` is no number, and `"3"` no whole number. `entry` says which component's options they
    are, where they are one's.
    """
    try:
        text = json.dumps(values, allow_nan=False)
        return model.model_validate_json(text, strict=True)
    except ValidationError as error:
        by_path: dict[Path, list[ErrorDetails]] = {}
        for detail in error.errors(include_url=False):
            by_path.setdefault(_where(detail, values), []).append(detail)
        for inner, details in by_path.items():
            message, hint = _say(model, inner, details, entry)
            problems.add((*path, *inner), message, hint)
        return None


def faults(error: ValidationError) -> str:
    """Return in a line what is wrong with options that come from no recipe, each with the option's name."""
    return "; ".join(": ".join((*map(str, one["loc"]), one["msg"])) for one in error.errors())


def option_names(model: type[BaseModel]) -> list[str]:
    """Return the options of `model` as recipes write them."""
    return [field.alias or name for name, field in model.model_fields.items()]


def _where(detail: ErrorDetails, values: Any) -> Path:
    """Return pydantic's location as far as it is one of the recipe; what follows names members of unions."""
    steps: list[str | int] = []
    current = values
    for step in detail["loc"]:
        inside = isinstance(current, dict) and step in current
        if not inside and not (isinstance(current, list) and isinstance(step, int) and step < len(current)):
            if detail["type"] == "missing" and step == detail["loc"][-1]:
                steps.append(step)
            break
        current = current[step]
        steps.append(step)
    return tuple(steps)


def _say(model: type[BaseModel], inner: Path, details: list[ErrorDetails], entry: Entry | None) -> tuple[str, str]:
    """Return message and hint for everything wrong at one place; several are members of a union."""
    first = details[0]
    name = str(inner[-1]) if inner else ""
    help_text = _help(model, inner)
    if first["type"] == "extra_forbidden":
        names = option_names(_model_at(model, inner[:-1]) or model)
        if entry is None:
            return f"unknown key '{name}'", did_you_mean(name, names)
        return f"{entry.name} has no option '{name}'", did_you_mean(
            name, names, of=f"from {entry.provider.distribution}"
        )
    if first["type"] == "missing":
        return f"the option '{name}' is missing", help_text or f"add {name}:"
    wants = " or ".join(dict.fromkeys(_wants(detail) for detail in details))
    if first["type"] in {"literal_error", "enum"} and isinstance(first["input"], str):
        allowed = first.get("ctx", {}).get("expected", "").replace("'", "").replace(" or ", ", ").split(", ")
        close = near(first["input"], allowed)
        if close:
            return f"{wants}, not {shown(first['input'])}", f"did you mean '{close}'?"
    if first["type"] == "value_error":
        return wants, help_text or "change this value"
    return f"{wants}, not {shown(first['input'])}", help_text or "change this value"


def _wants(detail: ErrorDetails) -> str:
    context: dict[str, Any] = detail.get("ctx", {})
    if detail["type"] == "value_error":
        return str(context.get("error", detail["msg"]))
    text = MESSAGES.get(detail["type"])
    return text.format(**context) if text else detail["msg"][:1].lower() + detail["msg"][1:]


def shown(value: Any) -> str:
    """Return `value` as it stands in a recipe, short."""
    if isinstance(value, str):
        return f"the text '{value[:60]}'"
    if isinstance(value, dict | list):
        return "a mapping" if isinstance(value, dict) else "a list"
    return json.dumps(value)


def _model_at(model: type[BaseModel], inner: Path) -> type[BaseModel] | None:
    """Return the model of the options at `inner`, where options have options of their own."""
    for step in inner:
        field = model.model_fields.get(str(step))
        if field is None or not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)):
            return None
        model = field.annotation
    return model


def _help(model: type[BaseModel], inner: Path) -> str:
    """Return what the option at `inner` is for, with its default."""
    names = [step for step in inner if isinstance(step, str)]
    owner = _model_at(model, tuple(names[:-1])) if names else None
    field = owner.model_fields.get(names[-1]) if owner else None
    text = " ".join(descriptions(owner).get(names[-1], "").split()) if owner else ""
    if field is None or not text:
        return ""
    default = (
        "" if field.is_required() or field.default is None else f" (default {json.dumps(field.default, default=str)})"
    )
    return f"{names[-1]}: {text}{default}"
