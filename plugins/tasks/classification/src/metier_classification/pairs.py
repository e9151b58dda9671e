"""The task head `pair-classification`: what one text is to another: follows from it, answers it, means the same."""

from __future__ import annotations

from typing import ClassVar

from metier.columns import FIRST, SECOND
from metier.values import Column
from metier_classification.classification import ONE, TextClassification


class PairClassification(TextClassification):
    """Gives two texts, read together, one label, or several."""

    name: ClassVar[str] = "pair-classification"
    columns: ClassVar[tuple[Column, ...]] = (FIRST, SECOND, ONE)
    pair: ClassVar[str | None] = SECOND.name
