"""What each method makes of a weight, against the equations of its paper."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import torch
from transformers.pytorch_utils import Conv1D

MODEL_TYPES = ("bert", "gpt2", "llama", "t5")


def weight_of(module: Any) -> torch.Tensor:
    """Return a layer's weight as (out, in), a view."""
    weight: torch.Tensor = module.weight.data
    return weight.T if isinstance(module, Conv1D) else weight


def layers(prepared: Any) -> Iterator[tuple[Any, Any]]:
    """Yield each adapted layer, and the same layer of the plain model."""
    for name, module in prepared.model.named_modules():
        if hasattr(module, "base_layer"):
            yield module, prepared.plain.get_submodule(name)


def test_every_linear_layer_of_the_body_is_adapted(prepare: Any) -> None:
    counts = {model_type: len(list(layers(prepare("lora", {}, model_type=model_type)))) for model_type in MODEL_TYPES}
    # T5's classifier has an encoder (2 · 6 layers) and a decoder with cross-attention (2 · 10).
    assert counts == {"bert": 2 * 6, "gpt2": 2 * 4, "llama": 2 * 7, "t5": 2 * 6 + 2 * 10}


@pytest.mark.parametrize("model_type", ["bert", "gpt2"])
@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("lora", {}),
        ("lora", {"variant": "dora"}),
        ("lora", {"variant": "rslora"}),
        ("lora", {"variant": "pissa"}),
        ("lora", {"variant": "olora"}),
        ("ia3", {}),
        ("vera", {"rank": 16}),
        ("adalora", {}),
    ],
    ids=lambda value: value if isinstance(value, str) else value.get("variant", ""),
)
def test_at_the_start_the_model_answers_as_before(
    name: str, options: dict[str, Any], model_type: str, prepare: Any
) -> None:
    if options.get("variant") == "olora" and model_type == "gpt2":
        pytest.skip("olora refuses transposed weights")
    prepared = prepare(name, options, model_type=model_type)
    torch.testing.assert_close(prepared.logits(prepared.model), prepared.logits(prepared.plain), rtol=1e-4, atol=1e-5)


def check(prepared: Any) -> None:
    """Hold the adapted model, and the merged one, to the plain one whose weights were set by the equation."""
    expected = prepared.logits(prepared.plain)
    torch.testing.assert_close(prepared.logits(prepared.model), expected, rtol=1e-4, atol=1e-4)
    torch.testing.assert_close(prepared.logits(prepared.finished()), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("model_type", ["bert", "gpt2"])
@pytest.mark.parametrize(("variant", "scale"), [("lora", 6.0 / 4), ("rslora", 6.0 / 4**0.5)])
def test_lora_adds_a_scaled_product(variant: str, scale: float, model_type: str, prepare: Any) -> None:
    prepared = prepare("lora", {"variant": variant, "rank": 4, "alpha": 6.0}, model_type=model_type, seed=1)
    before = prepared.logits(prepared.plain)
    for layer, plain in layers(prepared):
        weight_of(plain).add_(scale * layer.lora_B["default"].weight @ layer.lora_A["default"].weight)
    assert not torch.allclose(prepared.logits(prepared.plain), before, atol=1e-3)
    check(prepared)


@pytest.mark.parametrize("model_type", ["bert", "gpt2"])
def test_dora_trains_magnitude_and_direction(model_type: str, prepare: Any) -> None:
    prepared = prepare("lora", {"variant": "dora", "rank": 4, "alpha": 8.0}, model_type=model_type, seed=2)
    for layer, plain in layers(prepared):
        direction = weight_of(plain) + 2.0 * layer.lora_B["default"].weight @ layer.lora_A["default"].weight
        magnitude = layer.lora_magnitude_vector["default"].weight
        weight_of(plain).copy_(magnitude[:, None] * direction / direction.norm(dim=1, keepdim=True))
    check(prepared)


def test_dora_begins_with_the_weights_own_magnitudes(prepare: Any) -> None:
    for layer, plain in layers(prepare("lora", {"variant": "dora"})):
        magnitude = layer.lora_magnitude_vector["default"].weight
        torch.testing.assert_close(magnitude.data, plain.weight.data.norm(dim=1))


@pytest.mark.parametrize("model_type", ["bert", "gpt2"])
def test_pissa_begins_with_the_principal_part(model_type: str, prepare: Any) -> None:
    prepared = prepare("lora", {"variant": "pissa", "rank": 3, "alpha": 6.0}, model_type=model_type)
    for layer, plain in layers(prepared):
        adapter = 2.0 * layer.lora_B["default"].weight.data @ layer.lora_A["default"].weight.data
        left, values, right = torch.linalg.svd(weight_of(plain), full_matrices=False)
        torch.testing.assert_close(adapter, left[:, :3] * values[:3] @ right[:3], rtol=1e-3, atol=1e-5)
        rest = left[:, 3:] * values[3:] @ right[3:]
        torch.testing.assert_close(weight_of(layer.base_layer), rest, rtol=1e-3, atol=1e-5)


def test_olora_begins_with_an_orthonormal_part(prepare: Any) -> None:
    for layer, plain in layers(prepare("lora", {"variant": "olora", "rank": 3, "alpha": 3.0})):
        b, a = layer.lora_B["default"].weight.data, layer.lora_A["default"].weight.data
        torch.testing.assert_close(b.T @ b, torch.eye(3), rtol=1e-4, atol=1e-5)
        torch.testing.assert_close(a, b.T @ plain.weight.data, rtol=1e-3, atol=1e-5)


@pytest.mark.parametrize("variant", ["pissa", "olora"])
def test_decomposed_weights_are_put_together_again(variant: str, prepare: Any) -> None:
    prepared = prepare("lora", {"variant": variant, "rank": 3, "alpha": 6.0}, seed=3)
    for layer, plain in layers(prepared):
        product = layer.lora_B["default"].weight.data @ layer.lora_A["default"].weight.data
        plain.weight.data = layer.base_layer.weight.data + 2.0 * product
    check(prepared)


@pytest.mark.parametrize("model_type", ["bert", "gpt2"])
def test_vera_scales_shared_random_matrices(model_type: str, prepare: Any) -> None:
    prepared = prepare("vera", {"rank": 16}, model_type=model_type, seed=4)
    for layer, plain in layers(prepared):
        rows, columns = weight_of(plain).shape
        a, b = layer.vera_A["default"][:, :columns], layer.vera_B["default"][:rows]
        left, inner = layer.vera_lambda_b["default"].data, layer.vera_lambda_d["default"].data
        weight_of(plain).add_(left[:, None] * b @ (inner[:, None] * a))
    shared = {layer.vera_A["default"].data_ptr() for layer, _ in layers(prepared)}
    assert len(shared) == 1, "each layer has random matrices of its own"
    check(prepared)


SCALED = {
    "bert": (("self.key", "self.value"), ".output.dense"),
    "llama": (("k_proj", "v_proj"), "down_proj"),
    "t5": (("Attention.k", "Attention.v"), "DenseReluDense.wo"),
}


@pytest.mark.parametrize("model_type", ["bert", "llama", "t5"])
def test_ia3_scales_keys_values_and_inner_units(model_type: str, prepare: Any) -> None:
    prepared = prepare("ia3", {}, model_type=model_type, seed=5)
    attending, reading = SCALED[model_type]
    wanted = {
        name
        for name, module in prepared.plain.base_model.named_modules()
        if isinstance(module, torch.nn.Linear)
        and (name.endswith(attending) or (name.endswith(reading) and ".attention." not in name))
    }
    found = {name.partition(".")[2] for name, one in prepared.model.named_modules() if hasattr(one, "base_layer")}
    assert found == wanted
    for layer, plain in layers(prepared):
        factor = layer.ia3_l["default"].data
        plain.weight.data *= factor  # (out, 1) scales what comes out, (1, in) what goes in
        if factor.shape[1] == 1 and plain.bias is not None:
            plain.bias.data *= factor[:, 0]
    check(prepared)
