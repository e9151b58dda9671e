"""Every method of the distribution keeps the contract of an adaptation method."""

from __future__ import annotations

from metier.testing import AdaptationMethodContract
from metier_partial_layers.gradual_unfreezing import GradualUnfreezing
from metier_partial_layers.layer_decay import LayerDecay
from metier_partial_layers.lisa import Lisa
from metier_partial_layers.mixout import Mixout
from metier_partial_layers.partial_layers import PartialLayers
from metier_partial_layers.probe_then_tune import ProbeThenTune
from metier_partial_layers.reinitialisation import Reinitialisation

HEAD = ("bert.pooler.*", "classifier.*")


class TestPartialLayers(AdaptationMethodContract):
    """Counted from the top."""

    component = PartialLayers
    options = {"train": "top-1"}
    trains = ("bert.encoder.layer.1.*", *HEAD)


class TestPartialLayersByTheData(AdaptationMethodContract):
    """Chosen by gradients."""

    component = PartialLayers
    options = {"train": "auto-1"}


class TestLayerDecay(AdaptationMethodContract):
    """ULMFiT's factor."""

    component = LayerDecay
    options = {"factor": 0.385}
    trains = ("*",)


class TestGradualUnfreezing(AdaptationMethodContract):
    """At its beginning."""

    component = GradualUnfreezing
    trains = ("*",)


class TestProbeThenTune(AdaptationMethodContract):
    """At its beginning."""

    component = ProbeThenTune
    trains = ("*",)


class TestLisa(AdaptationMethodContract):
    """One of two layers."""

    component = Lisa
    options = {"layers": 1}
    trains = ("*",)


class TestMixout(AdaptationMethodContract):
    """By the paper."""

    component = Mixout
    trains = ("*",)


class TestReinitialisation(AdaptationMethodContract):
    """One layer of two."""

    component = Reinitialisation
    trains = ("*",)
