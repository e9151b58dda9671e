"""Allocates ranks to layers while they train (AdaLoRA, Zhang et al. 2023, arXiv 2303.10512).

A change is P Λ Q, in PEFT's names `lora_B`, `lora_E`, `lora_A`; its i-th triplet is column i of P, λ_i, and row i of Q.
Ranks go by importance over all layers together, and what goes is λ_i.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import torch

from metier.components import MethodContext, Progress
from metier_peft._inject import NAME, adapted
from metier_peft.adalora import AdaLoraConfig

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss

logger = logging.getLogger("metier")
PARTS = ("lora_A", "lora_B", "lora_E")


class Ranks:
    """The ranks of a model's layers: what they are judged by is kept in buffers, so that checkpoints have it too."""

    def __init__(self, model: PreTrainedModel, config: AdaLoraConfig) -> None:
        self.config = config
        self.layers: dict[str, Any] = dict(adapted(model))
        self._done: int | None = None
        """The step before which ranks were seen to last."""
        self._hooks: list[Any] = []
        for layer in self.layers.values():
            for part in PARTS:
                weight = getattr(layer, part)[NAME]
                for figure in ("gradient_now", "importance", "uncertainty"):
                    layer.register_buffer(f"{part}_{figure}", torch.zeros_like(weight))
                self._hooks.append(weight.register_post_accumulate_grad_hook(_noting(layer, part)))
            layer.register_buffer("ranks_kept", torch.ones_like(layer.lora_E[NAME], dtype=torch.bool))
            layer.register_buffer("ranks_settled", torch.zeros((), dtype=torch.bool))
            self._hooks.append(layer.register_forward_pre_hook(_without_lost_ranks))

    def penalty(self) -> torch.Tensor:
        """Return the mean over P and Q of ‖PᵀP - I‖² and ‖QQᵀ - I‖² (equation 4), float32."""
        found = []
        for layer in self.layers.values():
            left, right = layer.lora_B[NAME].float(), layer.lora_A[NAME].float()
            found += [_off_orthogonal(left.T @ left), _off_orthogonal(right @ right.T)]
        return torch.stack(found).mean()

    def see_to(self, progress: Progress) -> None:
        """Before the first pass of a step: take in what the step before told, and allocate where it is time."""
        if progress.step == 0 or progress.step == self._done:
            return
        self._done = progress.step
        self._take_in()
        if all(layer.ranks_settled for layer in self.layers.values()):
            return
        first, last = self._span(progress.steps)
        settles = progress.step >= last
        if settles or (progress.step >= first and progress.step % self.config.every == 0):
            self._allocate(self.budget(progress.step, progress.steps), settles=settles)

    def budget(self, step: int, steps: int) -> int:
        """Return how many triplets may be left at a step, over all layers (equation 12)."""
        first, last = self._span(steps)
        before, after = (rank * len(self.layers) for rank in (self.config.initial_rank, self.config.rank))
        if step < first:
            return before
        left = max(0.0, 1 - (step - first) / max(last - first, 1))
        return after + round((before - after) * left**3)

    def _span(self, steps: int) -> tuple[int, int]:
        """Return the steps between which ranks are taken away: the last is one that training comes to."""
        first, last = (round(share * steps) for share in (self.config.warmup, self.config.settled))
        return first, min(max(last, 1), max(steps - 1, 1))

    @torch.no_grad()
    def _take_in(self) -> None:
        """Smooth sensitivities |w ∂L/∂w|, and how far each is off their mean (equations 8 to 10)."""
        kept = self.config.smoothing
        for layer in self.layers.values():
            for part in PARTS:
                now, mean, off = (
                    getattr(layer, f"{part}_{figure}") for figure in ("gradient_now", "importance", "uncertainty")
                )
                mean.mul_(kept).add_(now, alpha=1 - kept)
                off.mul_(kept).add_((now - mean).abs(), alpha=1 - kept)

    @torch.no_grad()
    def _allocate(self, budget: int, *, settles: bool) -> None:
        """Keep the `budget` most important triplets and set the λ of all others to 0 (equation 6)."""
        scores = {name: importance(layer) for name, layer in self.layers.items()}
        ranked = torch.cat(list(scores.values())).argsort(descending=True, stable=True)
        chosen = torch.zeros(len(ranked), dtype=torch.bool, device=ranked.device)
        chosen[ranked[:budget]] = True
        start = 0
        for name, layer in self.layers.items():
            kept = chosen[start : start + len(scores[name])].unsqueeze(1)
            start += len(kept)
            layer.lora_E[NAME].mul_(kept)
            if settles:
                layer.ranks_kept.copy_(kept)
                layer.ranks_settled.fill_(True)

    def end(self) -> None:
        """Say which ranks are left; change nothing."""
        for hook in self._hooks:
            hook.remove()
        left = {name: int((layer.lora_E[NAME] != 0).sum()) for name, layer in self.layers.items()}
        said = ", ".join(f"{name} {count}" for name, count in left.items())
        logger.info("adalora: %d ranks are left: %s", sum(left.values()), said)


def importance(layer: Any) -> torch.Tensor:
    """Return the score of each triplet, (ranks,): of λ_i, with the means over column i of P and row i of Q (7, 11)."""
    right, left, values = (getattr(layer, f"{one}_importance") * getattr(layer, f"{one}_uncertainty") for one in PARTS)
    score: torch.Tensor = values.squeeze(1) + left.mean(dim=0) + right.mean(dim=1)
    return score


def allocated(loss: Loss, stage: MethodContext, ranks: Callable[[], Ranks | None]) -> Loss:
    """Return `loss` with the penalty for each supervised item, after ranks were seen to."""

    def wrapped(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        found = ranks()
        if found is None or not torch.is_grad_enabled():
            return loss(model, batch)
        assert stage.objective is not None, "the engine sets it"
        found.see_to(stage.progress())
        return loss(model, batch) + found.config.orthogonality * stage.objective.items(batch) * found.penalty()

    return wrapped


def _noting(layer: Any, part: str) -> Callable[[torch.Tensor], None]:
    """Return a hook that notes a weight's sensitivity; of several backward passes in a step the last one has it all."""

    def note(weight: torch.Tensor) -> None:
        assert weight.grad is not None, "called when it was added to"
        getattr(layer, f"{part}_gradient_now").copy_((weight.detach() * weight.grad).abs())

    return note


def _without_lost_ranks(layer: Any, inputs: Any) -> None:
    """Hold at 0 what settled ranks lost: the optimizer's momentum would move it on for some steps."""
    if not layer.ranks_settled:
        return
    with torch.no_grad():
        lost = layer.lora_E[NAME] * ~layer.ranks_kept
        if lost.any():
            layer.lora_E[NAME].mul_(layer.ranks_kept)


def _off_orthogonal(product: torch.Tensor) -> torch.Tensor:
    return (product - torch.eye(len(product), device=product.device)).square().sum()
