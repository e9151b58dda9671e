"""Rows laid into fewer rows are the same rows, and a model that keeps them apart says the same of them."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from transformers import AutoModelForCausalLM

from metier.testing.models import build_model
from metier.training.language_head import IGNORED, loss_at_labels
from metier.training.packing import apart, keeps_apart, together
from metier.training.padding import pad

Rows = list[list[int]]
ROWS = st.lists(st.lists(st.integers(1, 40), min_size=1, max_size=9), min_size=1, max_size=8)


def batch_of(rows: Rows) -> dict[str, torch.Tensor]:
    """Return a batch in which every second token is asked for."""
    ids, mask = pad(rows, value=0)
    asked = mask.bool() & (torch.arange(ids.shape[1]) % 2 == 1)
    return {"input_ids": ids, "attention_mask": mask, "labels": torch.where(asked, ids, IGNORED)}


def rows_of(batch: dict[str, torch.Tensor]) -> list[tuple[list[int], list[int]]]:
    real = batch["attention_mask"].bool()
    return sorted(
        (ids[one].tolist(), labels[one].tolist())
        for ids, labels, one in zip(batch["input_ids"], batch["labels"], real, strict=True)
    )


@given(ROWS)
def test_rows_stay_what_they_are_and_take_no_more_room(rows: Rows) -> None:
    batch = batch_of(rows)
    packed = together(batch)
    assert packed["input_ids"].numel() <= batch["input_ids"].numel()
    if packed is not batch:
        assert len(packed["input_ids"]) < len(rows)
        mask = packed["input_ids"] != 0  # no token of these rows is 0
        assert rows_of(apart({**packed, "attention_mask": mask.long()})) == rows_of(batch)


@pytest.mark.parametrize("model_type", ["gpt2", "llama"])
def test_the_loss_and_its_gradient_are_those_of_rows_of_their_own(model_type: str, tmp_path: Path) -> None:
    model = AutoModelForCausalLM.from_pretrained(build_model(model_type, tmp_path).path).eval()
    assert keeps_apart(model)
    batch = batch_of([[5, 6, 7, 8, 9, 10], [11, 12], [13, 14, 15], [16]])
    packed = together(batch)
    assert packed["input_ids"].shape == (2, 6)
    found = []
    for one in (batch, packed):
        inputs = {name: value for name, value in one.items() if name != "labels"}
        loss = loss_at_labels(model, {**inputs, "use_cache": False}, one["labels"])
        (slope,) = torch.autograd.grad(loss, [model.get_input_embeddings().weight])
        found.append((loss, slope))
    torch.testing.assert_close(found[1], found[0], rtol=1e-4, atol=1e-5)
