"""The model source `local`: a folder on this machine."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

from metier.components import FetchContext, ModelSource
from metier.models import local_model, read_model_info
from metier.values import LocalModel, ModelInfo


class Local(ModelSource):
    """A model folder on this machine, as `save_pretrained` writes it."""

    name: ClassVar[str] = "local"

    def describe(self, reference: str) -> ModelInfo | None:
        """Return what the folder's config.json says; raises `RecipeError` where there is none."""
        return read_model_info(Path(reference), reference=reference)

    def fetch(self, reference: str, context: FetchContext) -> LocalModel:
        """Return the folder itself."""
        folder = Path(reference).resolve()
        return local_model(folder, info=read_model_info(folder, reference=reference))
