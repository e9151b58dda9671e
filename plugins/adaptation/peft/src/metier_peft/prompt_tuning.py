"""The adaptation method `prompt-tuning`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import Use
from metier_peft.adapter import NAMES

if TYPE_CHECKING:
    from transformers import PreTrainedModel

LAYERWISE = frozenset({"gradual-unfreezing", "layer-decay", "lisa", "mixout", "partial-layers", "probe-then-tune"})
"""Methods that choose among layers, of which none trains here."""


class PromptTuningConfig(ComponentConfig):
    """Options of `prompt-tuning`."""

    tokens: int = Field(20, ge=1, le=200)
    """Tokens of the prompt; each is one more in every text, and counts in `training.max_length`."""


class PromptTuning(AdaptationMethod):
    """Trains a few tokens that stand before every text, and the head; everything else stays as it was."""

    name: ClassVar[str] = "prompt-tuning"
    Config: ClassVar[type[ComponentConfig]] = PromptTuningConfig
    config: PromptTuningConfig

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse adapters, and methods that choose among layers."""
        for other in others:
            if other.name in NAMES or other.name == self.name:
                return f"there is `{other.name}` too, and both train in place of the model"
            if other.name in LAYERWISE:
                return f"no layer trains, so there is nothing for `{other.name}` to choose among"
            if other.name == "reinitialisation":
                return "layers that were drawn anew must train, and only the prompt does"
        return None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Freeze the body, and put the prompt into tokenizer and word embeddings.

        Raises `StageError` where the tokenizer does not keep what it puts before a text.
        """
        from metier_peft import _prompts

        _prompts.put_in(model, stage.tokenizer, tokens=self.config.tokens, seed=stage.seed)
        return model

    def finish(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Make the prompt rows of the model's own word embeddings."""
        from metier_peft import _prompts

        _prompts.fold_in(model)
        return model
