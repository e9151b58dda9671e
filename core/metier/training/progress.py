"""Shows a training under way: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import logging
import sys
import time
from collections.abc import Mapping
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from transformers import TrainerCallback, TrainerControl, TrainerState, TrainingArguments

logger = logging.getLogger("metier")
SECONDS_A_LINE = 15.0


class ProgressReport(TrainerCallback):
    """Speed in examples a second, time left and loss, on stderr."""

    def __init__(self, *, examples_a_step: int) -> None:
        self.examples_a_step = examples_a_step
        self.started = 0.0
        self.first_step = 0
        self.said = 0.0
        self.loss = ""
        self.bar: Progress | None = None
        self.task = TaskID(0)

    def on_train_begin(
        self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **others: Any
    ) -> None:
        """Start the clock, and the bar where there is a terminal."""
        self.started = self.said = time.monotonic()
        self.first_step = state.global_step
        if sys.stderr.isatty():
            columns = (
                TextColumn("training"),
                BarColumn(),
                MofNCompleteColumn(),
                TextColumn("{task.fields[speed]}"),
                TimeRemainingColumn(),
                TextColumn("{task.fields[loss]}"),
            )
            self.bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self.task = self.bar.add_task("", total=state.max_steps, completed=state.global_step, speed="", loss="")
            self.bar.start()

    def on_log(
        self,
        args: TrainingArguments,
        state: TrainerState,
        control: TrainerControl,
        logs: Mapping[str, float] | None = None,
        **others: Any,
    ) -> None:
        """Remember the loss."""
        if logs and "loss" in logs:
            self.loss = f"loss {logs['loss']:.3f}"

    def on_step_end(self, args: TrainingArguments, state: TrainerState, control: TrainerControl, **others: Any) -> None:
        """Move the bar, or write a line when it is time."""
        now = time.monotonic()
        speed = (state.global_step - self.first_step) / max(now - self.started, 1e-9)
        rate = f"{speed * self.examples_a_step:.0f} examples/s"
        if self.bar is not None:
            self.bar.update(self.task, completed=state.global_step, speed=rate, loss=self.loss)
        elif now - self.said >= SECONDS_A_LINE:
            self.said = now
            left = (state.max_steps - state.global_step) / speed
            done = f"step {state.global_step} of {state.max_steps}"
            logger.info(", ".join(part for part in (done, rate, f"{duration(left)} left", self.loss) if part))

    def close(self) -> None:
        """Take the bar away, however the training ended."""
        if self.bar is not None:
            self.bar.stop()
            self.bar = None


def duration(seconds: float) -> str:
    """Return a duration as people say it: `3 min 20 s`."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"
