"""What the model answers while a loss is computed, item by item, and how far two answers are apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch.nn import functional

from metier.errors import StageError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss

IGNORED = -100
"""The label of a place that is not supervised."""
Kind = Literal["one label", "several labels", "number"]
WHERE = "adversarial"


@dataclass(frozen=True, slots=True)
class Answers:
    """The model's answers to the supervised items of a batch."""

    logits: torch.Tensor
    """(items, labels), float32."""
    kind: Kind

    def detach(self) -> Answers:
        """Return them as constants."""
        return replace(self, logits=self.logits.detach())

    def divergence(self, other: Answers) -> torch.Tensor:
        """Return KL(self ‖ other), summed over items.

        Over the labels for one label; the mean over labels of each one's two outcomes for several; for numbers, that
        of normal distributions of variance 1: half the squared difference, the mean over numbers.
        """
        ours, theirs = self.logits, other.logits
        if self.kind == "number":
            return (ours - theirs).square().mean(dim=-1).sum() / 2
        if self.kind == "several labels":
            entropy = functional.binary_cross_entropy_with_logits(ours, ours.sigmoid(), reduction="none")
            crossed = functional.binary_cross_entropy_with_logits(theirs, ours.sigmoid(), reduction="none")
            return (crossed - entropy).mean(dim=-1).sum()
        ours, theirs = ours.log_softmax(dim=-1), theirs.log_softmax(dim=-1)
        return (ours.exp() * (ours - theirs)).sum()

    def symmetric_divergence(self, other: Answers) -> torch.Tensor:
        """Return KL(self ‖ other) + KL(other ‖ self), summed over items; for numbers the squared difference.

        Written as one product, in which nothing cancels where the two are nearly equal.
        """
        ours, theirs = self.logits, other.logits
        if self.kind == "number":
            return (ours - theirs).square().mean(dim=-1).sum()
        if self.kind == "several labels":
            return ((ours.sigmoid() - theirs.sigmoid()) * (ours - theirs)).mean(dim=-1).sum()
        ours, theirs = ours.log_softmax(dim=-1), theirs.log_softmax(dim=-1)
        return ((ours.exp() - theirs.exp()) * (ours - theirs)).sum()


def answered(loss: Loss, model: PreTrainedModel, batch: Batch) -> tuple[torch.Tensor, Answers]:
    """Return the loss of a batch, and what the model answered while it was computed.

    Raises `StageError` where the loss does not ask the model just once, or the logits cannot be matched to labels.
    """
    with _outputs(model) as outputs:
        value = loss(model, batch)
    if len(outputs) != 1:
        hint = "put `adversarial` before the method that asks it again, or choose `attack: freelb`"
        asked = f"{len(outputs)} times" if outputs else "in parts only"
        message = f"the loss asks the model {asked}: which answers to compare is not clear"
        raise StageError(message, where=WHERE, hint=hint)
    logits = getattr(outputs[0], "logits", None)
    if not isinstance(logits, torch.Tensor):
        hint = "choose an attack that reads the loss alone: `attack: freelb`"
        raise StageError("the model gives no logits, and there is nothing to compare", where=WHERE, hint=hint)
    found = supervised(logits, batch.get("labels")).float()
    return value, Answers(found, _kind(model, found))


@contextmanager
def _outputs(model: PreTrainedModel) -> Iterator[list[Any]]:
    """Gather what the model gives back inside the block, call by call."""
    outputs: list[Any] = []
    handle = model.register_forward_hook(lambda module, inputs, output: outputs.append(output))
    try:
        yield outputs
    finally:
        handle.remove()


def supervised(logits: torch.Tensor, labels: torch.Tensor | None) -> torch.Tensor:
    """Return the logits (items, labels) of what is supervised.

    That is every row of (batch, labels); of (batch, sequence, labels) the places whose label is not -100; all of as
    many as there are such places, where a head computed no others. Raises `StageError` where shapes tell of neither.
    """
    if logits.ndim < 3:
        return logits.unsqueeze(-1) if logits.ndim == 1 else logits
    places = None if labels is None else labels != IGNORED
    if places is not None and places.shape == logits.shape[:-1]:
        return logits[places]
    flat = logits.flatten(0, -2)
    if places is not None and len(flat) == int(places.sum()):
        return flat
    shape = "there are no labels" if labels is None else f"labels {tuple(labels.shape)}"
    hint = "choose an attack that reads the loss alone: `attack: freelb`"
    message = f"logits are {tuple(logits.shape)} and {shape}: which answers to compare is not clear"
    raise StageError(message, where=WHERE, hint=hint)


def _kind(model: PreTrainedModel, logits: torch.Tensor) -> Kind:
    """Return what logits (items, labels) stand for: by transformers' `problem_type`, or a single one for a number."""
    problem: str | None = getattr(model.config, "problem_type", None)
    if problem == "multi_label_classification":
        return "several labels"
    return "number" if problem == "regression" or (problem is None and logits.shape[-1] == 1) else "one label"
