"""How figures are named and written for people."""

from __future__ import annotations

import math
from collections.abc import Sequence

NAMES = {
    "accuracy": "accuracy",
    "f1": "F1",
    "f1_borders": "F1 of borders",
    "f1_macro": "macro F1",
    "f1_micro": "micro F1",
    "precision_macro": "macro precision",
    "recall_macro": "macro recall",
    "auroc": "AUROC",
    "log_loss": "log loss",
    "calibration_error": "calibration error",
    "chrf": "chrF",
    "exact_match": "exact match",
    "fields": "fields filled",
    "finished": "ended by itself",
    "numbers_in_prompt": "numbers that are in the prompt",
    "rouge_1": "ROUGE-1",
    "rouge_2": "ROUGE-2",
    "rouge_l": "ROUGE-L",
    "mae": "mean absolute error",
    "rmse": "root mean squared error",
    "rmsle": "root mean squared logarithmic error",
    "r2": "R²",
    "spearman": "Spearman's correlation",
    "pearson": "Pearson's correlation",
    "quadratic_weighted_kappa": "quadratic weighted kappa",
    "ndcg_at_10": "nDCG at 10",
    "recall_at_1": "recall at 1",
    "recall_at_5": "recall at 5",
    "recall_at_10": "recall at 10",
    "mrr": "mean reciprocal rank",
}
SMALLER_IS_BETTER = frozenset({"log_loss", "calibration_error", "loss", "perplexity", "mae", "rmse", "rmsle"})
MINUS, DASH = "\u2212", "\u2013"
CLEAR = 0.05


def name(figure: str) -> str:
    """Return a figure's name for people."""
    return NAMES.get(figure, figure.replace("_", " "))


def sentence(text: str) -> str:
    """Return text with its first letter in upper case."""
    return text[:1].upper() + text[1:]


def number(value: float | None) -> str:
    """Return `0.732`; a figure that is absent or not defined as a dash."""
    return DASH if value is None or math.isnan(value) else f"{value:.3f}".replace("-", MINUS)


def signed(value: float) -> str:
    """Return `+0.061`, or with a minus."""
    return f"{value:+.3f}".replace("-", MINUS)


def interval(bounds: Sequence[float] | None, *, sign: bool = False) -> str:
    """Return `[0.701, 0.762]`; nothing where there is none."""
    if not bounds:
        return ""
    write = signed if sign else number
    return f"[{write(bounds[0])}, {write(bounds[1])}]"


def p_value(value: float) -> str:
    """Return `p = 0.012`, or `p < 0.01` where draws cannot tell further."""
    return "p < 0.01" if value < 0.01 else f"p = {value:.2f}"


def count(value: float) -> str:
    """Return a count with a space between thousands (U+202F), which reads the same in every language."""
    return f"{value:,.0f}".replace(",", "\u202f")


def share(value: float) -> str:
    """Return a share in percent, with a decimal where it is small."""
    return f"{100 * value:.1f}\u202f%" if value < 0.1 else f"{100 * value:.0f}\u202f%"


def duration(seconds: float) -> str:
    """Return `0.4 s`, `12 s`, `3 min 20 s`, or `2 h 5 min`."""
    if seconds < 10:
        return f"{seconds:.1f}\u202fs"
    whole = round(seconds)
    if whole < 60:
        return f"{whole}\u202fs"
    if whole < 3600:
        return f"{whole // 60}\u202fmin {whole % 60}\u202fs"
    return f"{whole // 3600}\u202fh {whole % 3600 // 60}\u202fmin"


def size(octets: float) -> str:
    """Return a size in bytes as people write it."""
    for unit in ("B", "kB", "MB"):
        if octets < 1000:
            return f"{octets:.0f}\u202f{unit}" if unit == "B" or octets >= 100 else f"{octets:.1f}\u202f{unit}"
        octets /= 1000
    return f"{octets:.1f}\u202fGB"


def and_list(parts: Sequence[str]) -> str:
    """Return `a, b and c`."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}" if parts else ""
