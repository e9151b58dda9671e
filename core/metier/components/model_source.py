"""The contract of a model source: a reference becomes local files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from metier.components.base import Component
from metier.values import LocalModel, ModelInfo, ModelOffer


@dataclass(frozen=True, slots=True)
class FetchContext:
    """What a model source may use while it fetches."""

    cache: Path
    """A folder of its own for what it keeps between runs."""
    offline: bool = False


class ModelSource(Component):
    """Turns a model reference into local files; `starter:minilm` is the reference `minilm` of the source `starter`."""

    kind: ClassVar[str] = "model source"

    def offers(self) -> Sequence[ModelOffer]:
        """Return the models that it knows by name; empty where there are too many to list."""
        return ()

    def describe(self, reference: str) -> ModelInfo | None:
        """Return what is known of a model without network or torch; None where it must be fetched to know.

        Raises `MetierError` with the near matches where there is no such model.
        """
        return None

    def fetch(self, reference: str, context: FetchContext) -> LocalModel:
        """Return the model's folder, fetched if need be; raises `MetierError` where it cannot be had."""
        raise NotImplementedError(f"{type(self).__name__}.fetch")
