"""The model source `hub`: a repository of the Hugging Face Hub, fetched once into its cache."""

from __future__ import annotations

import os
from pathlib import Path
from typing import ClassVar

from metier.components import FetchContext, ModelSource
from metier.errors import RunError
from metier.models import local_model, read_model_info
from metier.values import LocalModel, ModelInfo

FILES = ["*.json", "*.safetensors", "*.txt", "*.model", "*.jinja"]
"""What is fetched of a repository: no pickled weights, no code."""


class Hub(ModelSource):
    """A model of the Hugging Face Hub by id (`owner/name`, or `owner/name@revision`)."""

    name: ClassVar[str] = "hub"

    def describe(self, reference: str) -> ModelInfo | None:
        """Return what the cached repository's config.json says; None where it is not in the Hub's cache yet."""
        folder = cached(reference)
        return read_model_info(folder, reference=f"hub:{reference}") if folder else None

    def fetch(self, reference: str, context: FetchContext) -> LocalModel:
        """Return the repository's files from the Hub's cache (`HF_HOME`), downloaded if need be and allowed."""
        from httpx2 import HTTPError
        from huggingface_hub import snapshot_download
        from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

        name, _, revision = reference.partition("@")
        try:
            folder = snapshot_download(
                name, revision=revision or None, allow_patterns=FILES, local_files_only=context.offline
            )
        except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, HTTPError, OSError) as error:
            reason = str(error).strip().splitlines()[0]
            hint = "download it where there is a network, then name its folder; or use a `starter:` model"
            raise RunError(f"cannot be had from the Hub: {reason}", where=f"hub:{reference}", hint=hint) from error
        path = Path(folder)
        if not any(path.glob("*.safetensors")):
            hint = "choose a model with safetensors weights, or convert it with `save_pretrained`"
            raise RunError("has no safetensors weights", where=f"hub:{reference}", hint=hint)
        return local_model(path, info=read_model_info(path, reference=f"hub:{reference}"))


def cached(reference: str) -> Path | None:
    """Return a repository's snapshot in the Hub's cache, or None; without the Hub's library, slow to import."""
    name, _, revision = reference.partition("@")
    home = Path(os.environ.get("HF_HOME") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache") / "huggingface")
    root = Path(os.environ.get("HF_HUB_CACHE") or home / "hub").expanduser()
    repository = root / f"models--{name.replace('/', '--')}"
    pointer = repository / "refs" / (revision or "main")
    commit = pointer.read_text(encoding="utf-8").strip() if pointer.is_file() else revision
    folder = repository / "snapshots" / commit
    return folder if commit and (folder / "config.json").is_file() else None
