"""The options of `text-generation`."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from metier.components import ComponentConfig

HOLE = "{text}"
"""Where a prompt goes in a template."""


class Options(ComponentConfig):
    """Options of `text-generation`."""

    template: str | None = None
    """What stands around each prompt, with `{text}` where the prompt goes; without it the prompt stands alone."""
    system: str = ""
    """What the model is told before everything else; a conversation may bring words of its own instead."""
    chat: bool = True
    """Whether the tokenizer's chat template is used, where it has one. Where not, a prompt for a decoder ends with what
    `template` says, or with `###` on a line of its own."""
    cut: Literal["start", "end"] = "start"
    """Which end of a prompt's text is cut where it is too long; what `template`, `system` and the chat template put
    around it stays."""
    max_new_tokens: int | None = Field(None, ge=1)
    """Tokens that an answer may have, its end included; the prompt has the rest of `training.max_length`. Without it,
    each has a half."""
    num_beams: int = Field(1, ge=1)
    """Beginnings of an answer that are followed at a time; with 1 the likeliest next token is taken."""
    repetition_penalty: float = Field(1.0, ge=1.0)
    """What scores of tokens that the answer has already are divided by."""
    no_repeat_ngram_size: int = Field(0, ge=0)
    """So many tokens in a row come only once in an answer; 0 for no such rule. The prompt may be repeated."""
    prefix: str = ""
    """Text that each answer begins with. The model is given it, and training answers must begin with it."""
    choices: tuple[str, ...] = ()
    """All answers that there are; nothing else is generated."""
    fields: tuple[str, ...] = ()
    """Names that an answer is to fill, as lines `Name: …` or keys of a JSON object; the share that is filled is
    measured."""

    @model_validator(mode="after")
    def _fit(self) -> Self:
        """Refuse options that cannot be meant together."""
        if self.template is not None and self.template.count(HOLE) != 1:
            raise ValueError(f"template must hold {HOLE} once")
        if len(set(self.choices)) != len(self.choices) or len(self.choices) == 1:
            raise ValueError("choices must be several, and each of them once")
        if any(one != one.strip() or len(one) <= len(self.prefix) for one in self.choices):
            raise ValueError("choices must be longer than the prefix, without space around them")
        if any(not one.startswith(self.prefix) for one in self.choices):
            raise ValueError("choices must begin with the prefix")
        if self.choices and (self.repetition_penalty != 1 or self.no_repeat_ngram_size):
            raise ValueError("choices are said as they are: leave out repetition_penalty and no_repeat_ngram_size")
        return self
