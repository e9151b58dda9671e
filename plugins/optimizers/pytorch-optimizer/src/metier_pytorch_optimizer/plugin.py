"""Registers the optimizers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import OptimizerFactory


@hookimpl
def provide_optimizers() -> Sequence[type[OptimizerFactory]]:
    """Return the optimizers with options of their own, and the one that takes any of the library by name."""
    from metier_pytorch_optimizer.adan import Adan
    from metier_pytorch_optimizer.came import Came
    from metier_pytorch_optimizer.galore_adamw import GaloreAdamW
    from metier_pytorch_optimizer.lion import Lion
    from metier_pytorch_optimizer.muon import Muon
    from metier_pytorch_optimizer.pytorch_optimizer import PytorchOptimizer
    from metier_pytorch_optimizer.schedule_free_adamw import ScheduleFreeAdamW

    return [Adan, Came, GaloreAdamW, Lion, Muon, PytorchOptimizer, ScheduleFreeAdamW]
