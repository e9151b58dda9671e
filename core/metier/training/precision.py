"""Picks device, arithmetic and kernels by what the machine says of itself while running."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import torch

from metier.settings import TrainingSettings

MatmulPrecision = Literal["highest", "high", "medium"]
EXACT = 1e-5
"""Relative error up to which a float32 product counts as float32 (bfloat16 is off by 3e-3)."""


@dataclass(frozen=True, slots=True)
class Arithmetic:
    """How tensors are computed; weights and loss are float32 whatever it says."""

    device: torch.device
    precision: Literal["bf16", "fp32"]
    training_matmul: MatmulPrecision
    """Kernels for float32 products while training."""
    scoring_matmul: MatmulPrecision
    """The same while measuring and predicting: only such as are float32 in truth."""
    padding: bool = True
    """Whether encoders compute padding too; without it their layers see tokens alone."""
    why: str = ""
    """The reason for the precision, in words."""

    def autocast(self) -> AbstractContextManager[object]:
        """Return the context of a training step's forward pass."""
        if self.precision == "fp32":
            return nullcontext()
        return torch.autocast(self.device.type, dtype=torch.bfloat16)


def choose(settings: TrainingSettings) -> Arithmetic:
    """Return the arithmetic for `settings` on this machine."""
    device = pick_device()
    fast = settings.speed == "auto"
    precision, why = _precision(settings, device, fast=fast)
    if not fast:
        return Arithmetic(device, precision, "highest", "highest", why=why)
    if device.type == "cpu":
        scoring: MatmulPrecision = "medium" if medium_is_float32() else "highest"
        return Arithmetic(device, precision, "medium", scoring, padding=False, why=why)
    training: MatmulPrecision = "highest" if precision == "fp32" else "high"  # TF32 is off by a thousandth
    return Arithmetic(device, precision, training, "highest", why=why)


def _precision(settings: TrainingSettings, device: torch.device, *, fast: bool) -> tuple[Literal["bf16", "fp32"], str]:
    if settings.precision != "auto":
        return settings.precision, "as the recipe says"
    if not fast:
        return "fp32", "speed is plain"
    if supports_bf16(device):
        return "bf16", f"the {device.type} multiplies bfloat16 in hardware; weights and loss stay in float32"
    return "fp32", f"the {device.type} does not multiply bfloat16 in hardware"


def pick_device() -> torch.device:
    """Return this process's accelerator, or the CPU."""
    from accelerate import PartialState

    device: torch.device = PartialState().device
    return device


def supports_bf16(device: torch.device) -> bool:
    """Return whether the device multiplies bfloat16 in hardware; emulation is slower than float32."""
    if device.type == "cuda":
        return bool(torch.cuda.is_bf16_supported(including_emulation=False))
    if device.type == "cpu":
        return _cpu_supports_bf16()
    return False


def _cpu_supports_bf16() -> bool:
    if hasattr(torch.cpu, "get_capabilities"):
        has = torch.cpu.get_capabilities()
        return any(has.get(name, False) for name in ("avx512_bf16", "amx_bf16", "bf16", "sve_bf16"))
    return bool(torch.cpu._is_avx512_bf16_supported() or torch.cpu._is_amx_tile_supported())


@lru_cache(maxsize=1)
def medium_is_float32() -> bool:
    """Return whether the CPU's `medium` kernels are float32 in truth; with AMX they may be bfloat16."""
    generator = torch.Generator().manual_seed(0)
    left, right = torch.randn(256, 384, generator=generator), torch.randn(384, 512, generator=generator)
    exact = left.double() @ right.double()
    with matmul_precision("medium"):
        error = (left @ right).double() - exact
    return bool(error.norm() / exact.norm() < EXACT)


@contextmanager
def matmul_precision(precision: MatmulPrecision) -> Iterator[None]:
    """Set the kernels of float32 products inside the block; the setting is the process's, so it is put back."""
    former = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision(precision)
    try:
        yield
    finally:
        torch.set_float32_matmul_precision(former)
