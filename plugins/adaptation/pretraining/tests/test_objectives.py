"""Masking as BERT's, and losses equal to those of full logits."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM

from metier.testing.models import build_model, build_tokenizer, load_tokenizer
from metier.training.padding import pad
from metier_pretraining._objectives import IGNORED, MaskedWords, NextWords
from metier_pretraining._torch import with_head

MASKED = MaskedWords(block_size=64, grouping="lines", probability=0.15)
NEXT = NextWords(block_size=64, grouping="lines")


def examples(count: int = 400, length: int = 50) -> list[dict[str, Any]]:
    tokens = np.random.default_rng(1).integers(5, 40, size=(count, length)).tolist()
    return [{"input_ids": [2, *one[: length - i % 9], 3]} for i, one in enumerate(tokens)]


def test_masking_has_the_shares_of_the_paper() -> None:
    tokenizer = build_tokenizer()
    some = examples()
    batch = MASKED.collate(some, tokenizer, np.random.default_rng(7))
    plain, _ = pad([one["input_ids"] for one in some], value=tokenizer.pad_token_id)
    ids, labels = batch["input_ids"], batch["labels"]
    chosen = labels != IGNORED
    words = batch["attention_mask"].bool() & (plain > 4)
    assert not (chosen & ~words).any(), "a special token or padding is to be guessed"
    assert float(chosen.sum() / words.sum()) == pytest.approx(0.15, abs=0.01)
    assert float((ids[chosen] == tokenizer.mask_token_id).float().mean()) == pytest.approx(0.8, abs=0.03)
    assert float((ids[chosen] == labels[chosen]).float().mean()) == pytest.approx(0.1, abs=0.03)
    assert ids[~chosen].equal(plain[~chosen])


def test_masks_are_drawn_from_the_generator_alone() -> None:
    tokenizer = build_tokenizer()

    def ids(seed: int) -> torch.Tensor:
        np.random.seed(0)
        return MASKED.collate(examples(8), tokenizer, np.random.default_rng(seed))["input_ids"]

    first = ids(1)
    torch.rand(1)
    assert ids(1).equal(first)
    assert not ids(2).equal(first)


def test_even_the_smallest_batch_has_something_to_guess() -> None:
    tokenizer = build_tokenizer()
    for seed in range(20):
        batch = MASKED.collate([{"input_ids": [2, 9, 3]}], tokenizer, np.random.default_rng(seed))
        assert MASKED.items(batch) == 1


def test_masked_loss_is_that_of_full_logits(tmp_path: Path) -> None:
    path = build_model("bert", tmp_path).path
    model: Any = with_head(path)[0].eval()
    batch = MASKED.collate(examples(6), load_tokenizer(path), np.random.default_rng(3))
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten(), reduction="sum")
    torch.testing.assert_close(MASKED.loss(model, batch), expected)
    assert not model.base_model._forward_hooks


@pytest.mark.parametrize("model_type", ["gpt2", "llama"])
def test_next_word_loss_is_that_of_transformers(model_type: str, tmp_path: Path) -> None:
    path = build_model(model_type, tmp_path).path
    model: Any = AutoModelForCausalLM.from_pretrained(path).eval()
    batch = NEXT.collate(examples(6), load_tokenizer(path), np.random.default_rng(3))
    labels = torch.where(batch["attention_mask"].bool(), batch["input_ids"], IGNORED)
    theirs = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"], labels=labels).loss
    torch.testing.assert_close(NEXT.loss(model, batch) / NEXT.items(batch), theirs)


def test_a_long_text_becomes_several_examples() -> None:
    short = MaskedWords(block_size=10, grouping="lines", probability=0.15)
    tokenizer = build_tokenizer()
    text = "profit rose on strong sales in the quarter and sales fell again"
    found = short.encode({"text": [text, "", "profit"]}, tokenizer, 4)["input_ids"]
    assert [len(one) for one in found] == [10, 6, 3]
