"""The worst substitutes of a lexicon, against HotFlip written with words and one text at a time."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

import pytest
import torch
from datasets import Dataset
from torch.nn.functional import cross_entropy
from transformers import AutoModelForTokenClassification

from metier.builtin.optimizers.adamw import AdamW
from metier.components import Industry, MethodContext
from metier.errors import StageError
from metier.settings import TrainingSettings
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import TEXTS, rows
from metier.training.engine import TrainingEngine
from metier.values import LocalModel, TaskInfo, Term, Use
from metier_adversarial._candidates import exchanges
from metier_adversarial._embeddings import at_embeddings
from metier_adversarial._matching import Matcher
from metier_adversarial._rewriting import moved_labels, texts_of
from metier_adversarial._substitution import estimated_rises, watched
from metier_adversarial.lexical_substitution import LexicalSubstitution

TERMS = (
    Term("profit", "figure", ("strong sales", "demand")),
    Term("loss", "figure", ("weak orders",)),
    Term("fell", "direction", ("cut",)),
    Term("company", "subject", ("board", "market", "new plant")),
    Term("year", "time", ("quarter",)),
)
FORMS = [(term.term, *term.synonyms) for term in TERMS]
WORDS = {form: [one for one in forms if one != form] for forms in FORMS for form in forms}
"""Form to what may take its place: the lexicon once more, by hand."""
WEIGHT = 0.7


class Trade(Industry):
    """A trade of five terms."""

    name: ClassVar[str] = "trade"
    terms: Sequence[Term] = TERMS

    def lexicon(self) -> Sequence[Term]:
        return self.terms


@pytest.fixture
def stage(tiny: LocalModel, tmp_path: Path) -> MethodContext:
    return stage_of(tiny, tmp_path)


def stage_of(model: LocalModel, folder: Path, **changes: Any) -> MethodContext:
    made = MethodContext(
        info=model.info, task=TaskInfo("task"), tokenizer=load_tokenizer(model.path), seed=1, directory=folder
    )
    return replace(made, industry=Trade(), **changes)


def method(**options: Any) -> LexicalSubstitution:
    chosen = {"rate": 0.5, "weight": WEIGHT, "hold_out": False, "spelling": False, **options}
    return LexicalSubstitution(LexicalSubstitution.Config.model_validate(chosen))


def batch_of(stage: MethodContext, texts: Sequence[str]) -> dict[str, torch.Tensor]:
    padded = stage.tokenizer(list(texts), padding=True, return_tensors="pt", return_token_type_ids=False)
    return {**padded, "labels": torch.arange(len(texts)) % 2}


class Recorded:
    """The plain loss, and the batches that it was asked for."""

    def __init__(self) -> None:
        self.batches: list[dict[str, torch.Tensor]] = []

    def __call__(self, model: Any, batch: dict[str, torch.Tensor]) -> torch.Tensor:
        self.batches.append(batch)
        return TwoLabels().loss(model, batch)


def worst(model: Any, text: str, label: int, ids: Callable[[str], list[int]], rate: float) -> str | None:
    """Return the text that HotFlip chooses, found by words: equation 3 with the mean over the words of a form."""
    words, table = text.split(), model.get_input_embeddings().weight.detach()
    embeddings = model.get_input_embeddings()(torch.tensor(ids(text))).detach().requires_grad_()
    loss = cross_entropy(model(inputs_embeds=embeddings[None]).logits, torch.tensor([label]), reduction="sum")
    (gradient,) = torch.autograd.grad(loss, embeddings)
    found, at = [], 0
    while at < len(words):
        form = next((one for size in (2, 1) if (one := " ".join(words[at : at + size])) in WORDS), "")
        size = len(form.split())
        if form:
            old = table[ids(form)[1:-1]].mean(0)
            slope = gradient[at + 1 : at + 1 + size].sum(0)  # [CLS] stands first
            rise, new = max((float((table[ids(one)[1:-1]].mean(0) - old) @ slope), one) for one in WORDS[form])
            found.append((rise, at, size, new))
        at += size or 1
    kept = [one for one in sorted(found, reverse=True)[: math.ceil(rate * len(found))] if one[0] > 0]
    for _, at, size, new in sorted(kept, key=lambda one: -one[1]):
        words[at : at + size] = new.split()
    return " ".join(words) if kept else None


@pytest.mark.parametrize("rate", [0.3, 1.0])
def test_it_puts_in_what_hotflip_finds_worst(rate: float, tiny: LocalModel, stage: MethodContext) -> None:
    model: Any = build_classifier(tiny.path).eval()
    loss = Recorded()
    batch = batch_of(stage, TEXTS)
    found = method(rate=rate).wrap_loss(loss, stage)(model, batch)
    found.backward()
    gradients = {name: one.grad for name, one in model.named_parameters()}

    model = build_classifier(tiny.path).eval()
    ids = lambda text: stage.tokenizer(text)["input_ids"]  # noqa: E731
    expected = [(worst(model, text, i % 2, ids, rate), i % 2) for i, text in enumerate(TEXTS)]
    changed = [(text, label) for text, label in expected if text]
    assert len(changed) >= 4
    written = [stage.tokenizer.decode(row, skip_special_tokens=True) for row in loss.batches[1]["input_ids"]]
    assert written == [text for text, _ in changed]
    assert loss.batches[1]["labels"].tolist() == [label for _, label in changed]
    again = stage.tokenizer([text for text, _ in changed], padding=True, return_tensors="pt")
    assert loss.batches[1]["input_ids"].equal(again["input_ids"])
    assert loss.batches[1]["attention_mask"].equal(again["attention_mask"])

    again["labels"] = torch.tensor([label for _, label in changed])
    total = TwoLabels().loss(model, batch) + WEIGHT * TwoLabels().loss(
        model, {name: again[name] for name in ("input_ids", "attention_mask", "labels")}
    )
    total.backward()
    assert found.item() == pytest.approx(total.item(), rel=1e-5)
    for name, one in model.named_parameters():
        torch.testing.assert_close(gradients[name], one.grad, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("model_type", ["bert", "gpt2", "llama", "t5"])
def test_the_estimate_is_the_slope_of_the_loss(model_type: str, tmp_path: Path) -> None:
    """Towards each candidate, in every kind of model."""
    local = build_model(model_type, tmp_path / model_type)
    stage = stage_of(local, tmp_path)
    model: Any = build_classifier(local.path).double().eval()
    batch = batch_of(stage, TEXTS[:2])
    matcher = Matcher(stage.tokenizer, exchanges(TERMS, kind="synonyms", spelling=False))
    texts = texts_of(batch)
    places = [(text, matcher.find(text.tokens)) for text in texts]

    def loss() -> torch.Tensor:
        logits = model(**{name: batch[name] for name in ("input_ids", "attention_mask")}).logits
        return cross_entropy(logits, batch["labels"], reduction="sum")

    with watched(model) as seen:
        plain = loss()
    plain.backward()
    estimates = list(estimated_rises(model, seen.gradient(batch["input_ids"]), places, matcher))
    assert len(estimates) > 4
    slopes = [
        slope(loss, model, batch, (text, place), matcher.forms[number])
        for text, found in places
        for place in found
        for number in place.candidates
    ]
    assert estimates == pytest.approx(slopes, rel=0.02, abs=1e-5)


@torch.no_grad()
def slope(loss: Any, model: Any, batch: Any, at: Any, form: Sequence[int], step: float = 1e-3) -> float:
    """Return by how much the loss rises a unit on the way from a term to a form, by central differences."""
    text, place = at
    table = model.get_input_embeddings().weight
    way = table[list(form)].mean(0) - table[list(text.tokens[place.start : place.end])].mean(0)
    found = []
    for direction in (step, -step):

        def walk(ids: torch.Tensor, embeddings: torch.Tensor, direction: float = direction) -> torch.Tensor:
            late = int(not ids.equal(batch["input_ids"]))  # T5's decoder reads the text one place later
            walked = embeddings.clone()
            walked[text.row, place.start + late : place.end + late] += direction * way
            return walked

        with at_embeddings(model, walk):
            found.append(float(loss()))
    return (found[0] - found[1]) / (2 * step)


def test_texts_without_a_term_have_the_plain_loss(tiny: LocalModel, stage: MethodContext) -> None:
    model: Any = build_classifier(tiny.path).eval()
    loss = Recorded()
    batch = batch_of(stage, ["costs grew faster than sales", "the dividend rose"])
    found = method().wrap_loss(loss, stage)(model, batch)
    assert loss.batches == [batch]
    assert found.equal(TwoLabels().loss(model, batch))
    assert found.requires_grad


def test_texts_without_a_term_count_once_beside_others(tiny: LocalModel, stage: MethodContext) -> None:
    model: Any = build_classifier(tiny.path).eval()
    loss = Recorded()
    method(rate=1.0).wrap_loss(loss, stage)(model, batch_of(stage, ["the dividend rose", *TEXTS[:2], "staff hired"]))
    assert [len(batch["labels"]) for batch in loss.batches] == [4, 2]
    assert loss.batches[1]["labels"].tolist() == [1, 0]


def test_the_loss_rises_and_no_weight_changes(tiny: LocalModel, stage: MethodContext) -> None:
    model: Any = build_classifier(tiny.path).eval()
    before = {name: one.detach().clone() for name, one in model.named_parameters()}
    loss = Recorded()
    method(rate=1.0).wrap_loss(loss, stage)(model, batch_of(stage, TEXTS)).backward()
    plain, changed = (TwoLabels().loss(model, batch) / len(batch["labels"]) for batch in loss.batches)
    assert changed > plain
    assert all(one.equal(before[name]) for name, one in model.named_parameters())
    assert not model.get_input_embeddings()._forward_hooks


def test_frozen_embeddings_are_no_hindrance(tiny: LocalModel, stage: MethodContext) -> None:
    losses = []
    for frozen in (False, True):
        model: Any = build_classifier(tiny.path).eval()
        model.bert.embeddings.requires_grad_(not frozen)
        losses.append(method().wrap_loss(TwoLabels().loss, stage)(model, batch_of(stage, TEXTS)))
    assert losses[0].item() == pytest.approx(losses[1].item(), rel=1e-6)
    assert model.get_input_embeddings().weight.grad is None


def test_measuring_has_the_plain_loss(tiny: LocalModel, stage: MethodContext) -> None:
    model: Any = build_classifier(tiny.path).eval()
    batch = batch_of(stage, TEXTS)
    with torch.no_grad():
        assert method().wrap_loss(TwoLabels().loss, stage)(model, batch).equal(TwoLabels().loss(model, batch))


def test_forms_held_out_are_never_put_in(tiny: LocalModel, stage: MethodContext) -> None:
    """Of the synonyms of `company`, those that robustness judges by do not appear."""
    from metier_adversarial._candidates import is_held_out

    kept, held = "", ""
    for word in (text_word for text in TEXTS for text_word in text.split()):
        kept, held = (kept, word) if is_held_out(word) else (word, held)
    industry = Trade()
    industry.terms = (Term("company", "subject", (kept, held)),)
    model: Any = build_classifier(tiny.path).eval()
    seen = set()
    for label in (0, 1):
        loss = Recorded()
        batch = {**batch_of(stage, [TEXTS[1], TEXTS[4]]), "labels": torch.tensor([label, label])}
        method(hold_out=True, rate=1.0).wrap_loss(loss, replace(stage, industry=industry))(model, batch)
        for changed in loss.batches[1:]:
            seen |= set(stage.tokenizer.decode(changed["input_ids"].flatten()).split())
    assert kept in seen
    assert held not in seen


def test_a_text_that_grows_too_long_keeps_its_end(tiny: LocalModel, stage: MethodContext) -> None:
    model: Any = build_classifier(tiny.path).eval()
    short = replace(stage, info=replace(stage.info, max_length=10))
    industry = Trade()
    industry.terms = (Term("profit", "figure", ("strong sales in the market",)),)
    loss = Recorded()
    for label in (0, 1):
        batch = {**batch_of(stage, ["profit rose for the company in the year"]), "labels": torch.tensor([label])}
        method().wrap_loss(loss, replace(short, industry=industry))(model, batch)
    (changed,) = [batch for batch in loss.batches if stage.tokenizer.decode(batch["input_ids"][0]).count("strong")]
    assert stage.tokenizer.decode(changed["input_ids"][0]) == "[CLS] strong sales in the market rose for the [SEP]"
    assert changed["attention_mask"].tolist() == [[1] * 10]


@pytest.mark.parametrize(
    ("labels", "before", "after", "expected"),
    [
        pytest.param([1, 2], [1, 1], [1], [1], id="B I, one word"),
        pytest.param([1], [1], [1, 1], [1, -100], id="B, two words: nothing is known of the second"),
        pytest.param([1, 2], [1, 1], [1, 1, 1], [1, 2, 2], id="B I, three words"),
        pytest.param([1, -100, 2, -100], [1, 0, 1, 0], [1, 0, 0, 1], [1, -100, -100, 2], id="first pieces alone"),
        pytest.param([1, 2], [1, 0], [1, 0, 0], [1, 2, 2], id="pieces labelled too"),
        pytest.param([0, 0], [1, 1], [1, 1], [0, 0], id="outside"),
    ],
)
def test_labels_move_with_their_words(labels: Any, before: Any, after: Any, expected: list[int]) -> None:
    assert moved_labels(labels, list(map(bool, before)), list(map(bool, after))) == expected


def words_of(stage: MethodContext, ids: torch.Tensor) -> list[str]:
    words: list[str] = stage.tokenizer.convert_ids_to_tokens(ids.flatten().tolist())
    return words


def test_labels_of_tokens_move(tiny: LocalModel, stage: MethodContext) -> None:
    names = ["O", "B-FIG", "I-FIG", "B-ORG", "I-ORG"]
    stage = replace(stage, task=TaskInfo("token-classification", {"labels": names}))
    model: Any = AutoModelForTokenClassification.from_pretrained(tiny.path, num_labels=len(names)).eval()
    batch = batch_of(stage, ["strong sales lifted profit for the company", "the company cut costs"])
    batch["labels"] = torch.tensor([[-100, 1, 2, 0, 1, 0, 0, 3, -100], [-100, 0, 3, 0, 0, -100, -100, -100, -100]])
    seen: list[Any] = []

    def loss(model: Any, batch: Any) -> torch.Tensor:
        seen.append(batch)
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        return cross_entropy(logits.flatten(0, 1), batch["labels"].flatten(), reduction="sum")

    total = method(rate=1.0).wrap_loss(loss, stage)(model, batch)
    total.backward()
    assert total.isfinite()
    asked = {"demand": 1, "strong": 1, "board": 3, "market": 3, "new": 3, "plant": -100, "costs": 0, "lifted": 0}
    asked |= {"[CLS]": -100, "[SEP]": -100, "[PAD]": -100, "the": 0, "for": 0, "profit": 1, "company": 3, "cut": 0}
    found = dict(zip(words_of(stage, seen[1]["input_ids"]), seen[1]["labels"].flatten().tolist(), strict=True))
    assert {word: asked[word] for word in found if word in asked} == {w: found[w] for w in found if w in asked}
    changed = [stage.tokenizer.decode(ids, skip_special_tokens=True) for ids in seen[1]["input_ids"]]
    assert changed[0] != "strong sales lifted profit for the company"


def test_labels_of_two_things_stay_where_they_are(stage: MethodContext) -> None:
    from metier_adversarial._rewriting import Rewriter, Text

    matcher = Matcher(stage.tokenizer, {"strong sales": ("profit",)})
    tokens = tuple(stage.tokenizer("strong sales", add_special_tokens=False)["input_ids"])
    (place,) = matcher.find(tokens)
    rewriter = Rewriter(matcher, frozenset(), 0, None, ("O", "B-FIG", "I-FIG"))
    movable = [rewriter.movable(Text(0, (0, 1), tokens, labels), place) for labels in ((1, 2), (0, 0), (0, 1), (1, 1))]
    assert movable == [True, True, False, False]
    assert not replace(rewriter, names=()).movable(Text(0, (0, 1), tokens, (1, 2)), place)


def test_a_column_that_cannot_move_is_an_error(tiny: LocalModel, stage: MethodContext) -> None:
    model: Any = build_classifier(tiny.path).eval()
    batch = batch_of(stage, TEXTS)
    batch["token_type_ids"] = torch.zeros_like(batch["input_ids"])
    loss = Recorded()
    method().wrap_loss(loss, stage)(model, batch)
    assert loss.batches[1]["token_type_ids"].shape == loss.batches[1]["input_ids"].shape
    batch["position_ids"] = torch.arange(batch["input_ids"].shape[1]).expand_as(batch["input_ids"])
    with pytest.raises(StageError, match="'position_ids' cannot move with its words"):
        method().wrap_loss(loss, stage)(model, batch)


def test_nothing_to_exchange_is_said_before_training(tiny: LocalModel, stage: MethodContext) -> None:
    model = build_classifier(tiny.path)
    with pytest.raises(StageError, match="names no industry"):
        method().prepare(model, replace(stage, industry=None))
    industry = Trade()
    industry.terms = (Term("profit", "figure"),)
    with pytest.raises(StageError, match="no term in the lexicon of trade has a synonym"):
        method().prepare(model, replace(stage, industry=industry))
    assert method().prepare(model, stage) is model


def test_texts_of_another_trade_are_an_error(stage: MethodContext, caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(StageError, match="none of the first 2 training texts has a term"):
        method().wrap_loss(TwoLabels().loss, replace(stage, train=Dataset.from_dict({"text": ["staff", "a plant"]})))
    with caplog.at_level("INFO", logger="metier"):
        method().wrap_loss(TwoLabels().loss, replace(stage, train=Dataset.from_dict({"text": ["the loss", "a plant"]})))
    assert "1 of 2 training texts have a term that can be exchanged" in caplog.text


def test_it_refuses_another_attack_but_not_noise() -> None:
    attack = Use("adaptation method", "adversarial", {"attack": "fgm"})
    assert "adversarial" in str(method().conflicts([attack]))
    assert method().conflicts([Use("adaptation method", "adversarial", {"attack": "neftune"})]) is None
    assert method().conflicts([Use("adaptation method", "partial-layers")]) is None
    assert "another" in str(method().conflicts([Use("adaptation method", "lexical-substitution")]))


def test_accumulation_does_not_change_it(tiny: LocalModel, stage: MethodContext, tmp_path: Path) -> None:
    losses: dict[int, list[float]] = {1: [], 4: []}
    for steps, found in losses.items():
        model: Any = build_classifier(tiny.path)
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        settings = {
            "per_device_train_batch_size": 16 // steps, "gradient_accumulation_steps": steps, "logging_steps": 1,
            "num_train_epochs": 3, "precision": "fp32", "speed": "plain", "save_strategy": "no",
        }  # fmt: skip
        TrainingEngine(
            tokenizer=stage.tokenizer,
            settings=TrainingSettings.model_validate(settings),
            optimizer=AdamW(AdamW.Config(learning_rate=5e-3)),
            methods=[(method(rate=1.0), stage)],
            directory=tmp_path / str(steps),
            seed=1,
            log=lambda metrics, found=found: found.extend([metrics["loss"]] if "loss" in metrics else []),  # type: ignore[misc]
        ).train(TwoLabels(), model, Dataset.from_list(rows(16)))
    assert losses[4] == pytest.approx(losses[1], rel=1e-4)
    assert len(losses[1]) == 3
