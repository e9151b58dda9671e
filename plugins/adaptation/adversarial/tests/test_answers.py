"""What is compared: supervised answers alone, each kind by its own divergence; what cannot be is refused in words."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
import torch
from torch.distributions import Bernoulli, Categorical, Normal, kl_divergence

from metier.components import MethodContext
from metier.errors import StageError
from metier.testing.objective import TwoLabels, build_classifier
from metier.values import LocalModel, ModelInfo, TaskInfo, Use
from metier_adversarial._answers import Answers, Kind, answered, supervised
from metier_adversarial.adversarial import Adversarial

GENERATOR = torch.Generator().manual_seed(0)
ONE, OTHER = torch.randn(6, 4, generator=GENERATOR), torch.randn(6, 4, generator=GENERATOR)
LOGITS = torch.randn(2, 5, 3, generator=GENERATOR)
EXPECTED: dict[Kind, Any] = {
    "one label": lambda p, q: kl_divergence(Categorical(logits=p), Categorical(logits=q)).sum(),
    "several labels": lambda p, q: kl_divergence(Bernoulli(logits=p), Bernoulli(logits=q)).mean(dim=-1).sum(),
    "number": lambda p, q: kl_divergence(Normal(p, 1.0), Normal(q, 1.0)).mean(dim=-1).sum(),
}


@pytest.mark.parametrize("kind", EXPECTED)
def test_divergences_are_those_of_the_distributions(kind: Kind) -> None:
    one, other, expected = Answers(ONE, kind), Answers(OTHER, kind), EXPECTED[kind]
    torch.testing.assert_close(one.divergence(other), expected(ONE, OTHER))
    torch.testing.assert_close(one.symmetric_divergence(other), expected(ONE, OTHER) + expected(OTHER, ONE))
    assert one.symmetric_divergence(one).item() == 0


def test_answers_that_are_nearly_equal_differ_by_what_they_differ() -> None:
    near = ONE + 1e-5 * OTHER
    exact = Answers(ONE.double(), "one label").symmetric_divergence(Answers(near.double(), "one label"))
    found = Answers(ONE, "one label").symmetric_divergence(Answers(near, "one label"))
    assert found.item() == pytest.approx(exact.item(), rel=0.05)


@pytest.mark.parametrize(
    ("problem", "labels", "kind"),
    [
        (None, 2, "one label"),
        ("single_label_classification", 2, "one label"),
        ("multi_label_classification", 2, "several labels"),
        ("regression", 2, "number"),
        (None, 1, "number"),
    ],
)
def test_the_kind_is_the_models(problem: str | None, labels: int, kind: Kind, tiny: LocalModel, batch: Any) -> None:
    model: Any = build_classifier(tiny.path)
    model.config.problem_type = problem
    model.classifier = torch.nn.Linear(32, labels)
    _, answers = answered(lambda model, batch: model(batch["input_ids"]).logits.sum(), model, batch)
    assert answers.kind == kind
    assert answers.logits.shape == (5, labels)


def test_of_token_logits_only_supervised_places_are_compared() -> None:
    labels = torch.full((2, 5), -100)
    labels[0, 1], labels[1, 3] = 2, 0
    assert supervised(LOGITS, labels).equal(torch.stack([LOGITS[0, 1], LOGITS[1, 3]]))
    short = LOGITS[labels != -100].unsqueeze(0)  # a head that computed no others
    assert supervised(short, labels).equal(short[0])
    assert supervised(LOGITS[:, 0], torch.tensor([1, 0])).equal(LOGITS[:, 0])
    assert supervised(LOGITS[:, 0], torch.zeros(2, 3)).equal(LOGITS[:, 0])
    assert supervised(torch.zeros(4), torch.zeros(4)).shape == (4, 1)


@pytest.mark.parametrize("labels", [None, torch.zeros(2, 4), torch.zeros(2)])
def test_logits_that_match_no_labels_are_refused(labels: torch.Tensor | None) -> None:
    with pytest.raises(StageError, match=r"logits are \(2, 5, 3\) and .*which answers to compare is not clear"):
        supervised(LOGITS, labels)


def test_a_model_without_logits_is_refused(tiny: LocalModel, batch: Any) -> None:
    model: Any = build_classifier(tiny.path).bert
    with pytest.raises(StageError, match="the model gives no logits"):
        answered(lambda model, batch: model(batch["input_ids"]).last_hidden_state.sum(), model, batch)


@pytest.mark.parametrize(("times", "said"), [(0, "in parts only"), (2, "2 times")])
def test_a_loss_that_does_not_ask_once_is_refused(times: int, said: str, tiny: LocalModel, batch: Any) -> None:
    model: Any = build_classifier(tiny.path)

    def loss(model: Any, batch: Any) -> torch.Tensor:
        return torch.stack([torch.zeros(()), *(TwoLabels().loss(model, batch) for _ in range(times))]).sum()

    with pytest.raises(StageError, match=f"asks the model {said}"):
        answered(loss, model, batch)


@pytest.mark.parametrize("attack", ["smart", "vat", "r-drop"])
def test_token_classification_is_served(attack: str, tiny: LocalModel, context: MethodContext, batch: Any) -> None:
    from transformers import AutoModelForTokenClassification

    model: Any = AutoModelForTokenClassification.from_pretrained(tiny.path, num_labels=3)
    labels = torch.where(batch["input_ids"] > 4, batch["input_ids"] % 3, -100)

    def loss(model: Any, batch: Any) -> torch.Tensor:
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        return torch.nn.functional.cross_entropy(logits.flatten(0, 1), batch["labels"].flatten(), reduction="sum")

    method = Adversarial(Adversarial.Config.model_validate({"attack": attack}))
    method.prepare(model, context)
    torch.manual_seed(0)
    value = method.wrap_loss(loss, context)(model, {**batch, "labels": labels})
    value.backward()
    assert value.isfinite()
    assert value.item() > loss(model, {**batch, "labels": labels}).item() * 0.9
    assert model.classifier.weight.grad.abs().sum() > 0


def test_it_refuses_vectors_where_it_compares_answers_and_a_second_attack(tiny: LocalModel) -> None:
    info: ModelInfo = replace(tiny.info)
    comparing, other = (Adversarial(Adversarial.Config(attack=one)) for one in ("vat", "freelb"))  # type: ignore[arg-type]
    assert "vat compares distributions" in str(comparing.refuses(info, TaskInfo("embedding")))
    assert comparing.refuses(info, TaskInfo("text-classification")) is None
    assert other.refuses(info, TaskInfo("embedding")) is None
    assert "another `adversarial`" in str(other.conflicts([Use("adaptation method", "adversarial")]))
    assert other.conflicts([Use("adaptation method", "partial-layers")]) is None
