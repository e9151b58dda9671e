"""Breaks a training off as a kill would, for tests that resume it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest


class Cut(Exception):
    """Stands for a kill."""


@contextmanager
def broken_off(steps: int) -> Iterator[None]:
    """Let a training inside the block end after so many optimizer steps; fails where it does not come to there."""
    from metier.training.trainer import ObjectiveTrainer

    original: Any = ObjectiveTrainer.training_step

    def cut(self: Any, *arguments: Any, **named: Any) -> Any:
        if self.state.global_step == steps:
            raise Cut
        return original(self, *arguments, **named)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObjectiveTrainer, "training_step", cut)
        with pytest.raises(Cut):
            yield
