"""Masked words: BERT's shares, what is hidden together, and a loss equal to that of full logits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import PreTrainedTokenizerFast

from metier.testing.models import build_model, build_tokenizer, load_tokenizer
from metier.training.language_head import IGNORED
from metier.training.padding import pad
from metier_pretraining._masked import MaskedWords, Masking
from metier_pretraining._models import with_head

MASKED = MaskedWords(block_size=64, grouping="lines")
MASKINGS: tuple[Masking, ...] = ("token", "whole-word", "span", "lexicon")
VOCABULARY = [f"w{number}" for number in range(2000)]


def examples(count: int = 400, length: int = 50) -> list[dict[str, Any]]:
    """Words of one, two and three tokens; every fifth is a term."""
    generator = np.random.default_rng(1)
    made = []
    for i in range(count):
        units = np.repeat(np.arange(length), generator.integers(1, 4, size=length))[: length - i % 9]
        ids = generator.integers(5, 2000, size=len(units)).tolist()
        terms = [-1, *(units % 5 == 0).astype(int).tolist(), -1]
        made.append({"input_ids": [2, *ids, 3], "units": [-1, *units.tolist(), -1], "terms": terms})
    return made


@pytest.fixture(scope="module")
def tokenizer() -> PreTrainedTokenizerFast:
    return build_tokenizer([" ".join(VOCABULARY)])


@pytest.mark.parametrize("masking", MASKINGS)
def test_masking_has_the_shares_of_the_paper(masking: Masking, tokenizer: PreTrainedTokenizerFast) -> None:
    some = examples()
    batch = replace(MASKED, masking=masking).collate(some, tokenizer, np.random.default_rng(7))
    plain, _ = pad([one["input_ids"] for one in some], value=tokenizer.pad_token_id)
    ids, labels = batch["input_ids"], batch["labels"]
    chosen = labels != IGNORED
    words = batch["attention_mask"].bool() & (plain > 4)
    assert not (chosen & ~words).any(), "a special token or padding is to be guessed"
    assert labels[chosen].equal(plain[chosen])
    assert float(chosen.sum() / words.sum()) == pytest.approx(0.15, abs=0.01)
    assert float((ids[chosen] == tokenizer.mask_token_id).float().mean()) == pytest.approx(0.8, abs=0.03)
    assert float((ids[chosen] == labels[chosen]).float().mean()) == pytest.approx(0.1, abs=0.02)
    assert ids[~chosen].equal(plain[~chosen])


def fates(batch: dict[str, torch.Tensor], mask: int) -> list[list[tuple[int, int]]]:
    """By row: place of each token to guess, and whether it is hidden (0), replaced (1) or kept (2)."""
    ids, labels = batch["input_ids"].tolist(), batch["labels"].tolist()
    return [
        [
            (place, 0 if token == mask else 1 + (token == label))
            for place, (token, label) in enumerate(zip(*row, strict=True))
            if label != IGNORED
        ]
        for row in zip(ids, labels, strict=True)
    ]


@pytest.mark.parametrize("masking", ["whole-word", "span", "lexicon"])
def test_pieces_of_a_word_are_hidden_together(masking: Masking, tokenizer: PreTrainedTokenizerFast) -> None:
    some = examples(60)
    batch = replace(MASKED, masking=masking).collate(some, tokenizer, np.random.default_rng(7))
    for one, row in zip(some, fates(batch, tokenizer.mask_token_id), strict=True):
        units = {one["units"][place] for place, _ in row}
        together = [place for place, unit in enumerate(one["units"]) if unit in units]
        assert [place for place, _ in row] == together


def test_a_span_and_a_term_have_one_fate_and_a_words_pieces_each_their_own(tokenizer: PreTrainedTokenizerFast) -> None:
    def same(masking: Masking) -> float:
        """Share of words of several tokens of which all have one fate."""
        some = examples(300)
        batch = replace(MASKED, masking=masking).collate(some, tokenizer, np.random.default_rng(3))
        found = []
        for one, row in zip(some, fates(batch, tokenizer.mask_token_id), strict=True):
            by_unit: dict[int, list[int]] = {}
            for place, fate in row:
                by_unit.setdefault(one["units"][place], []).append(fate)
            found += [len(set(fate)) == 1 for fate in by_unit.values() if len(fate) > 1]
        return float(np.mean(found))

    assert same("span") == same("lexicon") == 1.0
    assert same("whole-word") == pytest.approx((0.8**2 + 2 * 0.1**2 + 0.8**3 + 2 * 0.1**3) / 2, abs=0.05)


def test_terms_of_the_lexicon_are_hidden_first(tokenizer: PreTrainedTokenizerFast) -> None:
    some = examples(50)
    batch = replace(MASKED, masking="lexicon", probability=0.3).collate(some, tokenizer, np.random.default_rng(0))
    for one, row in zip(some, batch["labels"].tolist(), strict=True):
        hidden = {place for place, label in enumerate(row) if label != IGNORED}
        terms = {place for place, term in enumerate(one["terms"]) if term == 1}
        assert terms <= hidden or hidden <= terms


def test_masks_are_drawn_from_the_generator_alone(tokenizer: PreTrainedTokenizerFast) -> None:
    for masking in MASKINGS:

        def ids(seed: int, masking: Masking = masking) -> torch.Tensor:
            np.random.seed(0)
            some = replace(MASKED, masking=masking)
            return some.collate(examples(8), tokenizer, np.random.default_rng(seed))["input_ids"]

        first = ids(1)
        torch.rand(1)
        assert ids(1).equal(first)
        assert not ids(2).equal(first), "an epoch's masks are the next one's"


@pytest.mark.parametrize("masking", MASKINGS)
def test_every_row_has_something_to_guess(masking: Masking, tokenizer: PreTrainedTokenizerFast) -> None:
    few = replace(MASKED, masking=masking, probability=1e-6)
    for seed in range(10):
        batch = few.collate(examples(5), tokenizer, np.random.default_rng(seed))
        assert (batch["labels"] != IGNORED).any(dim=1).all()
        assert few.items(batch) <= 5 * 3, "a word of three tokens at most"


def test_texts_are_encoded_with_their_words_and_terms(tokenizer: PreTrainedTokenizerFast) -> None:
    by_lexicon = MaskedWords(block_size=12, grouping="blocks", masking="lexicon", lexicon=("w1 w2", "w3"))
    rows = {"text": ["w9 w1 w2 w3 w8", "", "w3 nonsense w1 w4 w5 w6 w7"]}
    found = by_lexicon.encode(rows, tokenizer, 4)
    cls, sep, unk = tokenizer.cls_token_id, tokenizer.sep_token_id, tokenizer.unk_token_id
    w = tokenizer.convert_tokens_to_ids(VOCABULARY[:10])
    assert found["input_ids"] == [
        [cls, w[9], w[1], w[2], w[3], w[8], sep, w[3], unk, w[1], w[4], sep],
        [cls, w[5], w[6], w[7], sep],
    ]
    assert found["terms"] == [[-1, 0, 1, 1, 1, 0, -1, 1, 0, 0, 0, -1], [-1, 0, 0, 0, -1]]
    first = found["units"][0]
    assert first[2] == first[3] != first[4], "a term of two words is one unit, the next term another"
    assert first[4] != first[7], "the same term in another text is another unit"
    assert [place for place, unit in enumerate(first) if unit == -1] == [0, 6, 8, 11], "special and unknown tokens"


def test_a_long_text_becomes_several_examples_and_one_without_words_none(caplog: pytest.LogCaptureFixture) -> None:
    short = MaskedWords(block_size=10, grouping="lines")
    tokenizer = build_tokenizer()
    text = "profit rose on strong sales in the quarter and sales fell again"
    with caplog.at_level("INFO", logger="metier"):
        found = short.encode({"text": [text, "", "profit", "???", "  "]}, tokenizer, 4)
    assert caplog.messages == ["continued-pretraining: 1 texts have nothing to guess and are left out"]
    assert [len(one) for one in found["input_ids"]] == [10, 6, 3]
    assert [len(one) for one in found["units"]] == [10, 6, 3]
    assert set(found) == {"input_ids", "units"}


@pytest.mark.parametrize("linear_head", [False, True])
def test_loss_and_gradients_are_those_of_full_logits(linear_head: bool, tmp_path: Path) -> None:
    path = build_model("bert", tmp_path).path
    model: Any = with_head(path)[0].eval()
    objective = replace(MASKED, linear_head=linear_head)
    some = [
        {name: [token % 40 for token in one[name]] if name == "input_ids" else one[name] for name in one}
        for one in examples(6)
    ]
    batch = objective.collate(some, load_tokenizer(path), np.random.default_rng(3))
    logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
    expected = torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten(), reduction="sum")
    expected.backward()
    gradients = {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}
    model.zero_grad()
    loss = objective.loss(model, batch)
    loss.backward()
    torch.testing.assert_close(loss, expected)
    for name, one in model.named_parameters():
        if name in gradients:
            torch.testing.assert_close(one.grad, gradients[name], msg=name, rtol=1e-4, atol=1e-5)
    assert not model.base_model._forward_hooks
