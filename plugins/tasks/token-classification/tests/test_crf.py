"""The conditional random field is that of Lafferty, McCallum & Pereira (2001): every sequence is counted."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from metier.testing.models import MODEL_TYPES, build_model, load_tokenizer
from metier_token_classification._crf import SPEED, Crf, Scores, log_partition, marginals, negative_log_likelihood
from metier_token_classification._torch import IGNORED, TagObjective, build
from metier_token_classification.decoding import Chain, transitions, word_tags

TEXTS = ["strong sales in the quarter lifted profit", "the board raised the dividend for the year", "sales fell"]
SPANS = [
    [{"start": 0, "end": 12, "label": "CAUSE"}, {"start": 35, "end": 41, "label": "FIGURE"}],
    [{"start": 21, "end": 29, "label": "FIGURE"}],
    [],
]
LABELS = ("CAUSE", "FIGURE")


def field(tags: int, seed: int) -> Crf:
    """Return a field with weights by chance."""
    made = Crf(tags).double()
    generator = torch.Generator().manual_seed(seed)
    for parameter in made.parameters():
        parameter.data = torch.randn(parameter.shape, generator=generator, dtype=torch.float64) / SPEED
    return made


def score(logits: torch.Tensor, tags: tuple[int, ...], crf: Crf) -> torch.Tensor:
    """Return a sequence's score, term by term."""
    steps = crf.first[tags[0]] + crf.last[tags[-1]] + sum(crf.transitions[pair] for pair in itertools.pairwise(tags))
    return sum(logits[at, tag] for at, tag in enumerate(tags)) + SPEED * steps


@given(st.integers(1, 4), st.integers(1, 4), st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_probabilities_are_those_of_all_sequences(length: int, tags: int, seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    crf, logits = field(tags, seed), torch.randn(1, length, tags, generator=generator, dtype=torch.float64)
    scores, kept = Scores.of(crf(logits)), torch.ones(1, length, dtype=torch.bool)
    every = list(itertools.product(range(tags), repeat=length))
    weights = torch.stack([score(logits[0], one, crf) for one in every])
    torch.testing.assert_close(log_partition(scores, kept)[0], weights.logsumexp(0))
    said = torch.stack([-negative_log_likelihood(scores, torch.tensor([one]), kept) for one in every])
    torch.testing.assert_close(said, weights.log_softmax(0))
    torch.testing.assert_close(said.exp().sum(), torch.tensor(1.0, dtype=torch.float64))
    expected = torch.zeros(length, tags, dtype=torch.float64)
    for one, share in zip(every, weights.softmax(0), strict=True):
        expected[range(length), one] += share
    torch.testing.assert_close(marginals(scores, kept)[0], expected)


@given(st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=4), st.integers(0, 2**31))
@settings(max_examples=25, deadline=None)
def test_tokens_that_are_not_kept_are_as_if_not_there(kept: list[list[bool]], seed: int) -> None:
    generator = torch.Generator().manual_seed(seed)
    crf, mask = field(3, seed), torch.tensor(kept)
    logits = torch.randn(len(kept), 5, 3, generator=generator, dtype=torch.float64)
    tags = torch.randint(0, 3, (len(kept), 5), generator=generator)
    alone = torch.zeros((), dtype=torch.float64)
    for row, places in enumerate(mask):
        if len(one := places.nonzero().flatten()):
            scores = Scores.of(crf(logits[row : row + 1, one]))
            alone += negative_log_likelihood(scores, tags[row : row + 1, one], torch.ones(1, len(one)).bool())
    whole = negative_log_likelihood(Scores.of(crf(logits)), tags.where(mask, torch.tensor(IGNORED)), mask)
    torch.testing.assert_close(whole, alone)


@given(st.lists(st.integers(1, 3), min_size=1, max_size=4), st.integers(0, 2**31))
@settings(max_examples=30, deadline=None)
def test_the_best_tags_of_whole_words_are_found(sizes: list[int], seed: int) -> None:
    words, random = np.repeat(np.arange(len(sizes)), sizes) + 3, np.random.default_rng(seed)
    scores, chain = random.normal(size=(len(words), 5)), Chain(random.normal(size=(5, 5)), *random.normal(size=(2, 5)))
    allowed = transitions(5)

    def spread(tags: tuple[int, ...]) -> list[int]:
        return [tag + (at > 0 and tag % 2) for tag, size in zip(tags, sizes, strict=True) for at in range(size)]

    def total(tags: tuple[int, ...]) -> float:
        every = spread(tags)
        steps = sum(allowed[one, other] + chain.transitions[one, other] for one, other in itertools.pairwise(every))
        return float(sum(scores[range(len(every)), every]) + steps + chain.first[every[0]] + chain.last[every[-1]])

    best = max(itertools.product(range(5), repeat=len(sizes)), key=total)
    assert word_tags(scores, words, chain).tolist() == spread(best)


def examples(objective: TagObjective, tokenizer: Any, max_length: int) -> list[dict[str, Any]]:
    encoded = objective.encode({"text": TEXTS, "spans": SPANS}, tokenizer, max_length)
    return [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_a_new_field_is_cross_entropy_and_windows_add_up(model_type: str, tmp_path: Path) -> None:
    path = build_model(model_type, tmp_path).path
    tokenizer, random = load_tokenizer(path), np.random.default_rng(0)
    with_field, without = (TagObjective(LABELS, stride=2, crf=crf) for crf in (True, False))
    model = build(path, labels=LABELS, crf=True).eval()
    given = examples(with_field, tokenizer, 8)
    batch = with_field.collate(given, tokenizer, random)
    assert len(given) > len(TEXTS), "a long text is several windows"
    torch.testing.assert_close(with_field.loss(model, batch), without.loss(model, batch), rtol=1e-5, atol=1e-5)
    with torch.no_grad():
        for parameter in model.crf.parameters():
            parameter.normal_()
    whole = with_field.loss(model, batch)
    parts = [with_field.collate(given[at : at + 2], tokenizer, random) for at in range(0, len(given), 2)]
    torch.testing.assert_close(whole, sum(with_field.loss(model, part) for part in parts), rtol=1e-4, atol=1e-4)
    assert with_field.items(batch) == sum(map(with_field.items, parts)) == int((batch["labels"] != IGNORED).sum())


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_the_field_is_in_the_models_folder(model_type: str, tmp_path: Path) -> None:
    model = build(build_model(model_type, tmp_path / "base").path, labels=LABELS, crf=True)
    torch.manual_seed(0)
    with torch.no_grad():
        for parameter in model.crf.parameters():
            parameter.normal_()
    model.save_pretrained(tmp_path / "saved")
    again = build(tmp_path / "saved", labels=LABELS, crf=True)
    assert all(one.equal(other) for one, other in zip(model.parameters(), again.parameters(), strict=True))


def test_what_follows_what_decides(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    objective = TagObjective(LABELS, stride=2, crf=True)
    given = examples(objective, tokenizer, 32)[2:]
    crf = Crf(5)
    logits = torch.zeros(1, 4, 5)
    logits[0, 1, 1] = logits[0, 2, 4] = 1.0  # "sales" begins a CAUSE; "fell" is inside a FIGURE, which cannot follow it
    with torch.no_grad():
        crf.transitions[1, 2] = 2.0 / SPEED
        crf.last[2] = 0.5 / SPEED
    (found,) = objective.decode(crf(logits).detach(), given, tokenizer)
    spans = objective.joined([found], {"text": TEXTS[2]})["spans"]
    assert [(span["text"], span["label"]) for span in spans] == [("sales fell", "CAUSE")]
    every = list(itertools.product(range(5), repeat=2))
    weights = torch.stack([score(logits[0, 1:3], one, crf) for one in every]).detach().softmax(0)
    first = sum(weight for one, weight in zip(every, weights, strict=True) if one[0] == 1)
    second = sum(weight for one, weight in zip(every, weights, strict=True) if one[1] == 2)
    assert spans[0]["score"] == pytest.approx(float(first + second) / 2, abs=1e-5)


def test_a_window_without_a_token_has_no_piece(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    objective = TagObjective(LABELS, stride=2, crf=True)
    outputs = Crf(5)(torch.zeros(1, 2, 5)).detach()
    assert objective.decode(outputs, [{"starts": [0, 0], "ends": [0, 0], "words": [-1, -1]}], tokenizer) == [
        {"pieces": []}
    ]
