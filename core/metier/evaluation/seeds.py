"""A figure over several seeds: its mean, and how far the mean of other seeds may lie."""

from __future__ import annotations

import math
import statistics
from collections.abc import Mapping, Sequence

from metier.values import Json

LEVEL = 0.95


def spread(values: Sequence[float]) -> dict[str, Json]:
    """Return `mean`, `half_width` of the 95 % interval by Student's t (None for one value), and `n`."""
    mean, n = statistics.fmean(values), len(values)
    if n < 2:
        return {"mean": mean, "half_width": None, "n": n}
    from scipy.stats import t

    half = float(t.ppf((1 + LEVEL) / 2, n - 1)) * statistics.stdev(values) / math.sqrt(n)
    return {"mean": mean, "half_width": half, "n": n}


def summary(metrics: Sequence[Mapping[str, float]]) -> dict[str, Json]:
    """Return the spread of each figure that every run has."""
    shared = [name for name in metrics[0] if all(name in one for one in metrics)]
    return {name: spread([one[name] for one in metrics]) for name in shared}
