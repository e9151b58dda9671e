"""Which of the methods act beside which others; asked while planning."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from metier.values import Use
from metier_partial_layers.gradual_unfreezing import GradualUnfreezing
from metier_partial_layers.layer_decay import LayerDecay
from metier_partial_layers.lisa import Lisa
from metier_partial_layers.mixout import Mixout
from metier_partial_layers.partial_layers import PartialLayers
from metier_partial_layers.probe_then_tune import ProbeThenTune
from metier_partial_layers.reinitialisation import Reinitialisation

METHODS = [PartialLayers, LayerDecay, GradualUnfreezing, ProbeThenTune, Lisa, Mixout, Reinitialisation]
BY_NAME = {method.name: method for method in METHODS}


def use(name: str, *, distribution: str = "metier-partial-layers", **options: Any) -> Use:
    """Return a use as planning has it: every option is there."""
    method = BY_NAME.get(name)
    full = method.Config.model_validate(options).model_dump(mode="json") if method else options
    return Use("adaptation method", name, full, distribution, path="adapt[0]")


def answer(name: str, options: dict[str, Any], others: Sequence[Use]) -> str | None:
    """Return what a method says to others."""
    method = BY_NAME[name]
    return method(method.Config.model_validate(options)).conflicts(others)


REFUSED = [
    ("gradual-unfreezing", {}, use("lisa"), "lisa decides already, step by step, which parameters train"),
    ("gradual-unfreezing", {}, use("gradual-unfreezing"), "gradual-unfreezing decides already"),
    ("gradual-unfreezing", {}, use("partial-layers", train="head"), "there is no layer to unfreeze"),
    ("probe-then-tune", {}, use("gradual-unfreezing"), "gradual-unfreezing decides already"),
    ("probe-then-tune", {}, use("partial-layers", train="head"), "there is nothing to tune"),
    ("lisa", {}, use("probe-then-tune"), "probe-then-tune decides already"),
    ("lisa", {}, use("partial-layers", train="auto"), "chooses the layers by the data (`auto`), and lisa at random"),
    ("lisa", {}, use("partial-layers", train="embeddings"), "partial-layers trains no layer (`embeddings`)"),
    ("lisa", {"layers": 3}, use("partial-layers", train="top-3"), "at a time, and partial-layers trains 3"),
    ("mixout", {}, use("partial-layers", train="biases"), "partial-layers trains none (`biases`)"),
    ("mixout", {}, use("lora", distribution="metier-peft"), "adapters keep the pretrained weights as they are"),
    ("mixout", {}, use("reinitialisation"), "throws pretrained weights away"),
    ("mixout", {}, use("mixout"), "one is enough"),
    ("reinitialisation", {"layers": 3}, use("partial-layers", train="top-2"), "train top-3 or more"),
    ("reinitialisation", {}, use("partial-layers", train="auto-2"), "train top-1 or more"),
    ("reinitialisation", {}, use("ia3", distribution="metier-peft"), "adapters freeze the layers"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "options", "other", "reason"), REFUSED)
def test_what_makes_no_sense_together_is_refused(name: str, options: dict[str, Any], other: Use, reason: str) -> None:
    said = answer(name, options, [other])
    assert said is not None
    assert reason in said


@pytest.mark.parametrize(
    ("name", "options", "other"),
    [
        ("gradual-unfreezing", {}, use("partial-layers", train="top-2")),
        ("gradual-unfreezing", {}, use("layer-decay")),
        ("gradual-unfreezing", {}, use("lora", distribution="metier-peft")),
        ("probe-then-tune", {}, use("mixout")),
        ("lisa", {}, use("partial-layers", train="top-3")),
        ("lisa", {}, use("mixout")),
        ("mixout", {}, use("partial-layers", train="top-2")),
        ("mixout", {}, use("gradual-unfreezing")),
        ("reinitialisation", {"layers": 2}, use("partial-layers", train="top-2")),
        ("reinitialisation", {"layers": 2}, use("partial-layers", train=["*.layer.5.*"])),
        ("reinitialisation", {"layers": 0}, use("partial-layers", train="biases")),
        ("partial-layers", {}, use("partial-layers", train="biases")),
        ("layer-decay", {}, use("partial-layers", train="biases")),
        ("lisa", {}, use("adversarial", distribution="metier-adversarial")),
    ],
)
def test_what_makes_sense_is_not(name: str, options: dict[str, Any], other: Use) -> None:
    assert answer(name, options, [other]) is None


TOGETHER = [
    [("partial-layers", {"train": "top-2"}), ("layer-decay", {}), ("gradual-unfreezing", {"epochs": 0.5})],
    [("partial-layers", {"train": "top-2"}), ("lisa", {"layers": 1, "every": 2}), ("mixout", {})],
    [("reinitialisation", {}), ("layer-decay", {}), ("probe-then-tune", {})],
]


@pytest.mark.parametrize("chosen", TOGETHER)
def test_methods_together_train_and_load(chosen: Any, train: Any, tmp_path: Any) -> None:
    import torch
    from transformers import AutoModelForSequenceClassification

    for name, options in chosen:
        assert answer(name, options, [use(*one[:1], **one[1]) for one in chosen if one[0] != name]) is None
    model = train([BY_NAME[name](BY_NAME[name].Config.model_validate(options)) for name, options in chosen])
    model.save_pretrained(tmp_path / "model")
    loaded: Any = AutoModelForSequenceClassification.from_pretrained(tmp_path / "model").eval()
    ids = torch.arange(6, 12).unsqueeze(0)
    assert torch.equal(loaded(ids).logits, model.cpu()(ids).logits)
