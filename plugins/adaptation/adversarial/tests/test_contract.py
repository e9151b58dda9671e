"""`adversarial` keeps the contract of an adaptation method."""

from __future__ import annotations

from metier.testing import AdaptationMethodContract
from metier_adversarial.adversarial import Adversarial


class TestAdversarial(AdaptationMethodContract):
    """With its defaults."""

    component = Adversarial
