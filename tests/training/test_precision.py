"""The arithmetic is chosen by what the machine can do, asked at run time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from datasets import Dataset

from metier.settings import TrainingSettings
from metier.testing.objective import TwoLabels
from metier.training import precision
from metier.training.engine import TrainingEngine

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("flags", "can"),
    [({"avx512_bf16": True}, True), ({"amx_bf16": True}, True), ({"avx512_f": True, "avx512_bf16": False}, False)],
)
def test_the_processor_is_asked(flags: dict[str, bool], can: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(precision, "pick_device", lambda: CPU)
    monkeypatch.setattr(torch.cpu, "get_capabilities", lambda: flags, raising=False)
    assert precision.supports_bf16(CPU) is can
    assert precision.choose(TrainingSettings()).precision == ("bf16" if can else "fp32")
    assert precision.choose(TrainingSettings(precision="bf16")).precision == "bf16"
    assert precision.choose(TrainingSettings(speed="plain")).precision == "fp32"


def test_a_device_without_bf16_gets_float32() -> None:
    assert precision.supports_bf16(torch.device("mps")) is False


def test_kernels_are_put_back() -> None:
    former = torch.get_float32_matmul_precision()
    with precision.matmul_precision("medium"):
        assert torch.get_float32_matmul_precision() == "medium"
    assert torch.get_float32_matmul_precision() == former
    with pytest.raises(RuntimeError), precision.matmul_precision("medium"):
        torch.empty(2, 3) @ torch.empty(2, 3)
    assert torch.get_float32_matmul_precision() == former


class Watching(TwoLabels):
    """Notes the types that the model computes in."""

    def __init__(self, seen: set[tuple[str, torch.dtype]]) -> None:
        self.seen = seen

    def loss(self, model: Any, batch: Any) -> torch.Tensor:
        logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
        kind = "training" if model.training else "scoring"
        self.seen.add((kind, logits.dtype))
        return super().loss(model, batch)


def test_training_computes_in_bf16_and_measures_in_float32(
    make_engine: Callable[..., TrainingEngine], classifier: Any, labelled: Dataset
) -> None:
    seen: set[tuple[str, torch.dtype]] = set()
    engine = make_engine(precision="bf16", max_steps=1)
    engine.train(Watching(seen), classifier, labelled, validation=labelled)
    assert seen == {("training", torch.bfloat16), ("scoring", torch.float32)}
    assert {parameter.dtype for parameter in classifier.parameters()} == {torch.float32}
