"""Anchors hold weights near those that the model came with: a penalty beside the language-modelling loss."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch

from metier.components import Objective
from metier_pretraining._embeddings import by_token

if TYPE_CHECKING:
    import numpy as np
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch

NEW_STRENGTH = 0.01
"""L2 penalty of parameters that the model came without: what Li et al. 2018 set beta to."""
Pull = tuple[torch.nn.Parameter, torch.Tensor, torch.Tensor | float]
"""A parameter, where it is pulled to, and how strongly (a number, or one for each of the parameter's)."""


@dataclass(frozen=True)
class Anchor:
    """Where parameters are pulled to."""

    pulls: Sequence[Pull] = field(repr=False)

    def penalty(self) -> torch.Tensor:
        """Return half the sum of strength times squared distance, a float32 scalar."""
        parts = [(strength * (parameter - start).square()).sum() for parameter, start, strength in self.pulls]
        return 0.5 * torch.stack(parts).sum()


@dataclass(frozen=True)
class Anchored(Objective):
    """An objective with an anchor's penalty in its loss, where the loss is trained on."""

    objective: Objective
    anchor: Anchor

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return what the objective does."""
        return self.objective.encode(rows, tokenizer, max_length)

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return what the objective does."""
        return self.objective.collate(examples, tokenizer, generator)

    def items(self, batch: Batch) -> int:
        """Return what the objective does."""
        return self.objective.items(batch)

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the objective's loss, and the penalty times the batch's items: it is divided by the step's."""
        loss = self.objective.loss(model, batch)
        return loss + self.items(batch) * self.anchor.penalty() if torch.is_grad_enabled() else loss


def l2_sp(model: PreTrainedModel, *, strength: float, new: Collection[str], new_rows: Sequence[int] = ()) -> Anchor:
    """Return the anchor at the weights as they are now; `new` parameters, and the rows of new words, are pulled to 0.

    Li, Grandvalet & Davoine 2018, *Explicit Inductive Bias for Transfer Learning with Convolutional Networks* (arXiv
    1802.01483), equations 3 and 4.
    """
    with_rows = {id(parameter) for parameter in by_token(model)} if new_rows else set()
    pulls: list[Pull] = []
    for name, parameter in model.named_parameters():
        start = parameter.detach().clone()
        if name in new:
            pulls.append((parameter, torch.zeros_like(start), NEW_STRENGTH))
        elif id(parameter) in with_rows:
            strengths = torch.full((len(start), *[1] * (start.ndim - 1)), strength, device=start.device)
            start[list(new_rows)], strengths[list(new_rows)] = 0.0, NEW_STRENGTH
            pulls.append((parameter, start, strengths))
        else:
            pulls.append((parameter, start, strength))
    return Anchor(pulls)


def ewc(
    model: PreTrainedModel, information: Mapping[str, torch.Tensor], *, strength: float, new: Collection[str]
) -> Anchor:
    """Return the anchor at the weights as they are now, each as strong as the Fisher information about it.

    Kirkpatrick et al. 2017, *Overcoming catastrophic forgetting in neural networks* (arXiv 1612.00796), equation 3.
    Parameters that are `new` served nothing before, and are free.
    """
    pulls = [
        (parameter, parameter.detach().clone(), strength * information[name])
        for name, parameter in model.named_parameters()
        if name not in new
    ]
    return Anchor(pulls)
