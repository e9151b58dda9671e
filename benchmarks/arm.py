"""One arm of the training benchmark, in a process of its own.

    python benchmarks/arm.py WORK ARM SEED

prints a line of JSON: seconds from rows to trained weights, peak memory, tokens, held-out loss and accuracy in float32,
and the share of the machine's measured peak of matrix products.
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
    "Trainer, defaults": lambda work: work.by_trainer(tuned=False),
    "Trainer, tuned": lambda work: work.by_trainer(tuned=True),
    "metier": lambda work: work.by_metier(),
}


def peak_flops() -> float:
    """Return the best rate of float32 or bfloat16 products of an encoder's shape, in operations a second."""
    best = 0.0
    former = torch.get_float32_matmul_precision()
    torch.set_float32_matmul_precision("medium")
    dtypes = [torch.float32, *([torch.bfloat16] if supports_bf16(pick_device()) else [])]  # emulated it takes minutes
    for dtype in dtypes:
        left, right = torch.randn(1024, 384, dtype=dtype), torch.randn(384, 1536, dtype=dtype)
        for _ in range(3):
            started = time.perf_counter()
            for _ in range(20):
                left @ right
            best = max(best, 20 * 2 * 1024 * 384 * 1536 / (time.perf_counter() - started))
    torch.set_float32_matmul_precision(former)
    return best


def training_flops(work: Work) -> float:
    """Return the products of an epoch: six a weight and token, word embeddings not counted."""
    embeddings = work.model.get_input_embeddings().weight.numel()
    weights = sum(one.numel() for one in work.model.parameters()) - embeddings
    return 6.0 * weights * work.tokens()


def main() -> None:
    """Run one arm."""
    name, arm, seed = sys.argv[1:]
    work = WORKS[name](int(seed))
    flops = training_flops(work)
    started, used = time.perf_counter(), time.process_time()
    trained = ARMS[arm](work)
    seconds, cpu_seconds = time.perf_counter() - started, time.process_time() - used
    peak_mib = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    figures = {
        "seconds": seconds,
        "cpu_seconds": cpu_seconds,
        "peak_mib": peak_mib,
        "tokens": work.tokens() * work.epochs,
        "share": flops * work.epochs / seconds / peak_flops(),
    }
    torch.set_float32_matmul_precision("highest")
    print(json.dumps({**figures, **work.judge(trained)}))


if __name__ == "__main__":
    main()
