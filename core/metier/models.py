"""Reads what a model folder says of itself, without loading the model."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

from metier.errors import RecipeError
from metier.values import Architecture, LocalModel, ModelInfo

# fmt: off
ENCODERS = frozenset({
    "albert", "bert", "big_bird", "camembert", "convbert", "deberta", "deberta-v2", "distilbert", "electra",
    "ernie", "esm", "flaubert", "funnel", "longformer", "mega", "megatron-bert", "mobilebert", "modernbert",
    "mpnet", "nezha", "nomic_bert", "roberta", "roformer", "squeezebert", "xlm", "xlm-roberta",
})
# fmt: on
"""Values of `model_type` in transformers that read in both directions and have no decoder."""


def model_at(path: str | Path) -> Path | None:
    """Return the model's folder at `path`, or in the run there; None if there is none."""
    return next((one for one in (Path(path), Path(path) / "model") if (one / "config.json").is_file()), None)


def read_model_info(folder: Path, *, reference: str) -> ModelInfo:
    """Return what `folder/config.json` says; raises `RecipeError` where it is missing or no model's."""
    path = folder / "config.json"
    try:
        config = json.loads(path.read_text(encoding="utf-8"))
        return ModelInfo(
            reference=reference,
            model_type=config["model_type"],
            architecture=_architecture(config),
            layers=_first(config, "num_hidden_layers", "n_layer", "num_layers", "n_layers"),
            hidden_size=_first(config, "hidden_size", "n_embd", "d_model", "dim"),
            vocabulary_size=_first(config, "vocab_size"),
            max_length=config.get("max_position_embeddings") or config.get("n_positions"),
        )
    except FileNotFoundError as error:
        hint = "name a folder that `save_pretrained` wrote, or a model as 'source:reference'"
        raise RecipeError("no config.json in this folder", where=str(folder), hint=hint) from error
    except (KeyError, TypeError, ValueError, OSError) as error:
        hint = "write it anew with `save_pretrained`"
        raise RecipeError(
            f"not the configuration of a transformers model: {error}", where=str(path), hint=hint
        ) from error


def _architecture(config: dict[str, object]) -> Architecture:
    if config.get("is_encoder_decoder"):
        return "encoder-decoder"
    return "encoder" if config["model_type"] in ENCODERS and not config.get("is_decoder") else "decoder"


def _first(config: dict[str, object], *keys: str) -> int:
    for key in keys:
        value = config.get(key)
        if isinstance(value, int):
            return value
    raise KeyError(f"none of {', '.join(keys)}")


def local_model(folder: Path, *, info: ModelInfo) -> LocalModel:
    """Return the folder as a `LocalModel`, digested."""
    return LocalModel(info=info, path=folder, digest=digest_folder(folder))


def digest_folder(folder: Path) -> str:
    """Return the sha256 over names and bytes of the files that `from_pretrained` reads in `folder`."""
    total = hashlib.sha256()
    for path in sorted(
        path for path in folder.iterdir() if path.is_file() and path.suffix in {".json", ".txt", *WEIGHTS}
    ):
        with path.open("rb") as file:
            total.update(f"{path.name}\0{hashlib.file_digest(file, 'sha256').hexdigest()}\n".encode())
    return total.hexdigest()


WEIGHTS = frozenset({".safetensors", ".model", ".bin", ".jinja"})
"""Suffixes of files, besides JSON and text, that decide what a model folder loads to."""
