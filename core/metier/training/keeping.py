"""The Trainer's weights on their way to the disk and back: whole checkpoints, and the weights that are to be kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from transformers import PreTrainedModel, Trainer

from metier.training import checkpoints

if TYPE_CHECKING:
    import torch

    from metier.training.trainer import Training


class KeepingTrainer(Trainer):
    """A Trainer that writes checkpoints whole or not at all, and lets an optimizer say which weights are kept."""

    model: PreTrainedModel
    optimizer: torch.optim.Optimizer
    training: Training

    def _save_checkpoint(self, model: torch.nn.Module, trial: Any) -> None:
        """Write a checkpoint, whole or not at all, then remove those that are too many."""
        directory = self.training.directory
        best = directory / f"checkpoint-{self.state.best_global_step}" if self.state.best_global_step else None
        self.state.best_model_checkpoint = str(best) if best else None
        self._take_weights("eval")
        with checkpoints.whole_folder(directory / f"checkpoint-{self.state.global_step}") as folder:
            checkpoints.save_weights(self.model, folder)
            self._save_optimizer_and_scheduler(str(folder))
            self._save_rng_state(str(folder))
            self.state.save_to_json(str(folder / checkpoints.STATE_FILE))
        checkpoints.rotate(directory, keep=self.training.settings.save_total_limit, best=best)

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: torch.nn.Module | None = None) -> None:
        checkpoints.load_weights(model or self.model, Path(resume_from_checkpoint))

    def _finalize_training(self, *arguments: Any, **named: Any) -> Any:
        """Leave the weights that are to be kept in the model, before the best ones may replace them."""
        self._take_weights("eval")
        return super()._finalize_training(*arguments, **named)  # type: ignore[no-untyped-call]

    def _take_weights(self, mode: Literal["train", "eval"]) -> None:
        """Put the weights into the model that the optimizer trains, or those that it keeps: their average, for some."""
        take = getattr(self.optimizer, mode, None)
        if callable(take):
            take()

    def _load_best_model(self) -> None:
        assert self.state.best_model_checkpoint is not None, "the Trainer asks only where there is one"
        self._load_from_checkpoint(self.state.best_model_checkpoint)
