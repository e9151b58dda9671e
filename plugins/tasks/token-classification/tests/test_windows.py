"""What a tokenizer makes of a text is not seen: spans of any text come back at their characters, in long texts too."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from metier.testing.models import MODEL_TYPES, build_model, load_tokenizer
from metier_token_classification._torch import IGNORED, TagObjective

TEXT = "  strong sales in the quarter lifted profit,\nand the company   raised the dividend for the year again "
SPANS = [
    {"start": TEXT.index(words), "end": TEXT.index(words) + len(words), "label": label}
    for words, label in (
        ("strong sales", "CAUSE"),
        ("profit", "FIGURE"),
        ("company   raised", "CAUSE"),
        ("year", "FIGURE"),
    )
]
LABELS = ("CAUSE", "FIGURE")


@pytest.mark.parametrize("max_length", [8, 12, 64])
@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_a_model_that_is_right_gives_the_spans_back(model_type: str, max_length: int, tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model(model_type, tmp_path).path)
    objective = TagObjective(LABELS, stride=4)
    rows = {"text": [TEXT, "no span here"], "spans": [SPANS, []]}
    encoded = objective.encode(rows, tokenizer, max_length)
    examples: list[dict[str, Any]] = [
        dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)
    ]
    assert all(len(one["input_ids"]) <= max_length for one in examples)
    batch = objective.collate(examples, tokenizer, np.random.default_rng(0))
    logits = torch.nn.functional.one_hot(batch["labels"].clamp_min(0), 5).float() * 20
    decoded = objective.decode(logits, examples, tokenizer)
    found = [
        objective.joined(
            [piece for piece, one in zip(decoded, examples, strict=True) if one["row"] == row], {"text": text}
        )
        for row, text in enumerate(rows["text"])
    ]
    bare = [{name: span[name] for name in ("start", "end", "label")} for span in found[0]["spans"]]
    assert bare == SPANS
    assert found[1]["spans"] == []
    if max_length == 8:
        assert len(examples) > 2, "a long text is several windows"
    assert objective.items(batch) == int((batch["labels"] != IGNORED).sum())


def test_without_spans_there_is_nothing_to_learn(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    objective = TagObjective(LABELS, stride=4)
    encoded = objective.encode({"text": ["strong sales"]}, tokenizer, 16)
    assert "tags" not in encoded
