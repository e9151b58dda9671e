"""What may come next while an answer is generated."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
from transformers import (
    LogitsProcessor,
    LogitsProcessorList,
    NoRepeatNGramLogitsProcessor,
    RepetitionPenaltyLogitsProcessor,
)

from metier_text_generation._rectangles import UNSAID
from metier_text_generation.options import Options

Allowed = Callable[[int, torch.Tensor], list[int]]


class AnswerOnly(LogitsProcessor):
    """Shows a rule the answer alone: a note may repeat what the prompt says."""

    def __init__(self, rule: Any, *, given: int) -> None:
        self.rule = rule
        self.given = given

    def __call__(self, input_ids: torch.Tensor, scores: torch.Tensor) -> torch.Tensor:
        """Return the scores as the rule changes them."""
        changed: torch.Tensor = self.rule(input_ids[:, self.given :], scores)
        return changed


def answer_rules(options: Options, *, given: int) -> LogitsProcessorList:
    """Return what changes scores by what was said already; `given` tokens stand before the answer."""
    rules: list[Any] = []
    if options.repetition_penalty != 1:
        rules.append(RepetitionPenaltyLogitsProcessor(options.repetition_penalty))
    if options.no_repeat_ngram_size:
        rules.append(NoRepeatNGramLogitsProcessor(options.no_repeat_ngram_size))
    return LogitsProcessorList([AnswerOnly(rule, given=given) for rule in rules])


def choices_only(choices: torch.Tensor | None, *, given: int) -> Allowed | None:
    """Return which tokens may follow so that one of `choices` (choices, longest) is said, as transformers asks it."""
    if choices is None:
        return None
    said = [[token for token in choice if token != UNSAID] for choice in choices.tolist()]
    following: dict[tuple[int, ...], set[int]] = {}
    for tokens in said:
        for at, token in enumerate(tokens):
            following.setdefault(tuple(tokens[:at]), set()).add(token)
    end = said[0][-1:]

    def allowed(row: int, ids: torch.Tensor) -> list[int]:
        return sorted(following.get(tuple(ids[given:].tolist()), end))

    return allowed
