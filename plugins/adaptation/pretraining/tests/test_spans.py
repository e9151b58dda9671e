"""Span corruption as the paper's: its example, its numbers, and a T5 that learns from it."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel, AutoModelForSeq2SeqLM, AutoModelForSequenceClassification

from metier.testing.models import build_model, build_tokenizer, load_tokenizer
from metier.testing.samples import TEXTS
from metier.training.language_head import IGNORED
from metier_pretraining._spans import CorruptedSpans, noise_mask, sentinels_of, with_gaps

TOKENIZER = build_tokenizer(sentinels=10)
SPANS = CorruptedSpans(block_size=33, grouping="blocks", sentinels=sentinels_of(TOKENIZER))


def encoded(objective: CorruptedSpans, texts: Any = TEXTS) -> list[dict[str, Any]]:
    return [{"input_ids": one} for one in objective.encode({"text": list(texts)}, TOKENIZER, 4)["input_ids"]]


def test_the_papers_example() -> None:
    """Figure 2, but for the sentinel that ends its targets: the code's texts end in a gap, and need none."""
    words = np.array(["Thank", "you", "for", "inviting", "me", "to", "your", "party", "last", "week"])
    gaps = np.isin(words, ["for", "inviting", "last"])
    text, left_out = with_gaps(np.arange(10), gaps, np.array([100, 101, 102]))
    assert text == [0, 1, 100, 4, 5, 6, 7, 101, 9]
    assert left_out == [100, 2, 3, 101, 8]


@pytest.mark.parametrize("length", [2, 3, 5, 12, 64, 114, 512])
@pytest.mark.parametrize("density", [0.15, 0.5, 0.95, 1e-6])
def test_gaps_have_the_numbers_of_the_papers_code(length: int, density: float) -> None:
    noise = min(max(round(length * density), 1), length - 1)
    count = min(max(round(noise / 3), 1), length - noise)
    for seed in range(5):
        mask = noise_mask(length, density, np.random.default_rng(seed), most=1000)
        runs = [value for value, _ in groupby(mask.tolist())]
        assert len(mask) == length
        assert mask.sum() == noise
        assert runs == [False, True] * count, "text and gaps take turns, beginning with text"
    assert [one for one, _ in groupby(noise_mask(length, density, np.random.default_rng(0), most=1).tolist())] == [0, 1]


def test_all_masks_are_equally_likely() -> None:
    """Of 10 tokens 5 in round(5 / 3) = 2 gaps: these have 1 + 4, 2 + 3, 3 + 2 or 4 + 1, and so has the text."""
    generator = np.random.default_rng(0)
    found = Counter(noise_mask(10, 0.5, generator, most=9).tobytes() for _ in range(3200))
    assert len(found) == 16
    assert all(count == pytest.approx(200, abs=50) for count in found.values())


def test_a_text_of_one_token_is_a_gap() -> None:
    assert noise_mask(1, 0.15, np.random.default_rng(0), most=5).tolist() == [True]
    assert with_gaps(np.array([7]), np.array([True]), np.array([100])) == ([100], [100, 7])


def test_inputs_and_targets_together_are_the_text() -> None:
    some = encoded(SPANS)
    batch = SPANS.collate(some, TOKENIZER, np.random.default_rng(0))
    end = TOKENIZER.eos_token_id
    targets = [[token for token in row if token != IGNORED] for row in batch["labels"].tolist()]
    inputs = [
        ids[: sum(real)]
        for ids, real in zip(batch["input_ids"].tolist(), batch["attention_mask"].tolist(), strict=True)
    ]
    for one, text, target in zip(some, inputs, targets, strict=True):
        assert text.pop() == target.pop() == end
        assert target[0] == SPANS.sentinels[0]
        gaps: dict[int, list[int]] = {}
        for token in target:
            if token in SPANS.sentinels:
                gaps[token] = []
            else:
                gaps[list(gaps)[-1]].append(token)
        assert list(gaps) == [token for token in text if token in SPANS.sentinels] == list(SPANS.sentinels[: len(gaps)])
        assert [word for token in text for word in gaps.get(token, [token])] == one["input_ids"]
    assert SPANS.items(batch) == sum(len(target) + 1 for target in targets)


def test_gaps_are_drawn_from_the_generator_alone() -> None:
    some = encoded(SPANS)
    first, again, other = (
        SPANS.collate(some, TOKENIZER, np.random.default_rng(seed))["input_ids"] for seed in (1, 1, 2)
    )
    assert again.equal(first)
    assert not other.equal(first)


def test_texts_are_joined_with_an_end_between() -> None:
    short = replace(SPANS, block_size=8)
    profit, rose, fell = TOKENIZER.convert_tokens_to_ids(["profit", "rose", "fell"])
    end = TOKENIZER.eos_token_id
    found = encoded(short, ["profit rose", "", "profit fell profit fell profit"])
    assert [one["input_ids"] for one in found] == [[profit, rose, end, profit, fell, profit, fell], [profit]]
    by_line = encoded(replace(short, grouping="lines"), ["profit rose", "", "fell"])
    assert [one["input_ids"] for one in by_line] == [[profit, rose], [fell]]
    batch = short.collate(found, TOKENIZER, np.random.default_rng(0))
    assert batch["input_ids"].shape[1] <= 8


@pytest.fixture
def tiny(tmp_path: Path) -> tuple[Path, Any]:
    path = build_model("t5", tmp_path / "tiny").path
    return path, AutoModelForSeq2SeqLM.from_pretrained(path)


@pytest.mark.parametrize("linear_head", [False, True])
def test_the_loss_is_that_of_transformers(linear_head: bool, tiny: tuple[Path, Any]) -> None:
    path, model = tiny
    objective = replace(SPANS, linear_head=linear_head)
    batch = objective.collate(encoded(objective), load_tokenizer(path), np.random.default_rng(0))
    theirs = model.eval()(**batch).loss
    torch.testing.assert_close(objective.loss(model, batch) / objective.items(batch), theirs)
    assert objective.fitted_to(model).linear_head


def test_a_t5_learns_and_loads_with_every_class(tiny: tuple[Path, Any], tmp_path: Path) -> None:
    _, model = tiny
    objective = replace(SPANS, block_size=12, grouping="lines").fitted_to(model)
    optimizer = torch.optim.AdamW(model.parameters(), lr=0.01)
    losses = []
    for step in range(25):
        batch = objective.collate(encoded(objective), TOKENIZER, np.random.default_rng(step))
        loss = objective.loss(model, batch) / objective.items(batch)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    assert np.mean(losses[-5:]) < 0.7 * np.mean(losses[:5])
    model.save_pretrained(tmp_path / "adapted")
    for kind in (AutoModel, AutoModelForSeq2SeqLM, AutoModelForSequenceClassification):
        again: Any = kind.from_pretrained(tmp_path / "adapted")
        for part in ("encoder", "decoder"):
            mine, theirs = getattr(model, part), getattr(getattr(again, "transformer", again), part)
            assert all(one.equal(two) for one, two in zip(mine.parameters(), theirs.parameters(), strict=True))
