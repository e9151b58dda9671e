"""One arm of the training benchmark, in a process of its own.

    python benchmarks/arm.py WORK ARM SEED TIMES

trains TIMES as many epochs as the work has, and prints a line of JSON: seconds from rows to trained weights, peak
memory, tokens, held-out loss and accuracy in float32, and the share of the machine's measured peak of products.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import torch
from works import WORKS, Work

from metier.training.precision import pick_device, supports_bf16

ARMS: dict[str, Callable[[Work], Any]] = {
    "Trainer, defaults": lambda work: work.by_trainer(),
    "Trainer, tuned": lambda work: work.by_trainer(tuned=True),
    "Trainer, tuned and compiled": lambda work: work.by_trainer(tuned=True, torch_compile=True),
    "metier": lambda work: work.by_metier(),
}


def peak_flops(rows: int = 1024, inputs: int = 384, outputs: int = 1536) -> float:
    """Return the best rate of float32 or bfloat16 products of an encoder's shape, in operations a second."""
    device, best = pick_device(), 0.0
    former = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    dtypes = [torch.float32, *([torch.bfloat16] if supports_bf16(device) else [])]  # emulated it takes minutes
    for dtype in dtypes:
        left = torch.randn(rows, inputs, dtype=dtype, device=device)
        right = torch.randn(inputs, outputs, dtype=dtype, device=device)
        for _ in range(3):
            started = time.perf_counter()
            for _ in range(20):
                left @ right
            finish(device)
            best = max(best, 20 * 2 * rows * inputs * outputs / (time.perf_counter() - started))
    torch.set_float32_matmul_precision(former)
    return best


def finish(device: torch.device) -> None:
    """Wait until the device has done what it was told."""
    if device.type != "cpu":
        torch.get_device_module(device).synchronize()


def peak_memory(device: torch.device) -> float:
    """Return the most memory that was taken, in MiB: the process's, or on an accelerator that of its tensors."""
    if device.type == "cpu":
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return float(torch.get_device_module(device).max_memory_allocated()) / 2**20


def training_flops(work: Work) -> float:
    """Return the products of an epoch: six a weight and token, word embeddings not counted."""
    embeddings = work.model.get_input_embeddings().weight.numel()
    weights = sum(one.numel() for one in work.model.parameters()) - embeddings
    return 6.0 * weights * work.tokens()


def measured(name: str, arm: str, *, seed: int, times: float) -> dict[str, float]:
    """Train by one arm, and return its figures."""
    work = WORKS[name](seed)
    work.epochs *= times
    device, flops = pick_device(), training_flops(work)
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    started, used = time.perf_counter(), time.process_time()
    trained = ARMS[arm](work)
    finish(device)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - used
    peak = peak_flops() if device.type == "cpu" else peak_flops(8192, 8192, 8192)
    figures = {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_mib": peak_memory(device),
        "tokens": work.tokens() * work.epochs,
        "share": flops * work.epochs / seconds / peak,
    }
    torch.set_float32_matmul_precision("highest")
    return {**figures, **work.judge(trained)}


def main() -> None:
    """Run one arm."""
    name, arm, seed, times = sys.argv[1:]
    print(json.dumps(measured(name, arm, seed=int(seed), times=float(times))))


if __name__ == "__main__":
    main()
