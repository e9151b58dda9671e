"""Gradual unfreezing, probing first, and LISA: what trains at which step."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
import torch

from metier.components import AdaptationMethod, Progress
from metier.errors import StageError
from metier.testing.models import load_tokenizer
from metier.testing.objective import TwoLabels
from metier.values import LocalModel, ModelInfo, TaskInfo
from metier_partial_layers import _gradual, _lisa
from metier_partial_layers.gradual_unfreezing import GradualUnfreezing
from metier_partial_layers.lisa import Lisa
from metier_partial_layers.partial_layers import PartialLayers
from metier_partial_layers.probe_then_tune import ProbeThenTune

Prepare = Callable[..., Any]
HEAD = ("bert.pooler.", "classifier.")
TOP, BOTTOM, EMBEDDINGS = "bert.encoder.layer.1.", "bert.encoder.layer.0.", "bert.embeddings."


def lisa(**options: Any) -> Lisa:
    """Return the method, drawing one layer."""
    return Lisa(Lisa.Config.model_validate({"layers": 1, **options}))


def starting_with(names: set[str]) -> set[str]:
    """Return the parts that names lie in."""
    return {part for part in (*HEAD, TOP, BOTTOM, EMBEDDINGS) if any(name.startswith(part) for name in names)}


@pytest.fixture
def reached(prepare: Prepare, context: Any, local: Callable[[str], LocalModel]) -> Callable[..., set[str]]:
    """Returns a function that gives the parameters which a gradient reaches at some point of a training."""

    def of(method: AdaptationMethod, *, step: int = 0, epoch: float = 0.0, steps: int = 12, first: Any = None) -> Any:
        model = prepare(*([first] if first else []), method).eval()
        stage = context(position=lambda: Progress(step, steps, epoch))
        tokenizer = load_tokenizer(local("bert").path)
        batch: Any = dict(tokenizer(["profit rose", "sales fell"], return_tensors="pt", return_token_type_ids=False))
        trained = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
        method.wrap_loss(TwoLabels().loss, stage)(model, {**batch, "labels": torch.tensor([0, 1])}).backward()
        assert {name for name, one in model.named_parameters() if one.requires_grad} == trained, "not put back"
        return {name for name, parameter in model.named_parameters() if parameter.grad is not None}

    return of


@pytest.mark.parametrize(
    ("epoch", "parts"),
    [(0.0, set()), (0.99, set()), (1.0, {TOP}), (2.5, {TOP, BOTTOM}), (3.0, {TOP, BOTTOM, EMBEDDINGS}), (9.0, None)],
)
def test_one_more_layer_joins_each_epoch(epoch: float, parts: set[str] | None, reached: Any) -> None:
    expected = {*HEAD, *({TOP, BOTTOM, EMBEDDINGS} if parts is None else parts)}
    assert starting_with(reached(GradualUnfreezing(), step=1, epoch=epoch, steps=4)) == expected


def test_layers_frozen_for_good_have_no_turn(reached: Any) -> None:
    first = PartialLayers(PartialLayers.Config(train="bottom-1"))
    found = reached(GradualUnfreezing(), first=first, step=6, epoch=1.0)
    assert starting_with(found) == {*HEAD, BOTTOM}, "the lower layer is next where the upper is frozen"


def test_turns_come_at_shares_of_an_epoch() -> None:
    assert [_gradual.unfrozen(epoch, epochs=0.1) for epoch in (0.0, 0.09, 0.1, 0.2, 0.1 * 3, 0.7)] == [1, 1, 2, 3, 4, 8]


def test_the_head_alone_is_probed_first(reached: Any) -> None:
    method = ProbeThenTune(ProbeThenTune.Config(epochs=1.0))
    assert starting_with(reached(method, step=3, epoch=0.5)) == set(HEAD)
    assert starting_with(reached(method, step=6, epoch=1.0)) == {*HEAD, TOP, BOTTOM, EMBEDDINGS}


def test_lisa_trains_embeddings_head_and_the_layers_drawn(reached: Any) -> None:
    for step in (0, 19, 20, 40, 60):
        drawn = _lisa.drawn(step, seed=1, size=2, layers=1, every=20)
        expected = {*HEAD, EMBEDDINGS, *((TOP, BOTTOM)[i] for i in drawn)}
        assert starting_with(reached(lisa(), step=step)) == expected


def test_lisa_draws_without_repeats_and_each_layer_as_often() -> None:
    periods = [_lisa.drawn(step, seed=3, size=6, layers=2, every=20) for step in range(0, 20 * 3000, 20)]
    assert all(len(one) == 2 for one in periods)
    counts = Counter(layer for one in periods for layer in one)
    assert sorted(counts) == list(range(6))
    assert all(abs(count - 1000) < 120 for count in counts.values()), counts  # 4.6 standard deviations
    draws = [[_lisa.drawn(step, seed=seed, size=6, layers=2, every=20) for step in range(200)] for seed in (3, 3, 4)]
    assert draws[0] == draws[1]
    assert draws[0] != draws[2]
    assert all(draws[0][step] == draws[0][step - step % 20] for step in range(200)), "drawn anew within a period"


def test_nothing_rests_where_gradients_are_off(prepare: Prepare, context: Any) -> None:
    seen: list[int] = []

    def loss(model: Any, batch: Any) -> torch.Tensor:
        seen.append(sum(parameter.requires_grad for parameter in model.parameters()))
        return torch.zeros(())

    model = prepare()
    wrapped = GradualUnfreezing().wrap_loss(loss, context())
    with torch.no_grad():
        wrapped(model, {})
    wrapped(model, {})
    assert seen == [len(list(model.parameters())), 4]


def test_what_rests_trains_again_where_the_loss_raises(prepare: Prepare, context: Any) -> None:
    def loss(model: Any, batch: Any) -> torch.Tensor:
        raise ZeroDivisionError

    model = prepare()
    with pytest.raises(ZeroDivisionError):
        GradualUnfreezing().wrap_loss(loss, context())(model, {})
    assert all(parameter.requires_grad for parameter in model.parameters())


# Real trainings: 6 steps an epoch, AdamW with weight decay.


@pytest.mark.parametrize(
    ("method", "settings", "parts"),
    [
        (GradualUnfreezing(), {"max_steps": 6}, set()),
        (GradualUnfreezing(), {"max_steps": 7}, {TOP}),
        (GradualUnfreezing(), {"num_train_epochs": 4}, {TOP, BOTTOM, EMBEDDINGS}),
        (ProbeThenTune(), {"max_steps": 7}, {TOP, BOTTOM, EMBEDDINGS}),
        (lisa(every=50), {"max_steps": 7}, {EMBEDDINGS, TOP}),
    ],
)
def test_what_rests_does_not_move(
    method: AdaptationMethod, settings: dict[str, Any], parts: set[str], train: Any, moved: Any
) -> None:
    assert _lisa.drawn(0, seed=1, size=2, layers=1, every=50) == {0}, "places count from the top"
    assert starting_with(moved(train([method], **settings))) == {*HEAD, *parts}


def test_a_layer_that_rests_again_keeps_what_it_learnt(train: Any) -> None:
    seen: list[tuple[torch.Tensor, torch.Tensor]] = []

    def watch(model: Any, step: int) -> None:
        layers = model.bert.encoder.layer
        seen.append(tuple(layer.output.dense.weight.detach().clone() for layer in layers))

    train([lisa(every=2)], watch=watch, max_steps=12)
    for step in range(11):
        (drawn,) = _lisa.drawn(step, seed=1, size=2, layers=1, every=2)
        for number in range(2):
            same = torch.equal(seen[step][number], seen[step + 1][number])
            assert same == (number != 1 - drawn), f"layer {number} at step {step}"


@pytest.mark.parametrize(
    "methods",
    [
        [GradualUnfreezing(GradualUnfreezing.Config(epochs=0.5))],
        [lisa(every=2)],
    ],
)
def test_resumed_it_ends_with_the_same_weights(methods: Sequence[AdaptationMethod], resumes: Any) -> None:
    resumes(methods)


# What cannot be.


def test_gradual_unfreezing_that_ends_early_is_said(train: Any, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="metier"):
        train([GradualUnfreezing()], num_train_epochs=2)
    said = [message for message in caplog.messages if message.startswith("gradual-unfreezing")]
    parts = "of 4 parts train: head, layers from the top, embeddings"
    assert said == [
        f"gradual-unfreezing: 1 {parts}",
        "gradual-unfreezing: it ends before its lowest part trains; `epochs: 0.5` would reach it",
        f"gradual-unfreezing: 2 {parts}",
    ]
    caplog.clear()
    with caplog.at_level(logging.INFO, logger="metier"):
        train([GradualUnfreezing(GradualUnfreezing.Config(epochs=0.5))], num_train_epochs=2, folder="again")
    assert f"gradual-unfreezing: 4 {parts}" in caplog.messages
    assert not any("it ends before" in message for message in caplog.messages)


def test_a_probe_as_long_as_the_training_is_an_error(train: Any) -> None:
    with pytest.raises(StageError, match=r"the head trains alone for 2 epochs, and the training has 2\n  hint: raise"):
        train([ProbeThenTune(ProbeThenTune.Config(epochs=2))], num_train_epochs=2)


def test_nothing_to_unfreeze_or_to_draw_is_an_error_before_training(train: Any) -> None:
    head = PartialLayers(PartialLayers.Config(train="head"))
    with pytest.raises(StageError, match="nothing but the head trains"):
        train([head, GradualUnfreezing()])
    with pytest.raises(StageError, match="it draws 1 layers at a time, and 1 train"):
        train([lisa(), PartialLayers(PartialLayers.Config(train="top-1"))])


def test_lisa_of_all_layers_is_refused_while_planning() -> None:
    info = ModelInfo(
        reference="small", model_type="bert", architecture="encoder", layers=6, hidden_size=8, vocabulary_size=9
    )
    assert lisa(layers=6).refuses(info, TaskInfo("")) == "it draws 6 layers at a time, and small has 6"
    assert lisa(layers=5).refuses(info, TaskInfo("")) is None
