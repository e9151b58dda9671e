"""The engine lets a recipe's methods act at their moments, in order, and in its own scale."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.components import AdaptationMethod, MethodContext
from metier.errors import StageError
from metier.testing.models import load_tokenizer
from metier.testing.objective import TwoLabels
from metier.training.engine import TrainingEngine
from metier.values import LocalModel, ParameterGroup, TaskInfo

MakeEngine = Callable[..., TrainingEngine]


class Acting(AdaptationMethod):
    """Does a little at every moment, and notes it."""

    def __init__(self, name: str, diary: list[str], *, inner: bool = False) -> None:
        super().__init__()
        self.title, self.diary, self.inner = name, diary, inner

    def prepare(self, model: Any, stage: MethodContext) -> Any:
        self.diary.append(f"{self.title}: prepare")
        model.bert.embeddings.requires_grad_(False)
        return model

    def parameter_groups(self, model: Any, stage: MethodContext) -> list[ParameterGroup]:
        self.diary.append(f"{self.title}: groups")
        return [ParameterGroup(("classifier.weight",), {"learning_rate_scale": 0.0, "weight_decay": 0.0})]

    def wrap_loss(self, loss: Any, stage: MethodContext) -> Any:
        self.diary.append(f"{self.title}: wrap")

        def wrapped(model: Any, batch: Any) -> torch.Tensor:
            value: torch.Tensor = loss(model, batch)
            if not self.inner:
                return value
            stage.backward(value)
            return value.detach()

        return wrapped

    def finish(self, model: Any, stage: MethodContext) -> Any:
        self.diary.append(f"{self.title}: finish")
        return model


@pytest.fixture
def context(tiny: LocalModel, tmp_path: Path) -> MethodContext:
    """A method's context."""
    tokenizer = load_tokenizer(tiny.path)
    return MethodContext(info=tiny.info, task=TaskInfo("task"), tokenizer=tokenizer, seed=1, directory=tmp_path)


def test_methods_act_in_order_and_are_obeyed(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset, context: MethodContext
) -> None:
    diary: list[str] = []
    methods = [(Acting(name, diary), context) for name in ("first", "second")]
    before = {name: parameter.detach().clone() for name, parameter in classifier.named_parameters()}
    make_engine(methods=methods).train(TwoLabels(), classifier, labelled)
    moments = ("prepare", "groups", "wrap", "finish")
    assert diary == [f"{name}: {moment}" for moment in moments for name in ("first", "second")]
    still = {name for name, parameter in classifier.named_parameters() if parameter.cpu().equal(before[name])}
    embeddings = {name for name in before if name.startswith("bert.embeddings")}
    assert still == embeddings | {"classifier.weight"}


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_inner_steps_are_in_the_scale_of_the_engine(
    precision: str,
    make_engine: MakeEngine,
    tiny: LocalModel,
    labelled: Dataset,
    context: MethodContext,
    digest_of: Callable[[torch.nn.Module], str],
) -> None:
    from metier.testing.objective import build_classifier

    digests = []
    for inner in (False, True):
        model = build_classifier(tiny.path)
        methods = [(Acting("method", [], inner=inner), replace(context))]
        engine = make_engine(methods=methods, gradient_accumulation_steps=3, precision=precision)
        engine.train(TwoLabels(), model, labelled)
        digests.append(digest_of(model))
    assert digests[0] == digests[1]


class FreezesAll(AdaptationMethod):
    """Leaves nothing to train."""

    def prepare(self, model: Any, stage: MethodContext) -> Any:
        return model.requires_grad_(False)


def test_nothing_to_train_is_said_before_training(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset, context: MethodContext
) -> None:
    with pytest.raises(StageError, match="no parameter is left to train"):
        make_engine(methods=[(FreezesAll(), context)]).train(TwoLabels(), classifier, labelled)


class Counting(AdaptationMethod):
    """Notes how far the training is, each time that its loss is asked."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[int, int]] = []

    def wrap_loss(self, loss: Any, stage: MethodContext) -> Any:
        def wrapped(model: Any, batch: Any) -> torch.Tensor:
            self.seen.append(stage.progress()[:2])
            value: torch.Tensor = loss(model, batch)
            return value

        return wrapped


def test_methods_know_how_far_the_training_is(
    make_engine: MakeEngine, classifier: Any, labelled: Dataset, context: MethodContext
) -> None:
    method = Counting()
    assert context.progress() == (0, 1, 0.0), "nothing trains yet"
    make_engine(methods=[(method, context)], max_steps=3, gradient_accumulation_steps=2).train(
        TwoLabels(), classifier, labelled
    )
    assert method.seen == [(step, 3) for step in (0, 0, 1, 1, 2, 2)]
