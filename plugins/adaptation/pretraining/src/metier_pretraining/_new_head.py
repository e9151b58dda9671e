"""A new language-model head learns alone first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from metier.components import Engine, Objective

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

LEARNING_RATE = 1e-3


def fit_head(
    engine: Engine,
    objective: Objective,
    model: PreTrainedModel,
    rows: Dataset,
    *,
    steps: int,
    overrides: dict[str, object],
) -> None:
    """Train the head alone for some steps, so that its first, random gradients do not reach the model."""
    if steps == 0:
        return
    body = list(model.base_model.parameters())
    for parameter in body:
        parameter.requires_grad_(False)
    own: dict[str, object] = {"max_steps": steps, "learning_rate": LEARNING_RATE, "eval_strategy": "no"}
    engine.train(objective, model, rows, overrides={**overrides, **own})
    for parameter in body:
        parameter.requires_grad_(True)
