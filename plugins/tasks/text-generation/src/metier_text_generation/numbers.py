"""Numbers of an answer that its prompt does not hold: doses, dates and amounts that were made up."""

from __future__ import annotations

import math
import re

NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def share_in_prompt(answer: str, prompt: str) -> float:
    """Return which share of an answer's numbers stand in its prompt, in digits; NaN for an answer without any.

    A comma within a number is not looked at: 1,500 is 1500. Numbers in words are none.
    """
    said = _numbers(answer)
    there = set(_numbers(prompt))
    return sum(one in there for one in said) / len(said) if said else math.nan


def _numbers(text: str) -> list[str]:
    return [found.replace(",", "") for found in NUMBER.findall(text)]
