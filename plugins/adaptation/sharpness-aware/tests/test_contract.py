"""`sharpness-aware` keeps the contract of an adaptation method."""

from __future__ import annotations

from metier.testing import AdaptationMethodContract
from metier_sharpness_aware.sharpness_aware import SharpnessAware


class TestSharpnessAware(AdaptationMethodContract):
    """With its defaults."""

    component = SharpnessAware


class TestAdaptive(AdaptationMethodContract):
    """In proportion to each weight's size."""

    component = SharpnessAware
    options = {"adaptive": True}
