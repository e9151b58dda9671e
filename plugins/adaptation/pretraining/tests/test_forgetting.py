"""Each way to hold forgetting down loses less of general text than plain training, and still learns the trade's."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from metier.models import local_model, read_model_info
from metier.testing.models import build_model
from metier.testing.samples import TEXTS
from metier.values import LocalModel
from metier_pretraining._general import read

GENERAL = (
    "the cat sat on the mat in the house",
    "a dog ran over the green hill",
    "birds sing in the old tree at dawn",
    "children play with a red ball in the garden",
    "rain fell on the quiet town all night",
    "the river runs past the old mill",
    "a fox hid under the garden wall",
    "snow lay on the hill at dawn",
)
WAYS: dict[str, dict[str, Any]] = {
    "replay": {"replay": 0.2},
    "l2-sp": {"anchor": "l2-sp", "anchor_strength": 1.0},
    "ewc": {"anchor": "ewc"},
    "lora": {"adapters": "lora"},
}


@pytest.fixture
def general(tmp_path: Path) -> str:
    """The path of general text."""
    path = tmp_path / "general.txt"
    path.write_text("\n".join(f"{one} and {two}" for one in GENERAL for two in GENERAL), encoding="utf-8")
    return str(path)


@pytest.fixture
def knowing(general: str, pretrain: Callable[..., Any], tmp_path: Path) -> LocalModel:
    """A tiny decoder that has learnt general text."""
    local = build_model("gpt2", tmp_path / "tiny", texts=(*TEXTS, *GENERAL, "and"))
    model = pretrain(local, tmp_path / "first", [], stage={"corpus": read(general)}, epochs=25)
    model.save_pretrained(local.path)
    return local_model(local.path, info=read_model_info(local.path, reference="knowing"))


def test_less_is_forgotten(knowing: LocalModel, general: str, pretrain: Callable[..., Any], tmp_path: Path) -> None:
    def changes(name: str, **options: Any) -> tuple[float, float]:
        given = {"epochs": 4, "learning_rate": 2e-3, "general": general, **options}
        pretrain(knowing, tmp_path / name, logged := [], **given)
        figures = logged[-1]
        return tuple(
            figures[f"{kind}_after"] / figures[f"{kind}_before"] for kind in ("perplexity", "general_perplexity")
        )

    learnt, lost = changes("plain")
    assert learnt < 0.3
    assert lost > 2
    for name, options in WAYS.items():
        learnt_so, lost_so = changes(name, **options)
        assert lost_so < 0.8 * lost, name
        assert learnt_so < 0.6, name
