"""Chunked cross-entropy is cross-entropy: values, gradients, arithmetic; and there are never full logits."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy, linear
from torch.utils._python_dispatch import TorchDispatchMode

from metier.training.cross_entropy import linear_cross_entropy

POSITIONS, SIZE, VOCABULARY = 23, 8, 50


def tensors(dtype: torch.dtype = torch.float64, *, bias: bool = True) -> tuple[Any, Any, Any, torch.Tensor]:
    generator = torch.Generator().manual_seed(0)
    hidden, weight, offset = (
        torch.randn(shape, generator=generator, dtype=dtype).requires_grad_()
        for shape in ((POSITIONS, SIZE), (VOCABULARY, SIZE), (VOCABULARY,))
    )
    labels = torch.randint(VOCABULARY, (POSITIONS,), generator=generator)
    return hidden, weight, offset if bias else None, labels


@pytest.mark.parametrize("bias", [True, False])
@pytest.mark.parametrize("chunk", [1, 3 * VOCABULARY, POSITIONS * VOCABULARY, 10**6])
def test_it_is_cross_entropy(bias: bool, chunk: int) -> None:
    *ours, labels = tensors(bias=bias)
    *theirs, _ = tensors(bias=bias)
    loss = linear_cross_entropy(*ours, labels, chunk=chunk)
    expected = cross_entropy(linear(*theirs), labels, reduction="sum")
    (loss / 7).backward()
    (expected / 7).backward()
    torch.testing.assert_close(loss, expected)
    for one, two in zip(ours, theirs, strict=True):
        if one is not None:
            torch.testing.assert_close(one.grad, two.grad)


@pytest.mark.parametrize("frozen", [(0,), (1,), (2,), (1, 2), (0, 1, 2)])
def test_what_is_frozen_has_no_gradient(frozen: tuple[int, ...]) -> None:
    *ours, labels = tensors()
    *theirs, _ = tensors()
    for one in frozen:
        ours[one].requires_grad_(False)
    loss = linear_cross_entropy(*ours, labels, chunk=100)
    expected = cross_entropy(linear(*theirs), labels, reduction="sum")
    torch.testing.assert_close(loss, expected)
    assert loss.requires_grad is (len(frozen) < 3)
    if loss.requires_grad:
        loss.backward()
        expected.backward()
    for number, (one, two) in enumerate(zip(ours, theirs, strict=True)):
        assert (one.grad is None) is (number in frozen)
        if one.grad is not None:
            torch.testing.assert_close(one.grad, two.grad)


def test_tied_embeddings_get_both_gradients() -> None:
    tokens = torch.arange(POSITIONS)
    found = []
    for chunked in (True, False):
        _, weight, _, labels = tensors()
        hidden = weight[tokens].tanh()
        loss = (
            linear_cross_entropy(hidden, weight, None, labels, chunk=100)
            if chunked
            else cross_entropy(linear(hidden, weight), labels, reduction="sum")
        )
        loss.backward()
        found.append(weight.grad)
    torch.testing.assert_close(*found)


def test_without_gradients_it_is_the_loss_alone() -> None:
    *ours, labels = tensors(torch.float32)
    with torch.no_grad():
        loss = linear_cross_entropy(*ours, labels, chunk=100)
    assert not loss.requires_grad
    torch.testing.assert_close(loss, cross_entropy(linear(*ours), labels, reduction="sum").detach())


def test_large_logits_do_not_overflow() -> None:
    hidden, weight, _, labels = tensors(torch.float32, bias=False)
    hidden.data *= 1e4
    loss = linear_cross_entropy(hidden, weight, None, labels, chunk=100)
    loss.backward()
    torch.testing.assert_close(loss, cross_entropy(linear(hidden, weight), labels, reduction="sum"))
    assert hidden.grad.isfinite().all()


def test_under_autocast_products_are_bfloat16_and_the_loss_float32() -> None:
    *ours, labels = tensors(torch.float32)
    *theirs, _ = tensors(torch.float32)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        loss = linear_cross_entropy(*ours, labels, chunk=100)
        logits = linear(*theirs)
        expected = cross_entropy(logits.float(), labels, reduction="sum")
    assert logits.dtype == torch.bfloat16
    assert loss.dtype == torch.float32
    loss.backward()
    expected.backward()
    torch.testing.assert_close(loss, expected)
    for one, two in zip(ours, theirs, strict=True):
        assert one.grad.dtype == torch.float32
        assert float((one.grad - two.grad).norm() / two.grad.norm()) < 0.01


def test_the_gradient_can_be_taken_once() -> None:
    *ours, labels = tensors()
    loss = linear_cross_entropy(*ours, labels)
    loss.backward(retain_graph=True)
    with pytest.raises(RuntimeError, match="can be taken once"):
        loss.backward()


class Largest(TorchDispatchMode):
    """Remembers the most numbers that a tensor had."""

    numbers = 0

    def __torch_dispatch__(self, function: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        made = function(*args, **(kwargs or {}))
        if isinstance(made, torch.Tensor):
            self.numbers = max(self.numbers, made.numel())
        return made


def test_full_logits_never_exist() -> None:
    *ours, labels = tensors()
    with Largest() as largest:
        linear_cross_entropy(*ours, labels, chunk=4 * VOCABULARY).backward()
    assert largest.numbers == VOCABULARY * SIZE, "the head's gradient is the largest: a chunk has half as many"
    with Largest() as largest:
        cross_entropy(linear(*ours), labels).backward()
    assert largest.numbers == VOCABULARY * POSITIONS
