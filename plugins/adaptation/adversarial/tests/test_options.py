"""An attack has its own options and its own defaults; what it does not have is refused by name."""

from __future__ import annotations

import inspect
import json
from typing import Any, get_args

import pytest

from metier.components.describe import descriptions
from metier.plan.options import check_options
from metier_adversarial.adversarial import AdversarialConfig
from metier_adversarial.attacks import DEFAULTS, AttackName

every_attack = pytest.mark.parametrize("attack", DEFAULTS)


class Noted:
    """Problems, as planning notes them."""

    def __init__(self) -> None:
        self.said: list[tuple[Any, str, str]] = []

    def add(self, path: Any, message: str, hint: str) -> None:
        self.said.append((path, message, hint))


def test_every_attack_has_its_options_and_its_code() -> None:
    from metier_adversarial._attacks import ATTACKS

    assert get_args(AttackName) == tuple(DEFAULTS) == tuple(ATTACKS)
    for attack, step in ATTACKS.items():
        _, *options = inspect.signature(step).parameters
        assert options == list(DEFAULTS[attack]), attack


@every_attack
def test_options_not_given_are_the_attacks_own(attack: str) -> None:
    config = AdversarialConfig.model_validate({"attack": attack})
    assert config.chosen() == DEFAULTS[attack]
    dumped = config.model_dump()
    assert {name for name, value in dumped.items() if value is not None} == {"attack", *DEFAULTS[attack]}
    again = check_options(AdversarialConfig, json.loads(json.dumps(dumped)), path=(), problems=Noted())  # type: ignore[arg-type]
    assert again == config


@every_attack
def test_an_option_of_another_attack_is_refused_at_its_place(attack: str) -> None:
    given = {name: value for options in DEFAULTS.values() for name, value in options.items()}
    problems = Noted()
    check_options(AdversarialConfig, {"attack": attack, **given}, path=("adapt", 0), problems=problems)  # type: ignore[arg-type]
    strange = {name for name in given if name not in DEFAULTS[attack]}
    assert {path for path, _, _ in problems.said} == {("adapt", 0, name) for name in strange}
    assert all(message.startswith(f"the attack {attack} has no option '") for _, message, _ in problems.said)


def test_an_unknown_attack_is_one_problem_and_not_eleven() -> None:
    problems = Noted()
    check_options(AdversarialConfig, {"attack": "fgsm", "steps": 2}, path=(), problems=problems)  # type: ignore[arg-type]
    ((path, message, hint),) = problems.said
    assert path == ("attack",)
    assert message.startswith("must be 'fgm', 'pgd'")
    assert hint == "did you mean 'fgm'?"


def test_the_defaults_are_told_with_the_options() -> None:
    for name, text in descriptions(AdversarialConfig).items():
        if name == "attack":
            continue
        by_value: dict[Any, list[str]] = {}
        for attack, options in DEFAULTS.items():
            if name in options:
                by_value.setdefault(options[name], []).append(attack)
        told = "; ".join(f"{', '.join(attacks)} {str(value).lower()}" for value, attacks in by_value.items())
        assert " ".join(text.split()).endswith(f"Default: {told}."), name
