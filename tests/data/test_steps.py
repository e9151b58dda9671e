"""What transforms are told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

import pytest
from datasets import Dataset

from metier.components import Component, Industry, Transform, TransformContext
from metier.data import steps
from metier.plan import Plan, SplitOptions
from metier.registry import Entry, Provider, Registry
from metier.settings import TrainingSettings
from metier.values import Use


class Shipping(Industry):
    """Knows the sea."""

    name = "shipping"

    def sensitive_patterns(self) -> Mapping[str, str]:
        return {"VESSEL": r"\bIMO \d{7}\b"}


class Listen(Transform):
    """Notes whose rows it is given, and what it is told of the industry."""

    name = "listen"
    told: ClassVar[dict[str, Mapping[str, str] | None]] = {}

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        self.told[context.split] = context.industry.sensitive_patterns() if context.industry else None
        return rows


COMPONENTS: tuple[type[Component], ...] = (Shipping, Listen)
REGISTRY = Registry(tuple(Entry(one.kind, one.name, one, Provider("test", "test", "0")) for one in COMPONENTS))


@pytest.mark.parametrize("industry", [Use("industry", "shipping"), None])
def test_transforms_know_the_industry_of_the_recipe(industry: Use | None) -> None:
    options: dict[str, Any] = {
        "metier": "0",
        "name": "test",
        "industry": industry,
        "model": "local:none",
        "sources": {},
        "mappings": {},
        "prepare": (Use("transform", "listen"),),
        "split": SplitOptions(),
        "on_leak": "drop",
        "optimizer": Use("optimizer", "adamw"),
        "training": TrainingSettings(),
        "seed": 13,
        "seeds": 1,
        "ablate": False,
        "distributions": {},
    }
    rows = Dataset.from_dict({"id": ["r"], "text": ["MV Ever Given, IMO 9811000"]})
    Listen.told.clear()
    steps.apply(
        Plan.model_validate(options),
        REGISTRY,
        {"train": rows, "corpus": rows},
        text_columns=("text",),
        label_column=None,
    )
    known = {"VESSEL": r"\bIMO \d{7}\b"} if industry else None
    assert Listen.told == {"train": known, "corpus": known}
