"""What the engine does with it: accumulation, bfloat16, padding left out, resumption, adapters, and what goes wrong."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset
from safetensors import safe_open

from metier.builtin.optimizers.adamw import AdamW
from metier.components import AdaptationMethod, MethodContext, Progress
from metier.errors import StageError
from metier.settings import TrainingSettings
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.training.engine import TrainingEngine
from metier.values import LocalModel
from metier_adversarial._average import NAME, begin, of
from metier_adversarial.adversarial import Adversarial

AVERAGE = {"attack": "smart", "proximal": True}


def method(**options: Any) -> Adversarial:
    return Adversarial(Adversarial.Config.model_validate(options))


def without_dropout(tiny: LocalModel) -> Any:
    model: Any = build_classifier(tiny.path)
    for module in model.modules():
        if isinstance(module, torch.nn.Dropout):
            module.p = 0.0
    return model


def train(
    model: Any,
    methods: Sequence[AdaptationMethod],
    context: MethodContext,
    directory: Path,
    *,
    objective: TwoLabels | None = None,
    **settings: Any,
) -> tuple[TrainingEngine, list[float]]:
    """Train on 16 rows, by default all in one batch; return the engine and the losses step by step."""
    losses: list[float] = []
    plain = {"num_train_epochs": 3, "per_device_train_batch_size": 16, "logging_steps": 1, "save_strategy": "no"}
    engine = TrainingEngine(
        tokenizer=context.tokenizer,
        settings=TrainingSettings.model_validate({**plain, "precision": "fp32", "speed": "plain", **settings}),
        optimizer=AdamW(AdamW.Config(learning_rate=5e-3)),
        methods=[(one, context) for one in methods],
        directory=directory,
        seed=1,
        log=lambda metrics: losses.extend([metrics["loss"]] if "loss" in metrics else []),
    )
    engine.train(objective or TwoLabels(), model, Dataset.from_list(rows(16)))
    return engine, losses


@pytest.mark.parametrize(
    ("precision", "options"),
    [
        ("bf16", {"attack": "fgm"}),
        ("fp32", {"attack": "free"}),
        # The random start differs from batch to batch, so its term is made small.
        ("fp32", {**AVERAGE, "weight": 1e-6, "proximal_weight": 5.0, "momentum": 0.5}),
    ],
)
def test_accumulation_does_not_change_it(
    precision: str, options: dict[str, Any], tiny: LocalModel, context: MethodContext, tmp_path: Path
) -> None:
    losses: dict[int, list[float]] = {}
    for steps in (1, 4):
        split = {"per_device_train_batch_size": 16 // steps, "gradient_accumulation_steps": steps}
        _, losses[steps] = train(
            without_dropout(tiny), [method(**options)], context, tmp_path / str(steps), precision=precision, **split
        )
    assert losses[4] == pytest.approx(losses[1], rel=1e-4 if precision == "fp32" else 2e-2)
    assert losses[1][-1] != pytest.approx(losses[1][0], rel=1e-4), "nothing was learnt that could differ"


@pytest.mark.skipif(torch.accelerator.is_available(), reason="padding is left out on a CPU alone")
def test_padding_left_out_of_the_layers_does_not_change_it(
    tiny: LocalModel, context: MethodContext, tmp_path: Path
) -> None:
    found = [
        train(without_dropout(tiny), [method(attack="pgd")], context, tmp_path / speed, speed=speed, max_steps=2)
        for speed in ("plain", "auto")
    ]
    assert [engine.choices["padding"] for engine, _ in found] == ["computed too", "left out of the layers"]
    assert found[1][1] == pytest.approx(found[0][1], rel=2e-3)


class Cut(Exception):
    """The end of a process, as far as a test goes."""


class Broken(TwoLabels):
    """Ends in the middle of a step."""

    def __init__(self, passes: int) -> None:
        self.passes = passes

    def loss(self, model: Any, batch: Any) -> torch.Tensor:
        self.passes -= 1
        if not self.passes:
            raise Cut
        return super().loss(model, batch)


def test_resumed_it_ends_with_the_same_weights(tiny: LocalModel, context: MethodContext, tmp_path: Path) -> None:
    settings = {"per_device_train_batch_size": 4, "gradient_accumulation_steps": 2, "num_train_epochs": 2}
    settings |= {"save_strategy": "steps", "save_steps": 2}
    methods = [method(**AVERAGE)]
    whole, _ = train(build_classifier(tiny.path), methods, context, tmp_path / "whole", **settings)
    broken = Broken(7 * 4 + 1)  # four passes a batch: in the second batch of the last step of four
    with pytest.raises(Cut):
        train(build_classifier(tiny.path), methods, context, tmp_path / "broken", objective=broken, **settings)
    (checkpoint,) = (tmp_path / "broken" / "training-1").glob("checkpoint-*")
    assert checkpoint.name == "checkpoint-2"
    again, _ = train(build_classifier(tiny.path), methods, context, tmp_path / "broken", **settings)
    expected, found = whole.trained.state_dict(), again.trained.state_dict()
    assert set(found) == set(build_classifier(tiny.path).state_dict()), "the average is left in the model"
    assert all(found[name].equal(expected[name]) for name in expected)


class Adapters(AdaptationMethod):
    """LoRA, merged in the end."""

    name = "adapters"

    def prepare(self, model: Any, stage: MethodContext) -> Any:
        peft = pytest.importorskip("peft")
        return peft.get_peft_model(model, peft.LoraConfig(task_type="SEQ_CLS", target_modules=["query", "value"]))

    def finish(self, model: Any, stage: MethodContext) -> Any:
        return model.merge_and_unload()


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")  # peft asks it
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_beside_adapters_the_average_is_of_what_they_train(
    first: bool, tiny: LocalModel, context: MethodContext, tmp_path: Path
) -> None:
    methods: list[AdaptationMethod] = [method(**AVERAGE), Adapters()]
    engine, _ = train(
        without_dropout(tiny),
        methods if first else methods[::-1],
        context,
        tmp_path,
        save_strategy="steps",
        num_train_epochs=3,
    )
    with safe_open(tmp_path / "training-1" / "checkpoint-3" / "weights.safetensors", framework="pt") as file:
        averages = [name for name in file.keys() if NAME in name]  # noqa: SIM118 - no mapping
    trained = Adapters().prepare(without_dropout(tiny), context)
    assert len(averages) == 1 + sum(one.requires_grad for one in trained.parameters())  # and the step that it is of
    assert set(engine.trained.state_dict()) == set(build_classifier(tiny.path).state_dict())
    before = build_classifier(tiny.path).state_dict()
    assert not any(
        engine.trained.state_dict()[name].cpu().equal(before[name]) for name in before if "query.weight" in name
    )


def test_the_average_follows_the_paper(tiny: LocalModel) -> None:
    model: Any = build_classifier(tiny.path)
    begin(model)
    average, name = of(model), "classifier.weight"
    expected = weight = model.classifier.weight.detach().clone()
    for step in range(1, 31):
        with torch.no_grad():
            weight = model.classifier.weight.add_(0.1).clone()
        beta = 0.9 if step <= 10 else 0.99
        expected = beta * expected + (1 - beta) * weight
        for _ in range(2):  # two batches of a step take the weights in once
            average.follow(Progress(step, 100, 0.0), momentum=0.9)
    torch.testing.assert_close(average.weights()[name], expected)
    assert model.classifier.weight.equal(weight)


def test_weights_that_begin_to_train_later_are_an_error(tiny: LocalModel) -> None:
    model: Any = build_classifier(tiny.path)
    model.bert.embeddings.requires_grad_(False)
    begin(model)
    model.bert.embeddings.requires_grad_(True)
    with pytest.raises(StageError, match=r"bert\.embeddings\..* trains, and did not when the average began"):
        of(model).follow(Progress(1, 10, 0.0), momentum=0.9)


class Fragile(TwoLabels):
    """A loss that is not a number where embeddings are further than 1 from those of their words, or everywhere."""

    def __init__(self, *, everywhere: bool = False) -> None:
        self.everywhere = everywhere

    def loss(self, model: Any, batch: Any) -> torch.Tensor:
        words, far = model.get_input_embeddings(), []
        usual = words.weight[batch["input_ids"]]
        handle = words.register_forward_hook(lambda _, inputs, output: far.append((output - usual).square().sum()))
        value = super().loss(model, batch)
        handle.remove()
        return value * (far[0] - 1.0 if self.everywhere else 1.0 - far[0]).sqrt()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"attack": "pgd", "step_size": 20.0, "epsilon": 50.0}, "gradient at the perturbed embeddings is not finite"),
        ({"attack": "fgm", "epsilon": 50.0}, "loss of the perturbed texts is not finite"),
        (
            {"attack": "freelb", "step_size": 20.0, "epsilon": 50.0},
            "gradient at the perturbed embeddings is not finite",
        ),
    ],
    ids=lambda one: one["attack"] if isinstance(one, dict) else None,
)
def test_an_attack_that_ends_in_no_number_says_so(
    options: dict[str, Any], said: str, tiny: LocalModel, context: MethodContext, batch: Any
) -> None:
    stage = replace(context, position=lambda: Progress(6, 10, 0.5))
    with pytest.raises(StageError, match=said) as caught:
        method(**options).wrap_loss(Fragile().loss, stage)(build_classifier(tiny.path), batch)
    (problem,) = caught.value.problems
    assert problem.where == f"adversarial, attack {options['attack']}, step 7"
    lever = "step_size (now 20.0) and epsilon (now 50.0)" if "step_size" in options else "epsilon (now 50.0)"
    assert problem.hint.startswith(f"give a smaller {lever}")


def test_a_loss_that_is_no_number_by_itself_is_not_the_attacks_fault(
    tiny: LocalModel, context: MethodContext, tmp_path: Path
) -> None:
    with pytest.raises(StageError, match="the loss is nan; there is no checkpoint yet"):
        train(without_dropout(tiny), [method()], context, tmp_path, objective=Fragile(everywhere=True))
