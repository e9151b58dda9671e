"""Finds words in Chinese, which is written without spaces, from the company that characters keep.

A string is a word where its parts stand together more often than chance would have it (mutual information, normalised
as by Bouma 2009, *Normalized (Pointwise) Mutual Information in Collocation Extraction*, section 3), and where what
stands before and behind it varies (Jin & Tanaka-Ishii 2006, *Unsupervised Segmentation of Chinese Text by Use of
Branching Entropy*).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping

HAN = "\u3400-\u4dbf\u4e00-\u9fff"
"""Chinese characters, for the inside of a regular expression's brackets."""
LONGEST = 4
COHESION = 0.5
"""Normalised mutual information, at most 1, at the weakest place that a word could be parted at."""
FREEDOM = 0.8
"""Entropy, in nats, of the characters on the side that varies less; the border of a run counts as one that is new."""


def chinese_words(runs: Mapping[str, int], *, minimum: int) -> dict[str, int]:
    """Return words of two to four characters, with how often they stand in `runs` of Chinese characters, by count."""
    grams: Counter[str] = Counter()
    for run, times in runs.items():
        for length in range(1, LONGEST + 1):
            for start in range(len(run) - length + 1):
                grams[run[start : start + length]] += times
    characters = sum(count for gram, count in grams.items() if len(gram) == 1)
    cohesive = {
        gram
        for gram, count in grams.items()
        if len(gram) > 1 and count >= minimum and _cohesion(gram, grams, characters) >= COHESION
    }
    before: dict[str, Counter[str]] = {gram: Counter() for gram in cohesive}
    behind: dict[str, Counter[str]] = {gram: Counter() for gram in cohesive}
    for number, (run, times) in enumerate(runs.items()):
        for length in range(2, LONGEST + 1):
            for start in range(len(run) - length + 1):
                gram = run[start : start + length]
                if gram in cohesive:
                    end = start + length
                    before[gram][run[start - 1] if start else f"border {number}"] += times
                    behind[gram][run[end] if end < len(run) else f"border {number}"] += times
    free = (gram for gram in cohesive if min(_entropy(before[gram]), _entropy(behind[gram])) >= FREEDOM)
    return {gram: grams[gram] for gram in sorted(free)}


def _cohesion(gram: str, grams: Mapping[str, int], characters: int) -> float:
    """Return the least normalised mutual information between two parts of a string."""
    surprise = math.log(characters / grams[gram])
    together = (grams[gram] * characters / (grams[gram[:cut]] * grams[gram[cut:]]) for cut in range(1, len(gram)))
    return math.log(min(together)) / surprise if surprise else 1.0


def _entropy(counts: Mapping[str, int]) -> float:
    total = sum(counts.values())
    return -sum(count / total * math.log(count / total) for count in counts.values())
