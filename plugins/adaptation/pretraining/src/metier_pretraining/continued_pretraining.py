"""The adaptation method `continued-pretraining`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ModelInfo, TaskInfo

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class ContinuedPretrainingConfig(ComponentConfig):
    """Options of `continued-pretraining`."""

    corpus: Literal["auto", "domain", "task"] = "auto"
    """`domain` is `data.corpus`, `task` the texts of the training rows (task-adaptive pretraining, Gururangan et al.
    2020); `auto` takes `data.corpus` where the recipe has one, and the task's texts where it has none."""
    epochs: float = Field(1.0, gt=0)
    """Passes over the corpus."""
    learning_rate: float = Field(2e-4, gt=0)
    """The peak learning rate."""
    per_device_train_batch_size: int = Field(32, ge=1)
    """Blocks or texts in a training batch."""
    block_size: int = Field(128, ge=8)
    """Tokens of a block, or of a text at most; a longer text becomes several, nothing is cut off."""
    grouping: Literal["blocks", "lines"] = "blocks"
    """`blocks` joins texts to blocks of one size; `lines` keeps each text by itself, which suits short ones."""
    mlm_probability: float = Field(0.15, gt=0, lt=1)
    """Share of an encoder's tokens that are hidden and to be guessed."""
    head_steps: int = Field(100, ge=0)
    """Steps that a new language-model head trains alone first, where an encoder comes without one."""
    held_out: float = Field(0.05, gt=0, lt=0.5)
    """Share of the corpus that perplexity is measured on and that is not trained on."""


class ContinuedPretraining(AdaptationMethod):
    """Trains the model further on the industry's own text, as it was pretrained."""

    name: ClassVar[str] = "continued-pretraining"
    Config: ClassVar[type[ComponentConfig]] = ContinuedPretrainingConfig
    config: ContinuedPretrainingConfig

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Serve encoders and decoders."""
        if model.architecture == "encoder-decoder":
            return "it trains encoders (masked words) and decoders (next words), and this model is both"
        return None

    def needs_corpus(self) -> bool:
        """Only where the domain's text is asked for by name."""
        return self.config.corpus == "domain"

    def reads(self, splits: Sequence[str]) -> Sequence[str]:
        """Return the split of the corpus that is chosen."""
        domain = self.config.corpus == "domain" or (self.config.corpus == "auto" and "corpus" in splits)
        return ("corpus",) if domain else ("train",)

    def pretrain(self, model_path: Path, stage: MethodContext) -> PreTrainedModel:
        """Return the model trained on the corpus; logs the perplexity of held-out text before and after."""
        from metier_pretraining._torch import pretrain

        return pretrain(self.config, model_path, stage)
