"""Domain-adversarial training of neural networks (Ganin et al. 2016, JMLR 17(59), arXiv 1505.07818)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import torch
from torch.nn.functional import binary_cross_entropy_with_logits

from metier.components import MethodContext, Progress
from metier.errors import StageError
from metier_adversarial._corpus import Corpus
from metier_adversarial._domain_classifier import WHERE, classifier_of, reversed_gradient

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss

GAMMA = 10.0
"""How fast the reversal sets in (section 5.2)."""
READ = ("input_ids", "attention_mask", "token_type_ids", "position_ids")
"""The columns of a batch that the trunk reads."""


def domain_adversarial(
    loss: Loss, stage: MethodContext, *, weight: float, features: Literal["token", "mean"], max_length: int
) -> Loss:
    """Return the task's loss and `L_d` of as many corpus passages as the batch has rows: a sum over rows of both.

    Equation 18: the classifier descends `L_d`, the model ascends it, λ times. The batch's own pass gives its features;
    it is read again only where another method has used up that pass, or read the batch more than once.
    """
    check(stage.corpus)
    assert stage.corpus is not None, "checked above"
    corpus = Corpus(stage.corpus, stage, max_length=max_length)
    last = stage.info.architecture == "decoder"

    def wrapped(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        if not torch.is_grad_enabled():
            return loss(model, batch)
        trunk, classifier = trunk_of(model), classifier_of(model)
        with passes_of(trunk) as passes:
            task = loss(model, batch)
        progress = stage.progress()
        source = passes.whole(batch)
        if source is None:
            source = states(trunk, batch)
        target = corpus.drawn(batch, step=progress.step, model=model)
        found = torch.cat(
            [
                pooled(source, batch.get("attention_mask"), features=features, last=last),
                pooled(states(trunk, target), target["attention_mask"], features=features, last=last),
            ]
        )
        logits = classifier(reversed_gradient(found, weight * strength(progress)))
        truth = torch.zeros_like(logits)
        truth[len(source) :] = 1.0
        return task + binary_cross_entropy_with_logits(logits.float(), truth.float(), reduction="sum")

    return wrapped


def strength(progress: Progress) -> float:
    """Return λ after a share p of the training: `2 / (1 + exp(-10 p)) - 1` (section 5.2)."""
    return 2.0 / (1.0 + math.exp(-GAMMA * progress.step / max(progress.steps, 1))) - 1.0


def pooled(
    hidden: torch.Tensor, mask: torch.Tensor | None, *, features: Literal["token", "mean"], last: bool
) -> torch.Tensor:
    """Return a vector a text (batch, hidden) of its states (batch, sequence, hidden), padding aside."""
    if mask is None:
        mask = torch.ones(hidden.shape[:2], device=hidden.device)
    real = mask.bool().to(hidden.device)
    if features == "mean":
        return (hidden * real.unsqueeze(-1)).sum(1) / real.sum(1, keepdim=True).clamp_min(1)
    places = torch.arange(hidden.shape[1], device=hidden.device)
    at = torch.where(real, places, -1).amax(1).clamp_min(0) if last else torch.where(real, places, len(places)).amin(1)
    return hidden[torch.arange(len(hidden), device=hidden.device), at.clamp_max(len(places) - 1)]


class Passes:
    """What a trunk gave, pass by pass, and whether the graph of a pass was used up."""

    def __init__(self) -> None:
        self.hidden: list[torch.Tensor] = []
        self.used = False

    def whole(self, batch: Batch) -> torch.Tensor | None:
        """Return the states (batch, sequence, hidden) of the one pass of `batch`, if that is what there was."""
        one = len(self.hidden) == 1 and not self.used and self.hidden[0].shape[:2] == batch["input_ids"].shape
        return self.hidden[0] if one else None

    def note(self, hidden: torch.Tensor) -> None:
        """Keep what a pass gave; a gradient that arrives there uses it up."""
        self.hidden.append(hidden)
        if hidden.requires_grad:
            hidden.register_hook(self._use)

    def _use(self, gradient: torch.Tensor) -> None:
        self.used = True


@contextmanager
def passes_of(trunk: torch.nn.Module) -> Iterator[Passes]:
    """Gather what the trunk gives inside the block."""
    passes = Passes()
    handle = trunk.register_forward_hook(lambda module, inputs, output: passes.note(output[0]))
    try:
        yield passes
    finally:
        handle.remove()


def states(trunk: torch.nn.Module, batch: Batch) -> torch.Tensor:
    """Return the last hidden states (batch, sequence, hidden)."""
    outputs = trunk(**{name: batch[name] for name in READ if name in batch})
    hidden: torch.Tensor = outputs[0]
    return hidden


def trunk_of(model: PreTrainedModel) -> torch.nn.Module:
    """Return the pretrained model under its head, whatever adapters it is wrapped in."""
    wrapped: Any = model
    inner = wrapped.get_base_model() if hasattr(wrapped, "get_base_model") else wrapped
    trunk: torch.nn.Module = inner.base_model
    return trunk


def check(corpus: Dataset | None) -> None:
    """Raise `StageError` where there is no text to be like."""
    if corpus is None or len(corpus) == 0:
        hint = "give `data.corpus` documents of the industry"
        raise StageError("there is no corpus text to make features alike with", where=WHERE, hint=hint)
