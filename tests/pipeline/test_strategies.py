"""Strategies around a run's training: their order, and what the core tells them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from tests.fakes import registry

from metier.components import Strategy, Train
from metier.pipeline.run import through
from metier.plan import make_plan
from metier.recipe import load_recipe
from metier.registry import Entry, Provider, Registry
from metier.values import Job, Outcome

SEEN: list[str] = []


class Curious(Strategy):
    """Notes what it knows of the industry."""

    name: ClassVar[str] = "curious"

    def describe(self, seed: int) -> Sequence[str]:
        return ["look"]

    def run(self, job: Job, train: Train) -> Outcome:
        SEEN.append(self.industry.name if self.industry else "none")
        return train(job)


@pytest.mark.parametrize(("industry", "expected"), [("industry: finance\n", "finance"), ("", "none")])
def test_a_strategy_knows_the_industry(industry: str, expected: str, tmp_path: Path) -> None:
    (tmp_path / "train.csv").write_text("text,label\ngood,yes\nbad,no\n", encoding="utf-8")
    recipe = tmp_path / "mine.yaml"
    text = f"recipe: 1\n{industry}model: starter:minilm\ndata: {{train: train.csv}}\ntask: text-classification\n"
    recipe.write_text(f"{text}improve: [curious, curious]\n", encoding="utf-8")
    known = registry()
    entry = Entry(Curious.kind, Curious.name, Curious, Provider("curious", "metier-curious", "1.0"))
    known = Registry((*known.entries, entry), ())
    plan = make_plan(load_recipe(recipe, registry=known), known)
    outcome: Any = object()
    SEEN.clear()
    assert through(plan, known, lambda job: outcome)(outcome) is outcome
    assert [expected, expected] == SEEN
