"""Where values lie on an axis, and which round values name it."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scale:
    """An axis from `low` to `high`, both round, with a tick every `step`."""

    low: float
    high: float
    step: float

    @classmethod
    def around(cls, values: Iterable[float], *, ticks: int = 5, bounds: tuple[float, float] | None = None) -> Scale:
        """Return the scale that holds all values, with about so many ticks; within `bounds` where given."""
        found = [value for value in values if math.isfinite(value)] or [0.0, 1.0]
        low, high = min(found), max(found)
        spread = high - low
        if spread <= 1e-9 * max(abs(high), 1.0):
            spread = abs(high) if abs(high) > 1e-6 else 1.0
        step = _round_step(spread / max(ticks - 1, 1))
        low, high = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
        if high <= low:
            low, high = low - step, high + step
        if bounds:
            low, high = max(low, bounds[0]), min(high, bounds[1])
        return cls(low, high, step)

    def percent(self, value: float) -> float:
        """Return where a value lies between `low` (0) and `high` (100)."""
        return round(100 * (min(max(value, self.low), self.high) - self.low) / (self.high - self.low), 3)

    def ticks(self) -> list[tuple[float, str]]:
        """Return the place of each tick in percent, and its text."""
        digits = max(0, -math.floor(math.log10(self.step) + 1e-9))
        first, last = math.ceil(self.low / self.step - 1e-6), math.floor(self.high / self.step + 1e-6)
        return [(self.percent(i * self.step), f"{i * self.step:.{digits}f}") for i in range(first, last + 1)]


def _round_step(raw: float) -> float:
    """Return the next 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(raw))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= raw * (1 - 1e-9))
