"""The transform keeps the contract, in both modes."""

from __future__ import annotations

from metier.testing import TransformContract
from metier_redact.redact import Redact


class TestPlaceholders(TransformContract):
    component = Redact


class TestSurrogates(TransformContract):
    component = Redact
    options = {"mode": "surrogate", "leave": ["URL"], "patterns": {"PERIOD": r"year that ended in (?P<value>\w+)"}}
