"""Registers the adaptation methods and the strategy."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import AdaptationMethod, Strategy


@hookimpl
def provide_adaptation_methods() -> Sequence[type[AdaptationMethod]]:
    """Return the methods."""
    from metier_adversarial.adversarial import Adversarial
    from metier_adversarial.domain_adversarial import DomainAdversarial
    from metier_adversarial.lexical_substitution import LexicalSubstitution

    return [Adversarial, DomainAdversarial, LexicalSubstitution]


@hookimpl
def provide_strategies() -> Sequence[type[Strategy]]:
    """Return the strategy."""
    from metier_adversarial.robustness import Robustness

    return [Robustness]
