"""How much of a reference an answer has: ROUGE and chrF, counted a row.

Of English ROUGE is that of the package rouge-score without stemming, of Chinese that of characters; chrF is that of
sacrebleu.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
from rapidfuzz.distance import LCSseq

from metier.data import keys

ORDERS = 6
"""Longest n-gram of characters that chrF counts."""
BETA = 2.0
"""How many times as much chrF's recall weighs as its precision."""
SAID, TRUE, COMMON = range(3)


def words(text: str) -> list[str]:
    """Return runs of letters and digits, folded; of Chinese, Japanese and Korean each character."""
    return keys.words(text.replace("_", " "))


def rouge_n(said: Sequence[str], true: Sequence[str], n: int) -> float | None:
    """Return the F1 of n-grams of words; None where the reference has none. Lin 2004, *ROUGE*, section 2."""
    ours, theirs = _grams(said, n), _grams(true, n)
    return _f1((ours & theirs).total(), ours.total(), theirs.total()) if theirs else None


def rouge_l(said: Sequence[str], true: Sequence[str]) -> float | None:
    """Return the F1 of the longest common subsequence of words; None where the reference has none. Lin 2004, 3."""
    return _f1(int(LCSseq.similarity(said, true)), len(said), len(true)) if true else None


def character_counts(said: str, true: str) -> np.ndarray:
    """Return n-grams of characters without spaces, (orders, 3): said, in the reference, and in both.

    What is said counts only where the reference has n-grams of that length, as in sacrebleu.
    """
    ours, theirs = "".join(said.split()), "".join(true.split())
    found = np.zeros((ORDERS, 3))
    for n in range(1, ORDERS + 1):
        one, other = _grams(ours, n), _grams(theirs, n)
        found[n - 1] = [one.total() if other else 0, other.total(), (one & other).total()]
    return found


def chrf(counts: np.ndarray) -> float | None:
    """Return chrF between 0 and 1 of counts (orders, 3), of one row or summed over rows; None where there is nothing.

    Popović 2015, *chrF*, as sacrebleu has it: the mean over orders of precision and of recall, then their F.
    """
    defined = (counts[:, SAID] > 0) & (counts[:, TRUE] > 0)
    if not counts[:, TRUE].any():
        return None
    if not defined.any():
        return 0.0
    precision = float((counts[defined, COMMON] / counts[defined, SAID]).mean())
    recall = float((counts[defined, COMMON] / counts[defined, TRUE]).mean())
    weight = BETA**2
    return (1 + weight) * precision * recall / (weight * precision + recall) if precision + recall else 0.0


def _grams(items: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(zip(*(items[start:] for start in range(n)), strict=False))


def _f1(common: int, said: int, true: int) -> float:
    return 2 * common / (said + true)
