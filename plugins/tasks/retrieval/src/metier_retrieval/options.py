"""What both heads let people choose of how texts are found."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from metier.components import ComponentConfig
from metier.errors import DataError
from metier.values import ModelInfo


class RetrievalOptions(ComponentConfig):
    """Options of finding."""

    retriever: Literal["bm25", "dense", "fused"] = "fused"
    """How texts of the corpus are found: `bm25` by the words that they share with the question, `dense` by the vectors
    of an encoder, `fused` by both, the ranks put together."""
    encoder: str | None = None
    """The encoder of `dense` and `fused`: the folder of a model, or of a run that trained `embedding`; by default the
    model that the training starts from, untouched."""

    def refusal(self, model: ModelInfo) -> str | None:
        """Return why texts cannot be found so, in words; None if they can."""
        if self.encoder is not None:
            if self.retriever == "bm25":
                return "`encoder` is for `retriever: dense` and `fused`: leave it out, or choose one of them"
            return None if model_folder(self.encoder) else f"there is no model at the `encoder` {self.encoder}"
        if self.retriever == "bm25":
            return None
        from metier_embedding.embedding import Embedding

        reason = Embedding().refuses(model)
        return f"{reason}; write `retriever: bm25`, or name an `encoder`" if reason else None

    def encoder_of(self, model: Path) -> Path:
        """Return the folder of the encoder: `model` where none is named. Raises `DataError` where it is not there."""
        if self.encoder is None:
            return model
        found = model_folder(self.encoder)
        if found is None:
            hint = "name the folder of a model, or a finished run of the task `embedding`"
            raise DataError("there is no model here", where=self.encoder, hint=hint)
        return found


def model_folder(path: str) -> Path | None:
    """Return the model's folder at `path`, or in the run there; None if there is none."""
    for folder in (Path(path), Path(path) / "model"):
        if (folder / "config.json").is_file():
            return folder
    return None
