"""A linear-chain conditional random field over tags (Lafferty, McCallum & Pereira 2001), on top of a model's logits."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import torch
from safetensors import safe_open

if TYPE_CHECKING:
    from transformers import PreTrainedModel

PREFIX = "crf."
"""What the names of its weights begin with in a model's file."""
SPEED = 30.0
"""What the stored weights are multiplied by. An optimizer like Adam moves each by about the learning rate a step, which
is chosen for a pretrained model: weights that are to be of the size of logits would stay where they began."""


class Crf(torch.nn.Module):
    """The weights: what a step from one tag to another adds, and what beginning and ending with a tag adds.

    All zero they say nothing: each token is then by itself, as it is without the field.
    """

    def __init__(self, tags: int) -> None:
        super().__init__()
        self.transitions = torch.nn.Parameter(torch.zeros(tags, tags))
        """(tags, tags): from the row's tag to the column's, before `SPEED`."""
        self.first = torch.nn.Parameter(torch.zeros(tags))
        self.last = torch.nn.Parameter(torch.zeros(tags))

    def forward(self, logits: torch.Tensor) -> torch.Tensor:
        """Return logits (batch, sequence, tags) with the weights behind them, (batch, sequence + tags + 2, tags).

        So who reads a model's outputs has all that the probability of a sequence depends on.
        """
        weights = SPEED * torch.cat([self.transitions, self.first[None], self.last[None]])
        return torch.cat([logits, weights.expand(len(logits), -1, -1)], dim=1)


class Scores(NamedTuple):
    """What sequences of tags are scored by."""

    logits: torch.Tensor
    """(batch, sequence, tags)."""
    transitions: torch.Tensor
    first: torch.Tensor
    last: torch.Tensor

    @classmethod
    def of(cls, outputs: torch.Tensor) -> Scores:
        """Take apart what `Crf.forward` put together."""
        tags = outputs.shape[-1]
        weights = outputs[0, -tags - 2 :]
        return cls(outputs[:, : -tags - 2], weights[:tags], weights[tags], weights[tags + 1])


def attach(model: PreTrainedModel, path: Path, tags: int) -> PreTrainedModel:
    """Give `model` the field `crf`, with the weights that the folder `path` has of one, or all zero."""
    model.crf = Crf(tags)
    stored: dict[str, torch.Tensor] = {}
    for file in sorted(path.glob("*.safetensors")):
        with safe_open(file, framework="pt") as tensors:
            stored |= {name: tensors.get_tensor(name) for name in tensors.keys() if name.startswith(PREFIX)}  # noqa: SIM118
    if stored:
        model.crf.load_state_dict({name.removeprefix(PREFIX): tensor.float() for name, tensor in stored.items()})
    return model


def negative_log_likelihood(scores: Scores, tags: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """Return minus the log-probability of `tags` (batch, sequence), summed over sequences, which are of `kept` tokens.

    A sequence's score is the sum of its logits and of the weights between neighbours; its probability, that score's
    exponential over that of all sequences.
    """
    logits, tags, kept = (_to_front(one, kept) for one in (scores.logits, tags, kept))
    filled = kept.any(dim=1)
    logits, tags, kept = logits[filled], tags[filled] * kept[filled], kept[filled]
    each = logits.gather(2, tags[:, :, None]).squeeze(2) * kept
    steps = scores.transitions[tags[:, :-1], tags[:, 1:]] * kept[:, 1:]
    ends = tags.gather(1, kept.sum(dim=1, keepdim=True) - 1).squeeze(1)
    said = each.sum() + steps.sum() + scores.first[tags[:, 0]].sum() + scores.last[ends].sum()
    return log_partition(scores._replace(logits=logits), kept).sum() - said


def log_partition(scores: Scores, kept: torch.Tensor) -> torch.Tensor:
    """Return the logarithm of the summed exponentials of all sequences' scores (batch,), by the forward algorithm.

    `kept` (batch, sequence) is true at each sequence's tokens, which are at the front.
    """
    total = scores.logits[:, 0] + scores.first
    for step in range(1, scores.logits.shape[1]):
        longer = (total[:, :, None] + scores.transitions).logsumexp(dim=1) + scores.logits[:, step]
        total = torch.where(kept[:, step, None], longer, total)
    return (total + scores.last).logsumexp(dim=1)


def marginals(scores: Scores, kept: torch.Tensor) -> torch.Tensor:
    """Return the probability of each token's tags (batch, sequence, tags) over all sequences of `kept` tokens in front.

    It is the gradient of the log-partition, which is what the forward-backward algorithm computes.
    """
    if not scores.logits.shape[1]:
        return scores.logits
    with torch.enable_grad():
        logits = scores.logits.detach().requires_grad_()
        total = log_partition(scores._replace(logits=logits), kept).sum()
    (found,) = torch.autograd.grad(total, logits)
    return found


def _to_front(values: torch.Tensor, kept: torch.Tensor) -> torch.Tensor:
    """Return `values` (batch, sequence, …) with those that are kept at the front, in order."""
    order = (~kept).to(torch.int8).argsort(dim=1, stable=True)
    return values.gather(1, order.reshape(*order.shape, *[1] * (values.ndim - 2)).expand_as(values))
