"""The contract of an adaptation method: five moments at which it may act."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from metier.components.base import Component
from metier.components.industry import Industry
from metier.values import Metrics, ModelInfo, ParameterGroup, TaskInfo, Use

if TYPE_CHECKING:
    import torch
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Loss, Objective


class Progress(NamedTuple):
    """How far a training is; a function of what was done, so that a resumed one agrees with an unbroken one."""

    step: int
    """Optimizer steps that are done."""
    steps: int
    """Optimizer steps in all."""
    epoch: float
    """Passes over the training rows that are done."""


class Engine(ABC):
    """The one training engine, as a method's own training phase sees it."""

    @abstractmethod
    def train(
        self,
        objective: Objective,
        model: PreTrainedModel,
        rows: Dataset,
        *,
        validation: Dataset | None = None,
        overrides: dict[str, object] | None = None,
    ) -> Metrics:
        """Train `model` in place on `rows`; resumes by itself; returns `loss`, `validation_loss`, `seconds`, ….

        `overrides` replaces training settings (`num_train_epochs`, `max_length`, `learning_rate`, …).
        """

    @abstractmethod
    def evaluate(self, objective: Objective, model: PreTrainedModel, rows: Dataset) -> Metrics:
        """Return `loss` per supervised item over `rows`, in float32."""

    @abstractmethod
    def log(self, metrics: Metrics) -> None:
        """Record figures of the stage (a perplexity): in the run's events, and in the stage's result."""


@dataclass(frozen=True, slots=True)
class MethodContext:
    """What a method may use: the stage that it acts in."""

    info: ModelInfo
    task: TaskInfo
    tokenizer: PreTrainedTokenizerFast
    seed: int
    directory: Path
    """The stage's own folder; what is written here is kept with the stage."""
    engine: Engine | None = None
    """Given in `pretrain`."""
    corpus: Dataset | None = None
    """Unlabelled text (columns `id`, `text`), where the recipe has `data.corpus`."""
    train: Dataset | None = None
    """The task's training split; in `pretrain` only where the method `reads` it, as the corpus."""
    objective: Objective | None = None
    """What the task trains, set by the engine where a head was built; None in `pretrain`."""
    industry: Industry | None = None
    shared: Path | None = None
    """A folder that all runs share, where there is one; name what is kept there by a digest of what made it."""
    backpropagate: Callable[[torch.Tensor], None] | None = None
    """Set by the engine in `wrap_loss`: what `backward` does."""
    position: Callable[[], Progress] | None = None
    """Set by the engine in `wrap_loss`: what `progress` asks."""

    def progress(self) -> Progress:
        """Return how far the training is, asked while a wrapped loss is computed; its beginning where none runs."""
        return Progress(0, 1, 0.0) if self.position is None else self.position()

    def backward(self, loss: torch.Tensor) -> None:
        """Add the gradient of `loss` to the parameters, in the engine's scale; for losses with inner steps.

        `loss` is a sum over supervised items, as `wrap_loss` returns; what was added here must not be in the graph of
        the loss returned (return it detached, so that it counts in the figures).
        """
        if self.backpropagate is None:
            loss.backward()
        else:
            self.backpropagate(loss)


class AdaptationMethod(Component):
    """Moves a model towards an industry; each moment does nothing unless overridden."""

    kind: ClassVar[str] = "adaptation method"
    reads_states: ClassVar[bool] = True
    """Whether a loss that it wraps may read the last layer's hidden states. Say False where it asks for loss and logits
    alone: the engine then computes of that layer only what the objective reads."""

    @property
    def reads_vocabulary(self) -> bool:
        """Whether a loss that it wraps may ask the model about other tokens than the batch's, or holds a word embedding
        itself. Say False where it does neither: the engine then trains the embeddings of tokens that occur.
        """
        return True

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Return why it cannot serve this model and task, in words; None if it can. Asked while planning."""
        return None

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Return why it cannot act beside `others`, the recipe's other methods in order; None if it can. Asked while
        planning."""
        return None

    def lacks(self, industry: Industry | None) -> str | None:
        """Return what the recipe's industry lacks for it, in words (a lexicon, synonyms); None if nothing.

        `industry` is None where the recipe names none. Asked while planning: hours of training are not to end there.
        """
        return None

    def needs_corpus(self) -> bool:
        """Return whether the recipe must have `data.corpus`. Asked while planning."""
        return False

    def reads(self, splits: Sequence[str]) -> Sequence[str]:
        """Return which of the splits that there are (`corpus`, `train`) `pretrain` reads; it is given no other.

        An adaptation that was computed before is used again while these, the options and the model are the same.
        """
        return splits

    def pretrain(self, model_path: Path, stage: MethodContext) -> PreTrainedModel | None:
        """Run a training phase of its own on the corpus, before any head exists; return the model to save.

        `model_path` is a folder for `from_pretrained`. None, the default, means that it has no such phase.
        """
        return None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Choose what trains: freeze, or wrap in adapters. Called once, after the head is built."""
        return model

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return groups with options of their own; parameters named in none keep the optimizer's options."""
        return ()

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Change what a step minimises. `loss(model, batch)` is a sum over supervised items; keep it one."""
        return loss

    def finish(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Merge adapters, restore what was changed: the result must load with `from_pretrained` alone."""
        return model
