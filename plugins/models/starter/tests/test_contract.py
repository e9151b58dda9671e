"""`starter` keeps the contract of a model source."""

from __future__ import annotations

from typing import ClassVar

from metier.testing import ModelSourceContract
from metier_starter.starter import Starter


class TestStarter(ModelSourceContract):
    """The small encoder, found in its wheel."""

    component = Starter
    reference: ClassVar[str | None] = "minilm"
