"""Adapters in the engine: resumption, accumulation, other methods beside them, batches without padding."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.builtin.optimizers.adamw import AdamW
from metier.components import AdaptationMethod, OptimizerConfig
from metier.discovery import discover
from metier.settings import TrainingSettings
from metier.testing.breaking import broken_off
from metier.testing.models import load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.testing.trial import Trial, logits
from metier.training.engine import TrainingEngine
from metier.training.parameters import count, optimizer_groups
from metier.training.unpadded import unpadded
from metier.values import Use

METHODS = [
    ("lora", {"variant": "dora", "dropout": 0.1}),
    ("lora", {"variant": "pissa", "rank": 4}),
    ("vera", {"rank": 16, "dropout": 0.1}),
    ("ia3", {}),
    ("adalora", {"rank": 2, "initial_rank": 4, "every": 1}),
]
NAMES = ["dora", "pissa", "vera", "ia3", "adalora"]


def method(name: str, **options: Any) -> AdaptationMethod:
    return discover().create(AdaptationMethod, Use(AdaptationMethod.kind, name, options))


def trained(
    tiny: Any, folder: Path, methods: Sequence[AdaptationMethod], *, model_type: str = "bert", **settings: Any
) -> Any:
    """Return a tiny classifier trained on 22 rows with `methods`, as far as it got in `folder` before."""
    local = tiny(model_type)
    trials = [Trial(one, local, folder / "stage") for one in methods]
    given = {"per_device_train_batch_size": 4, "max_length": 64, "max_steps": 3, "save_strategy": "no", **settings}
    engine = TrainingEngine(
        tokenizer=load_tokenizer(local.path),
        settings=TrainingSettings.model_validate(given),
        optimizer=AdamW(AdamW.Config(learning_rate=1e-2)),
        methods=[(trial.method, trial.context()) for trial in trials],
        directory=folder / "checkpoints",
        seed=13,
        log=lambda metrics: None,
    )
    torch.manual_seed(13)  # as before a head is built
    engine.train(TwoLabels(), build_classifier(local.path), Dataset.from_list(rows(22)))
    return engine.trained


def digest(model: torch.nn.Module) -> str:
    total = hashlib.sha256()
    for name, tensor in sorted(model.state_dict().items()):
        total.update(name.encode() + tensor.cpu().contiguous().numpy().tobytes())
    return total.hexdigest()


@pytest.mark.parametrize(("name", "options"), METHODS[:3], ids=NAMES[:3])
def test_killed_and_resumed_it_ends_with_the_same_weights(
    name: str, options: dict[str, Any], tiny: Any, tmp_path: Path
) -> None:
    saving = {"save_strategy": "steps", "save_steps": 1}
    unbroken = digest(trained(tiny, tmp_path / "unbroken", [method(name, **options)], **saving))
    with broken_off(2):
        trained(tiny, tmp_path / "broken", [method(name, **options)], **saving)
    assert digest(trained(tiny, tmp_path / "broken", [method(name, **options)], **saving)) == unbroken


class NoDropout(AdaptationMethod):
    """Leaves dropout out, so that a step depends on its rows alone."""

    def prepare(self, model: Any, stage: Any) -> Any:
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout):
                module.p = 0.0
        return model


def test_accumulated_batches_make_the_step_of_one_batch(tiny: Any, tmp_path: Path) -> None:
    shapes = {"whole": (8, 1), "parts": (2, 4)}
    models = [
        trained(
            tiny,
            tmp_path / title,
            [method("lora"), NoDropout()],
            per_device_train_batch_size=size,
            gradient_accumulation_steps=parts,
            speed="plain",
            max_steps=2,
        )
        for title, (size, parts) in shapes.items()
    ]
    whole, parts = (dict(model.named_parameters()) for model in models)
    moved = dict(build_classifier(tiny("bert").path).named_parameters())
    assert any(not one.equal(moved[key]) for key, one in whole.items() if ".layer.1." in key)
    for key, parameter in whole.items():
        torch.testing.assert_close(parts[key], parameter, rtol=1e-3, atol=2e-4)


@pytest.mark.parametrize(
    ("model_type", "name", "options", "order"),
    [
        ("bert", "adversarial", {"attack": "freelb"}, 1),
        ("llama", "adversarial", {"attack": "fgm"}, -1),
        ("bert", "partial-layers", {"train": "top-1"}, 1),
    ],
    ids=["freelb-after", "fgm-before", "partial-layers-after"],
)
def test_it_acts_beside_other_methods(
    model_type: str, name: str, options: dict[str, Any], order: int, tiny: Any, tmp_path: Path
) -> None:
    methods = [method("lora"), method(name, **options)][::order]
    model = trained(tiny, tmp_path / "run", methods, model_type=model_type)
    model.save_pretrained(tmp_path / "saved")
    batch = Trial(method("lora"), tiny(model_type), tmp_path / "stage").batch()
    loaded = type(model).from_pretrained(tmp_path / "saved")
    torch.testing.assert_close(logits(loaded, batch), logits(model, batch))
    moved = changed(model, build_classifier(tiny(model_type).path))
    layers = {"bert": "encoder.layer.", "llama": "layers."}[model_type]
    assert any(f"{layers}1." in key for key in moved)
    assert any(f"{layers}0." in key for key in moved) == (name != "partial-layers")
    assert not any("embed" in key for key in moved)


def changed(model: Any, plain: Any) -> set[str]:
    """Return the parameters of the body that are not as they were."""
    before = dict(plain.named_parameters())
    return {
        name for name, one in model.base_model.named_parameters(model.base_model_prefix) if not one.equal(before[name])
    }


@pytest.mark.parametrize(("name", "options"), METHODS, ids=NAMES)
def test_adapters_work_without_padding(name: str, options: dict[str, Any], prepare: Any) -> None:
    prepared = prepare(name, options, seed=6)
    padded = prepared.logits(prepared.model)
    with unpadded(prepared.model, first_token=True) as done:
        assert done
        torch.testing.assert_close(prepared.logits(prepared.model), padded, rtol=1e-4, atol=1e-5)


def test_bfloat16_is_near_float32(tiny: Any, tmp_path: Path) -> None:
    options = {"variant": "dora"}
    exact, rounded = (
        trained(tiny, tmp_path / precision, [method("lora", **options), NoDropout()], precision=precision, max_steps=2)
        for precision in ("fp32", "bf16")
    )
    batch = Trial(method("lora"), tiny("bert"), tmp_path / "stage").batch()
    torch.testing.assert_close(logits(rounded, batch), logits(exact, batch), rtol=0.0, atol=0.05)


def groups(prepared: Any) -> dict[str, tuple[float, float]]:
    """Return learning rate and weight decay by parameter name."""
    model, context = prepared.model, prepared.trial.context()
    given = prepared.trial.method.parameter_groups(model, context)
    made = optimizer_groups(model, OptimizerConfig(learning_rate=1.0, weight_decay=0.1), given)
    names = {id(parameter): name for name, parameter in model.named_parameters()}
    return {names[id(one)]: (group["lr"], group["weight_decay"]) for group in made for one in group["params"]}


def test_lora_plus_trains_b_faster(prepare: Any) -> None:
    found = groups(prepare("lora", {"b_learning_rate_scale": 16.0}))
    assert {lr for name, (lr, _) in found.items() if ".lora_B." in name} == {16.0}
    assert {lr for name, (lr, _) in found.items() if ".lora_B." not in name} == {1.0}


def test_what_is_neutral_at_one_is_not_drawn_to_zero(prepare: Any) -> None:
    found = groups(prepare("ia3", {}))
    assert {decay for name, (_, decay) in found.items() if "ia3" in name} == {0.0}
    assert found["classifier.weight"] == (1.0, 0.1)


def test_few_parameters_train(prepare: Any) -> None:
    trains, of = count(prepare("lora", {"rank": 2, "targets": "attention"}).model)
    # In each of 2 layers 4 square layers of 32, with A and B of rank 2; pooler and head.
    assert trains == 2 * 4 * (2 * 32 + 32 * 2) + (32 * 32 + 32) + (32 * 2 + 2)
    assert of > 10 * trains // 5
