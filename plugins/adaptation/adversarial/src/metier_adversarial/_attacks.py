"""Every attack by its name, and what all have in common: they act on training alone, and say what went wrong."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

import torch

from metier.components import MethodContext
from metier.errors import StageError
from metier_adversarial._embeddings import special_ids
from metier_adversarial._free import free, free_large_batch
from metier_adversarial._neftune import noisy_embeddings
from metier_adversarial._passes import Passes
from metier_adversarial._pgd import fast_gradient, projected_gradient
from metier_adversarial._r_drop import r_drop
from metier_adversarial._smart import smart
from metier_adversarial._vat import virtual_adversarial
from metier_adversarial.attacks import AttackName, Option

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss

ATTACKS: Mapping[AttackName, Callable[..., torch.Tensor]] = {
    "fgm": fast_gradient,
    "pgd": projected_gradient,
    "free": free,
    "freelb": free_large_batch,
    "smart": smart,
    "vat": virtual_adversarial,
    "r-drop": r_drop,
    "neftune": noisy_embeddings,
}
"""Each takes a batch's passes and its options, by keyword, and returns the loss to train on: a sum over items, whose
gradient is that of the attack together with what `stage.backward` was given on the way."""


def wrap(loss: Loss, stage: MethodContext, *, attack: AttackName, options: Mapping[str, Option]) -> Loss:
    """Return the loss that `attack` trains on; where gradients are off it is the plain one.

    It raises `StageError` where a gradient at the embeddings, or the loss of a perturbed text, is not finite.
    """
    special = special_ids(stage.tokenizer)

    def wrapped(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        if not torch.is_grad_enabled():
            return loss(model, batch)
        passes = Passes(loss, stage, model=model, batch=batch, special=special)
        value = ATTACKS[attack](passes, **options)
        check_finite(passes, value, attack=attack, options=options)
        return value

    return wrapped


def check_finite(passes: Passes, value: torch.Tensor, *, attack: AttackName, options: Mapping[str, Option]) -> None:
    """Raise `StageError` where the attack is to blame for numbers that are not finite.

    Where the plain loss is not finite either, the attack is not, and the engine says what is.
    """
    climbed = [finite for perturbation in passes.perturbations for finite in perturbation.finite]
    if bool(torch.stack([value.detach().isfinite(), *climbed]).all()):
        return
    if passes.plain is not None and not bool(passes.plain.isfinite()):
        return
    what = "the loss of the perturbed texts" if all(climbed) else "the gradient at the perturbed embeddings"
    levers = [name for name in ("step_size", "epsilon", "alpha", "weight") if name in options]
    smaller = " and ".join(f"{name} (now {options[name]})" for name in levers[:2])
    hint = f"give a smaller {smaller}; if it is so without the attack too, lower optimizer.learning_rate"
    where = f"adversarial, attack {attack}, step {passes.stage.progress().step + 1}"
    raise StageError(f"{what} is not finite", where=where, hint=hint)
