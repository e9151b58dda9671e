"""What heads let people choose of how texts are found."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field

from metier.components import ComponentConfig, ModelReference
from metier.errors import DataError, MetierError
from metier.models import model_at
from metier.values import ModelInfo


class RetrievalOptions(ComponentConfig):
    """Options of finding."""

    retriever: Literal["bm25", "dense", "fused"] = "fused"
    """How texts of the corpus are found: `bm25` by the words that they share with the question, `dense` by the vectors
    of an encoder, `fused` by both, the ranks put together."""
    encoder: ModelReference | None = None
    """The encoder of `dense` and `fused`: a model (starter:minilm, a folder), or a run that trained `embedding`; by
    default the model that the training starts from, untouched."""

    def refusal(self, model: ModelInfo) -> str | None:
        """Return why texts cannot be found so, in words; None if they can."""
        if self.encoder is not None:
            if self.retriever == "bm25":
                return "`encoder` is for `retriever: dense` and `fused`: leave it out, or choose one of them"
            return unknown(self.encoder)
        if self.retriever == "bm25":
            return None
        from metier_embedding.embedding import Embedding

        reason = Embedding().refuses(model)
        return f"{reason}; write `retriever: bm25`, or name an `encoder`" if reason else None

    def encoder_of(self, model: Path) -> Path:
        """Return the folder of the encoder: `model` where none is named. Raises `MetierError` where there is none."""
        if self.encoder is None:
            return model
        if (found := model_at(self.encoder)) is not None:
            return found
        if reason := unknown(self.encoder):
            hint = "name a model, or a finished run of the task `embedding`"
            raise DataError(reason, where=self.encoder, hint=hint)
        from metier.discovery import discover
        from metier.offline import is_offline
        from metier.pipeline.preparation import fetch_model

        return fetch_model(self.encoder, discover(), offline=is_offline()).path


class DocumentOptions(RetrievalOptions):
    """Options of finding what is read."""

    passages: int = Field(5, ge=1, le=100)
    """Passages that are read for a question."""


def unknown(encoder: str) -> str | None:
    """Return why a name is that of no encoder, in words; None for a model's or a run's folder, and for a model that a
    source may have.
    """
    from metier.discovery import discover
    from metier.plan import split_reference

    if model_at(encoder):
        return None
    try:
        source, _ = split_reference(encoder, discover())
    except MetierError as error:
        return f"the `encoder` is not known: {error.problems[0].message}"
    return f"there is no model at the `encoder` {encoder}" if source == "local" else None
