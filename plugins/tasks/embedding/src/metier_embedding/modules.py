"""The small files by which sentence-transformers loads a model as metier reads it."""

from __future__ import annotations

from pathlib import Path

from metier.files import write_json

PACKAGE = "sentence_transformers.models"
POOLING, NORMALIZE = "1_Pooling", "2_Normalize"
MODES = {"mean": "pooling_mode_mean_tokens", "last": "pooling_mode_lasttoken"}
"""Our ways of reading a text, under the library's names."""


def write_modules(folder: Path, *, pooling: str, hidden_size: int) -> None:
    """Write beside a saved model that its tokens are pooled, and the vector brought to length 1."""
    kinds = (("", "Transformer"), (POOLING, "Pooling"), (NORMALIZE, "Normalize"))
    modules = [
        {"idx": at, "name": str(at), "path": path, "type": f"{PACKAGE}.{kind}"} for at, (path, kind) in enumerate(kinds)
    ]
    write_json(folder / "modules.json", modules)
    modes = {name: way == pooling for way, name in MODES.items()}
    others = ("cls_token", "max_tokens", "mean_sqrt_len_tokens", "weightedmean_tokens")
    modes |= {f"pooling_mode_{name}": False for name in others}
    write_json(folder / POOLING / "config.json", {"word_embedding_dimension": hidden_size, **modes})
    (folder / NORMALIZE).mkdir(exist_ok=True)
    write_json(folder / "config_sentence_transformers.json", {"similarity_fn_name": "cosine"})
