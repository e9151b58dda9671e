"""A prompt as a labelling function: the label whose answer a pretrained language model, as it is, finds likeliest."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from hashlib import blake2b
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from metier.errors import MetierError, StageError
from metier.values import LocalModel
from metier_weak_label.options import PromptConfig

if TYPE_CHECKING:
    import numpy as np

    from metier_weak_label._answers import AnswerScorer


class Answer(NamedTuple):
    """What a prompt said of a text."""

    label: str | None
    """None where no label is likely enough."""
    cut: bool
    """Whether the text's end was left out."""


Answered: TypeAlias = dict[tuple[str, bytes], Answer]
"""Answers by prompt and by a digest of the text."""


class Prompted:
    """Asks a model a prompt of many texts; of equal texts once."""

    def __init__(
        self, config: PromptConfig, labels: Sequence[str], *, confidence: float, answered: Answered | None = None
    ) -> None:
        """Where the prompt has no `confidence` of its own, the given one counts.

        Raises `MetierError` where the model cannot be had or does not write.
        """
        self.config = config
        self.name = config.name or f"prompt: {re.split('[/:]', config.model.rstrip('/'))[-1]}"
        """What the table calls it."""
        self.answers = dict(config.answers) or {label: label for label in labels}
        """The answer of each label that it may say."""
        self.model = model_of(config, where=self.name)
        self.confidence = confidence if config.confidence is None else config.confidence
        self._answered = {} if answered is None else answered
        self._cut: set[bytes] = set()

    def say(self, texts: Sequence[str]) -> list[str | None]:
        """Return its label of each text; None where no label is likely enough.

        Raises `StageError` where the model cannot be loaded, tell the answers apart, or has no room for the prompt.
        """
        names = [_digest(text) for text in texts]
        new = {name: text for name, text in zip(names, texts, strict=True) if (self.name, name) not in self._answered}
        if new:
            for name, found, cut in zip(new, *self._scorer.probabilities(list(new.values())), strict=True):
                self._answered[self.name, name] = Answer(self._label(found), bool(cut))
        said = [self._answered[self.name, name] for name in names]
        self._cut.update(name for name, answer in zip(names, said, strict=True) if answer.cut)
        return [answer.label for answer in said]

    def notes(self) -> Iterator[str]:
        """Yield how many texts were read in part, if any were."""
        if self._cut:
            read = f"of {len(self._cut)} texts the beginning is read"
            yield f"{self.name}: {read}, as much as {self.config.model} has positions for"

    @cached_property
    def _scorer(self) -> AnswerScorer:
        from metier_weak_label._answers import AnswerScorer

        return AnswerScorer(self.model, self.config, self.answers, where=self.name)

    def _label(self, probabilities: np.ndarray) -> str | None:
        best = int(probabilities.argmax())
        return list(self.answers)[best] if probabilities[best] >= self.confidence else None


def refusal(config: PromptConfig) -> str | None:
    """Return why a model cannot answer, as far as is known without fetching it; None if it may."""
    from metier.components import ModelSource
    from metier.discovery import discover
    from metier.plan import split_reference

    registry = discover()
    try:
        source, reference = split_reference(config.model, registry)
        made = registry.find(ModelSource, source).component()
        assert isinstance(made, ModelSource)
        info = made.describe(reference)
    except MetierError as error:
        return error.problems[0].message
    return _cannot_write(config) if info is not None and info.architecture == "encoder" else None


def model_of(config: PromptConfig, *, where: str) -> LocalModel:
    """Return the model's files, as those of a recipe's `model`; raises `MetierError` where there are none, or it cannot
    write."""
    from metier.discovery import discover
    from metier.offline import is_offline
    from metier.pipeline.preparation import fetch_model

    model = fetch_model(config.model, discover(), offline=is_offline())
    if model.info.architecture == "encoder":
        hint = "name a decoder (GPT-2, Llama) or an encoder-decoder (T5) as the prompt's model: starter:smollm2"
        raise StageError(_cannot_write(config), where=where, hint=hint)
    return model


def _cannot_write(config: PromptConfig) -> str:
    return f"{config.model} is an encoder: it reads and does not write"


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()
