"""The components of `metier-adversarial` keep their contracts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

from metier.components import Industry, MethodContext
from metier.testing import AdaptationMethodContract
from metier.testing.models import build_model
from metier.testing.trial import Trial
from metier.values import Term
from metier_adversarial.adversarial import Adversarial
from metier_adversarial.domain_adversarial import DomainAdversarial
from metier_adversarial.lexical_substitution import LexicalSubstitution


class TestAdversarial(AdaptationMethodContract):
    """With its defaults: an attack that adds gradients on the way."""

    component = Adversarial


class TestSmart(AdaptationMethodContract):
    """With an attack that compares answers, and keeps something in the model."""

    component = Adversarial
    options = {"attack": "smart"}


class Trade(Industry):
    """A trade that has other words for some of the kit's."""

    name: ClassVar[str] = "trade"

    def lexicon(self) -> Sequence[Term]:
        return (
            Term("profit", "figure", ("strong sales", "demand")),
            Term("company", "subject", ("board", "market", "new plant")),
            Term("quarter", "time", ("year",)),
        )


@dataclass(frozen=True)
class TrialInTrade(Trial):
    """The kit's trial, in that trade."""

    def context(self, *, pretraining: bool = False) -> MethodContext:
        return replace(super().context(pretraining=pretraining), industry=Trade())


class TestLexicalSubstitution(AdaptationMethodContract):
    """With every synonym of a small trade."""

    component = LexicalSubstitution
    options = {"hold_out": False, "rate": 1.0}

    def trial(self, model_type: str, folder: Path) -> Trial:
        return self._trial_on(build_model(model_type, folder / model_type), folder, TrialInTrade)


class TestDomainAdversarial(AdaptationMethodContract):
    """With its defaults."""

    component = DomainAdversarial
