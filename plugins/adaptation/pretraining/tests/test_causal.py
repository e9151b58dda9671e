"""Next words: documents of a block do not see each other, and each word but a document's first is guessed once."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModelForCausalLM, BloomConfig, BloomForCausalLM, MambaConfig, MambaForCausalLM

from metier.testing.models import build_model, build_tokenizer, load_tokenizer
from metier.testing.samples import TEXTS
from metier.training.language_head import IGNORED
from metier.training.packing import apart, keeps_apart, positions
from metier_pretraining._causal import NextWords

NEXT = NextWords(block_size=40, grouping="blocks")
NO_POSITIONS = {
    "bloom": lambda size: BloomForCausalLM(BloomConfig(vocab_size=size, hidden_size=32, n_layer=2, n_head=4)),
    "mamba": lambda size: MambaForCausalLM(MambaConfig(vocab_size=size, hidden_size=32, num_hidden_layers=2)),
}


def model_of(model_type: str, folder: Path) -> Any:
    if model_type in NO_POSITIONS:
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(0)
            return NO_POSITIONS[model_type](len(build_tokenizer())).eval()
    return AutoModelForCausalLM.from_pretrained(build_model(model_type, folder).path).eval()


def encoded(objective: NextWords, texts: Any = TEXTS) -> list[dict[str, Any]]:
    columns = objective.encode({"text": list(texts)}, build_tokenizer(), 8)
    return [dict(zip(columns, one, strict=True)) for one in zip(*columns.values(), strict=True)]


def batch_of(objective: NextWords, texts: Any = TEXTS) -> Any:
    return objective.collate(encoded(objective, texts), build_tokenizer(), np.random.default_rng(0))


def documents(objective: NextWords) -> list[torch.Tensor]:
    """The documents of a batch, and the parts of those that a block's end cuts, one by one."""
    return [
        torch.tensor(one["input_ids"][end - length : end])
        for one in encoded(objective)
        for length, end in zip(one["lengths"], itertools.accumulate(one["lengths"]), strict=True)
    ]


@pytest.mark.parametrize("model_type", ["gpt2", "llama"])
def test_logits_of_a_packed_block_are_those_of_its_documents(model_type: str, tmp_path: Path) -> None:
    model = model_of(model_type, tmp_path)
    batch = batch_of(NEXT)
    ids, real = batch["input_ids"], batch["attention_mask"].bool()
    assert any(len(one["lengths"]) > 2 for one in encoded(NEXT))
    with torch.no_grad():
        packed = model(input_ids=ids, position_ids=batch["position_ids"], use_cache=False).logits[real]
        alone = torch.cat([model(input_ids=one.unsqueeze(0)).logits[0] for one in documents(NEXT)])
        seen = model(input_ids=ids, attention_mask=batch["attention_mask"]).logits[real]
    torch.testing.assert_close(packed, alone, rtol=1e-4, atol=1e-5)
    assert not torch.allclose(seen, alone, atol=1e-3), "without positions documents see each other"
    assert keeps_apart(model)


@pytest.mark.parametrize("model_type", ["gpt2", "llama", "bloom", "mamba"])
@pytest.mark.parametrize("grouping", ["blocks", "lines"])
def test_the_loss_is_that_of_transformers_document_by_document(model_type: str, grouping: Any, tmp_path: Path) -> None:
    model = model_of(model_type, tmp_path)
    objective = replace(NEXT, grouping=grouping, block_size=24)
    expected = sum(
        model(input_ids=one.unsqueeze(0), labels=one.unsqueeze(0)).loss * (len(one) - 1) for one in documents(objective)
    )
    fitted = objective.fitted_to(model)
    assert fitted.packs is (model_type not in NO_POSITIONS)
    assert fitted.linear_head
    assert not model.training
    for one in (objective, fitted):
        torch.testing.assert_close(one.loss(model, batch_of(one)), expected, rtol=1e-4, atol=1e-3)


def test_the_last_word_of_a_document_does_not_ask_for_the_next_ones_first() -> None:
    tokenizer = build_tokenizer()
    batch = batch_of(NextWords(block_size=20, grouping="blocks"), ["profit rose", "sales fell again", "profit"])
    start, end = tokenizer.cls_token_id, tokenizer.sep_token_id
    profit, rose, sales, fell, again = tokenizer.convert_tokens_to_ids(["profit", "rose", "sales", "fell", "again"])
    assert batch["input_ids"].tolist() == [
        [start, profit, rose, end, start, sales, fell, again, end, start, profit, end]
    ]
    no = IGNORED
    assert batch["labels"].tolist() == [[profit, rose, end, no, sales, fell, again, end, no, profit, end, no]]
    assert batch["position_ids"].tolist() == [[0, 1, 2, 3, 0, 1, 2, 3, 4, 0, 1, 2]]


def test_every_word_is_guessed_once() -> None:
    tokenizer = build_tokenizer()
    whole = [[*tokenizer(text)["input_ids"]] for text in TEXTS]
    for grouping, size in itertools.product(("blocks", "lines"), (8, 11, 500)):
        objective = NextWords(block_size=size, grouping=grouping)  # type: ignore[arg-type]
        batch = batch_of(objective)
        asked = batch["labels"][batch["labels"] != IGNORED].tolist()
        assert asked == [token for document in whole for token in document[1:]]
        assert objective.items(batch) == len(asked)
        assert batch["input_ids"].shape[1] <= size


def test_lines_have_no_positions_and_what_has_nothing_to_guess_is_left_out(caplog: pytest.LogCaptureFixture) -> None:
    batch = batch_of(NextWords(block_size=20, grouping="lines"), ["profit rose", "", "  ", "sales"])
    assert "position_ids" not in batch
    assert batch["attention_mask"].sum(dim=1).tolist() == [4, 3]
    assert encoded(NEXT, ["", " "]) == []
    without_ends = build_tokenizer()
    without_ends.bos_token = without_ends.eos_token = None
    with caplog.at_level("INFO", logger="metier"):
        found = NEXT.encode({"text": ["sales", "profit rose", "", "sales"]}, without_ends, 8)
    assert found["lengths"] == [[2]]
    assert caplog.messages == ["continued-pretraining: 2 texts have nothing to guess and are left out"]


def test_rows_come_apart_into_documents() -> None:
    batch = {
        "input_ids": torch.tensor([[5, 6, 7, 8, 9], [4, 3, 2, 0, 0]]),
        "attention_mask": torch.tensor([[1, 1, 1, 1, 1], [1, 1, 1, 0, 0]]),
        "labels": torch.tensor([[6, IGNORED, 8, 9, IGNORED], [3, 2, IGNORED, IGNORED, IGNORED]]),
        "position_ids": positions([[2, 3], [3]], 5),
    }
    assert batch["position_ids"].tolist() == [[0, 1, 0, 1, 2], [0, 1, 2, 0, 0]]
    found = apart(batch)
    assert found["input_ids"].tolist() == [[5, 6, 0], [7, 8, 9], [4, 3, 2]]
    assert found["attention_mask"].tolist() == [[1, 1, 0], [1, 1, 1], [1, 1, 1]]
    assert found["labels"].tolist() == [[6, IGNORED, IGNORED], [8, 9, IGNORED], [3, 2, IGNORED]]
    assert set(found) == {"input_ids", "attention_mask", "labels"}


def test_padding_and_use_cache_change_nothing(tmp_path: Path) -> None:
    """The model's own `use_cache` would keep transformers from making the mask of positions."""
    path = build_model("llama", tmp_path).path
    model: Any = AutoModelForCausalLM.from_pretrained(path).eval()
    assert model.config.use_cache
    objective = NEXT.fitted_to(model)
    some = encoded(objective)
    assert len({len(one["input_ids"]) for one in some}) > 1
    tokenizer, generator = load_tokenizer(path), np.random.default_rng(0)
    together = objective.loss(model, objective.collate(some, tokenizer, generator))
    alone = sum(objective.loss(model, objective.collate([one], tokenizer, generator)) for one in some)
    torch.testing.assert_close(together, alone)
