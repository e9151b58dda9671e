"""What a recipe's other methods say about whether one can act beside them; asked while planning."""

from __future__ import annotations

from collections.abc import Sequence

from metier.values import Use
from metier_partial_layers.choice import Choice, read

SCHEDULES = ("gradual-unfreezing", "lisa", "probe-then-tune")
"""Methods of this distribution that decide step by step what trains."""
ADAPTERS = "metier-peft"
"""The distribution whose methods freeze the pretrained weights and train new ones beside them."""
PERTURBING = "adversarial"
HARMLESS = ("r-drop",)
"""Its attacks that leave texts and embeddings alone."""


def other_schedule(others: Sequence[Use]) -> str | None:
    """Return why no second schedule of this kind can act, where there is one."""
    for use in others:
        if use.name in SCHEDULES:
            return f"{use.name} decides already, step by step, which parameters train"
    return None


def choices(others: Sequence[Use]) -> list[Choice]:
    """Return what each `partial-layers` of the recipe trains."""
    said = [use.options.get("train", "top-2") for use in others if use.name == "partial-layers"]
    return [read(one if isinstance(one, str) else tuple(one)) for one in said]


def has_adapters(others: Sequence[Use]) -> bool:
    """Return whether a method adds adapters."""
    return any(use.distribution == ADAPTERS for use in others)


def adapters_follow(others: Sequence[Use]) -> bool:
    """Return whether a method later in the recipe adds adapters; its own place is the one that `others` leave out."""
    own = next((i for i, use in enumerate(others) if use.path != f"adapt[{i}]"), len(others))
    return has_adapters(others[own:])


def perturbing(others: Sequence[Use]) -> str | None:
    """Return the name of a method that changes texts or embeddings inside a step, where there is one."""
    attacks = [use.options.get("attack", "fgm") for use in others if use.name == PERTURBING]
    return next((f"{PERTURBING} ({attack})" for attack in attacks if attack not in HARMLESS), None)
