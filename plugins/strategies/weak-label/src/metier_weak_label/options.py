"""The options of `weak-label`: which labelling functions there are, and how what they say is combined."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, field_validator, model_validator

from metier.components import ComponentConfig, ModelReference, Pattern, RecipePath
from metier.data.keys import words

Combine = Literal["dawid-skene", "majority-vote"]
TEXT = "{text}"
"""Stands in a prompt for the text."""


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


class PromptConfig(ComponentConfig):
    """A labelling function by a prompt: the label whose answer a pretrained language model finds likeliest."""

    model: ModelReference = Field(min_length=1)
    """The language model, used as it is: source:reference (starter:smollm2), a folder or a Hub id."""
    prompt: str
    """What the model goes on from, with `{text}` once, where the text stands: `News: {text} Good or bad? Answer:`."""
    answers: dict[str, str] = Field({})
    """By label what the model says for it: `{positive: good, negative: bad}`; labels without an answer are never said.
    By default all labels are, each by its own name."""
    name: str = ""
    """What the table calls it; by default the model's name."""
    confidence: float | None = Field(None, ge=0, lt=1)
    """The probability from which on its label counts; by default the `confidence` of `weak-label`."""
    calibrate: bool = True
    """Divide each label's probability by the one that the model gives it where the text says nothing."""

    @field_validator("prompt")
    @classmethod
    def _asks_of_a_text(cls, prompt: str) -> str:
        if prompt.count(TEXT) != 1:
            raise ValueError("the prompt must have {text} once, where the text is to stand")
        if not words(prompt.replace(TEXT, "")):
            raise ValueError("the prompt asks nothing: write a question beside {text}")
        return prompt

    @field_validator("answers")
    @classmethod
    def _can_be_compared(cls, answers: dict[str, str]) -> dict[str, str]:
        if len(answers) == 1:
            raise ValueError("one answer is always the likeliest: give those of two labels or more")
        said = list(answers.values())
        for label, answer in answers.items():
            if not answer or answer != answer.strip():
                raise ValueError(f"the answer of '{label}' is {answer!r}: write it without space around it")
            if said.count(answer) > 1:
                raise ValueError(f"two labels have the answer '{answer}': give each its own")
        return answers


class WeakLabelConfig(ComponentConfig):
    """Options of `weak-label`."""

    functions: tuple[FunctionConfig, ...] = ()
    """Labelling functions: `{label: failure, keywords: [broken, cracked]}`, each with `keywords`, `pattern` or
    `lexicon`."""
    word_lists: dict[str, RecipePath] = Field({})
    """Further functions: by label a file with a word or phrase a line, as `keywords`."""
    models: tuple[ModelReference, ...] = ()
    """Further functions: runs or model folders of metier that say one label of a text."""
    prompts: tuple[PromptConfig, ...] = ()
    """Further functions: `{model: starter:smollm2, prompt: "{text} This is", answers: {positive: good news, negative:
    bad news}}`, each a pretrained language model, as it is, whose likeliest answer is the label."""
    confidence: float = Field(0.8, ge=0, lt=1)
    """The probability from which on a model's or a prompt's label counts; below it the function says nothing."""
    combine: Combine = "dawid-skene"
    """`dawid-skene` weighs each function by how often it is right; `majority-vote` counts them alike."""
    min_probability: float = Field(0.5, ge=0, lt=1)
    """The least probability of a text's label with `dawid-skene`; unsure texts are left out."""
    compare: bool = False
    """Also train on people's rows alone, for as many steps, to see what the machine's labels brought."""

    @model_validator(mode="after")
    def _has_functions(self) -> WeakLabelConfig:
        if not self.count:
            raise ValueError("there is no labelling function: give `functions`, `word_lists`, `models` or `prompts`")
        return self

    @property
    def count(self) -> int:
        """Return how many labelling functions there are."""
        return sum(map(len, (self.functions, self.word_lists, self.models, self.prompts)))
