"""The head is computed where there is a label, and without logits where that is the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch
from transformers import (
    AutoModelForCausalLM,
    CohereConfig,
    CohereForCausalLM,
    EsmConfig,
    EsmForMaskedLM,
    Gemma2Config,
    Gemma2ForCausalLM,
)

from metier.testing.models import build_model
from metier.training import language_head
from metier.training.language_head import IGNORED, has_linear_head, loss_at_labels
from metier_pretraining._models import language_model

SHAPE: dict[str, Any] = {"vocab_size": 50, "hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2}
SHAPE |= {"num_attention_heads": 4}


@pytest.mark.parametrize("model_type", ["bert", "gpt2", "llama", "t5"])
def test_families_with_a_plain_head_need_no_logits(
    model_type: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    local = build_model(model_type, tmp_path)
    model: Any = language_model(local.path, local.info.architecture)[0].eval()
    assert has_linear_head(model)
    ids = torch.arange(5, 17).view(2, 6)
    labels = torch.where(torch.arange(12).view(2, 6) % 3 == 0, ids, IGNORED)
    inputs = {"input_ids": ids, **({"decoder_input_ids": ids} if model_type == "t5" else {})}
    expected = torch.nn.functional.cross_entropy(
        model(**inputs).logits.flatten(0, 1), labels.flatten(), reduction="sum"
    )
    asked: list[int] = []
    chunked = language_head.linear_cross_entropy
    monkeypatch.setattr(
        language_head, "linear_cross_entropy", lambda hidden, *rest: asked.append(len(hidden)) or chunked(hidden, *rest)
    )
    for linear_head in (True, False):
        torch.testing.assert_close(loss_at_labels(model, inputs, labels, linear_head=linear_head), expected)
    assert asked == [4], "the head is computed for the labelled places alone, and once without logits"
    torch.testing.assert_close(model(**inputs).logits.shape, torch.Size([2, 6, model.config.vocab_size]))


@pytest.mark.parametrize(
    "make",
    [
        lambda: Gemma2ForCausalLM(Gemma2Config(**SHAPE, num_key_value_heads=2, head_dim=8)),
        lambda: CohereForCausalLM(CohereConfig(**SHAPE)),
        lambda: EsmForMaskedLM(EsmConfig(**SHAPE, pad_token_id=1, mask_token_id=4)),
    ],
    ids=["caps its logits", "scales its logits", "adds a bias of its own"],
)
def test_what_a_model_does_to_its_logits_is_not_left_out(make: Any) -> None:
    model = make().eval()
    assert not has_linear_head(model)
    ids = torch.arange(5, 17).view(2, 6)
    expected = torch.nn.functional.cross_entropy(
        model(input_ids=ids).logits.flatten(0, 1), ids.flatten(), reduction="sum"
    )
    torch.testing.assert_close(loss_at_labels(model, {"input_ids": ids}, ids), expected)


def test_a_head_that_something_was_put_around_keeps_its_logits(tmp_path: Path) -> None:
    model: Any = AutoModelForCausalLM.from_pretrained(build_model("llama", tmp_path).path).eval()
    ids = torch.arange(5, 17).view(2, 6)
    model.set_output_embeddings(torch.nn.Sequential(model.get_output_embeddings(), torch.nn.Tanh()))
    assert not has_linear_head(model)
    expected = torch.nn.functional.cross_entropy(
        model(input_ids=ids).logits.flatten(0, 1), ids.flatten(), reduction="sum"
    )
    torch.testing.assert_close(loss_at_labels(model, {"input_ids": ids}, ids, linear_head=True), expected)


def test_a_failing_model_is_left_as_it_was(tmp_path: Path) -> None:
    model: Any = AutoModelForCausalLM.from_pretrained(build_model("llama", tmp_path).path)
    labels = torch.zeros(1, 4, dtype=torch.long)
    with pytest.raises(IndexError):
        loss_at_labels(model, {"input_ids": torch.full((1, 4), 10**6)}, labels, linear_head=True)
    assert "forward" not in vars(model.get_output_embeddings())
    assert not model.base_model._forward_hooks
