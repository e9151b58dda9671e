"""The adaptation method `continued-pretraining`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, model_validator

from metier.components import AdaptationMethod, ComponentConfig, MethodContext, RecipePath
from metier.values import ModelInfo, TaskInfo

if TYPE_CHECKING:
    from transformers import PreTrainedModel


class ContinuedPretrainingConfig(ComponentConfig):
    """Options of `continued-pretraining`."""

    corpus: Literal["auto", "domain", "task", "near-task", "domain+task"] = "auto"
    """`domain` is `data.corpus`, `task` the texts of the training rows; `near-task` these with the passages of the
    corpus that are like them; `domain+task` the one and then the other. `auto` takes `data.corpus` where the recipe has
    one, and the task's texts where it has none."""
    neighbours: int = Field(50, ge=1)
    """Passages of the corpus that `near-task` takes for each training text, the nearest ones."""
    epochs: float = Field(1.0, gt=0)
    """Passes over the corpus."""
    learning_rate: float = Field(2e-4, gt=0)
    """The peak learning rate."""
    per_device_train_batch_size: int = Field(32, ge=1)
    """Blocks or texts in a training batch."""
    block_size: int = Field(128, ge=8)
    """Tokens of a block, or of a text at most; a longer text becomes several, nothing is cut off."""
    grouping: Literal["blocks", "lines"] = "blocks"
    """`blocks` joins texts to blocks of one size; `lines` keeps each text by itself, which suits short ones. A
    decoder's texts do not see each other in a block."""
    masking: Literal["token", "whole-word", "span", "lexicon"] = "whole-word"
    """What of an encoder's text is hidden together: each `token` by itself, the pieces of a `whole-word`, a `span` of
    words, or with `lexicon` each term of the industry's lexicon first and then whole words."""
    mlm_probability: float = Field(0.15, gt=0, lt=1)
    """Share of an encoder's or encoder-decoder's tokens that are hidden and to be guessed; one of a text at least."""
    head_steps: int = Field(100, ge=0)
    """Steps that a new language-model head trains alone first, where an encoder comes without one."""
    held_out: float = Field(0.05, gt=0, lt=0.5)
    """Share of the corpus that perplexity is measured on and that is not trained on."""
    warmup_ratio: float | None = Field(None, ge=0, le=1)
    """Share of the steps over which the learning rate rises again; by default what the optimizer has."""
    general: RecipePath = ""
    """Plain-text files of general text, a path or a glob; a paragraph a text, or a line where no line is blank. Up to
    500 of its texts are measured before and after, so that what the model forgets is seen."""
    replay: float = Field(0.0, ge=0, lt=1)
    """Share of general text among the text that is trained on, by characters; needs `general`."""
    anchor: Literal["none", "l2-sp", "ewc"] = "none"
    """What pulls the weights back to where they were: `l2-sp` all alike, `ewc` each as much as it matters to general
    text (needs `general`). The optimizer's weight decay is off then."""
    anchor_strength: float | None = Field(None, gt=0)
    """How strongly: half of it times the squared distance is added to the loss. By default 0.1 with `l2-sp`, 1000 with
    `ewc`, whose distances are weighed."""
    adapters: Literal["none", "lora"] = "none"
    """`lora` trains adapters alone, which are merged at the end: less is learnt, and less forgotten."""
    rank: int = Field(16, ge=1)
    """The adapters' rank."""
    new_words: int = Field(0, ge=0)
    """Words of the corpus that the tokenizer gets as tokens of their own, those first that save most tokens."""
    new_word_minimum: int = Field(10, ge=1)
    """Occurrences in the corpus from which a word can become one."""

    @model_validator(mode="after")
    def _agrees(self) -> ContinuedPretrainingConfig:
        if self.replay and not self.general:
            raise ValueError("`replay` needs general text: add `general: <path>`, or leave `replay` out")
        if self.anchor == "ewc" and not self.general:
            raise ValueError("`anchor: ewc` needs general text: add `general: <path>`, or write `anchor: l2-sp`")
        if self.anchor != "none" and self.adapters != "none":
            message = "adapters leave the weights where they were: take out `anchor`, or write `adapters: none`"
            raise ValueError(message)
        if self.anchor_strength is not None and self.anchor == "none":
            raise ValueError("`anchor_strength` needs an anchor: add `anchor: l2-sp`, or leave it out")
        return self


class ContinuedPretraining(AdaptationMethod):
    """Trains the model further on the industry's own text, as it was pretrained."""

    name: ClassVar[str] = "continued-pretraining"
    Config: ClassVar[type[ComponentConfig]] = ContinuedPretrainingConfig
    config: ContinuedPretrainingConfig

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Serve encoders, decoders and encoder-decoders; `span` and `lexicon` say how an encoder's words are hidden."""
        if model.architecture != "encoder" and self.config.masking in {"span", "lexicon"}:
            return f"`masking: {self.config.masking}` is for encoders, which this model is not"
        return self._unreadable()

    def _unreadable(self) -> str | None:
        """Return what a quick look finds wrong with the files of `general`."""
        from metier.builtin.sources.text import Text

        if not self.config.general:
            return None
        problem = next(iter(Text(Text.Config(path=self.config.general)).inspect()), None)
        if problem is None:
            return None
        return f"`general` cannot be read: {problem.message} ({problem.where}); {problem.hint}"

    def needs_corpus(self) -> bool:
        """Only where the domain's text is asked for by name."""
        return self.config.corpus not in {"auto", "task"}

    def reads(self, splits: Sequence[str]) -> Sequence[str]:
        """Return the splits whose texts are chosen."""
        corpus = self.config.corpus
        if corpus in {"near-task", "domain+task"}:
            return tuple(split for split in ("corpus", "train") if split in splits)
        domain = corpus == "domain" or (corpus == "auto" and "corpus" in splits)
        return ("corpus",) if domain else ("train",)

    def pretrain(self, model_path: Path, stage: MethodContext) -> PreTrainedModel:
        """Return the model trained on the corpus; logs the perplexity of held-out text before and after."""
        from metier_pretraining._torch import pretrain

        return pretrain(self.config, model_path, stage)
