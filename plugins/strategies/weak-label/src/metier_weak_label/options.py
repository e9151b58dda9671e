"""The options of `weak-label`: which labelling functions there are, and how what they say is combined."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from metier.components import ComponentConfig, Pattern, RecipePath
from metier.data.keys import words

Combine = Literal["dawid-skene", "majority-vote"]


class FunctionConfig(ComponentConfig):
    """A labelling function: it says its label of a text in which it finds something, and nothing of any other."""

    label: str = Field(min_length=1)
    """The label that it says."""
    name: str = ""
    """What the table calls it; by default its label and what it looks for."""
    keywords: tuple[str, ...] = ()
    """Words or phrases, one of which a text must hold; whole words, whatever their case. Chinese is found anywhere."""
    pattern: Pattern | None = None
    """A regular expression that a text must match somewhere, whatever its case."""
    lexicon: str | None = None
    """A category of the industry's lexicon, one of whose terms a text must hold."""

    @field_validator("keywords")
    @classmethod
    def _have_words(cls, keywords: tuple[str, ...]) -> tuple[str, ...]:
        for keyword in keywords:
            if not words(keyword):
                raise ValueError(f"the keyword {keyword!r} has no word; write a `pattern`")
        return keywords

    @model_validator(mode="after")
    def _looks_for_one_thing(self) -> FunctionConfig:
        if sum((bool(self.keywords), self.pattern is not None, self.lexicon is not None)) != 1:
            raise ValueError("give one of `keywords`, `pattern` and `lexicon`")
        return self


class WeakLabelConfig(ComponentConfig):
    """Options of `weak-label`."""

    functions: tuple[FunctionConfig, ...] = ()
    """Labelling functions: `{label: failure, keywords: [broken, cracked]}`, each with `keywords`, `pattern` or
    `lexicon`."""
    word_lists: dict[str, RecipePath] = Field({})
    """Further functions: by label a file with a word or phrase a line, as `keywords`."""
    models: tuple[RecipePath, ...] = ()
    """Further functions: runs or model folders of metier that say one label of a text."""
    confidence: float = Field(0.8, ge=0, lt=1)
    """The probability from which on a model's label counts; below it the model says nothing."""
    combine: Combine = "dawid-skene"
    """`dawid-skene` weighs each function by how often it is right; `majority-vote` counts them alike."""
    min_probability: float = Field(0.5, ge=0, lt=1)
    """The least probability of a text's label with `dawid-skene`; unsure texts are left out."""
    compare: bool = False
    """Also train on people's rows alone, for as many steps, to see what the machine's labels brought."""

    @model_validator(mode="after")
    def _has_functions(self) -> WeakLabelConfig:
        if not (self.functions or self.word_lists or self.models):
            raise ValueError("there is no labelling function: give `functions`, `word_lists` or `models`")
        return self
