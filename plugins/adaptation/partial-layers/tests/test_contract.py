"""`partial-layers` keeps the contract of an adaptation method."""

from __future__ import annotations

from metier.testing import AdaptationMethodContract
from metier_partial_layers.partial_layers import PartialLayers


class TestPartialLayers(AdaptationMethodContract):
    """Counted from the top."""

    component = PartialLayers
    options = {"train": "top-1"}
    trains = ("bert.encoder.layer.1.*", "bert.pooler.*", "classifier.*")
