"""Progress is a bar on a terminal and a line now and then elsewhere."""

from __future__ import annotations

import logging
import sys

import pytest
from transformers import TrainerControl, TrainerState, TrainingArguments

from metier.training import progress


def state(step: int) -> TrainerState:
    return TrainerState(global_step=step, max_steps=10)


def test_without_a_terminal_it_writes_lines(caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter([0.0, 1.0, 20.0])
    monkeypatch.setattr(progress.time, "monotonic", lambda: next(clock))
    report = progress.ProgressReport(examples_a_step=32)
    arguments, control = TrainingArguments(output_dir="unused", use_cpu=True, report_to="none"), TrainerControl()
    with caplog.at_level(logging.INFO, logger="metier"):
        report.on_train_begin(arguments, state(0), control)
        report.on_log(arguments, state(1), control, logs={"loss": 0.51234})
        report.on_step_end(arguments, state(1), control)
        report.on_step_end(arguments, state(5), control)
    report.close()
    assert caplog.messages == ["step 5 of 10, 8 examples/s, 20 s left, loss 0.512"]


def test_on_a_terminal_it_is_a_bar(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    report = progress.ProgressReport(examples_a_step=32)
    arguments, control = TrainingArguments(output_dir="unused", use_cpu=True, report_to="none"), TrainerControl()
    report.on_train_begin(arguments, state(0), control)
    report.on_step_end(arguments, state(5), control)
    assert report.bar is not None
    assert report.bar.tasks[0].completed == 5
    report.close()
    assert report.bar is None


@pytest.mark.parametrize(("seconds", "said"), [(4.4, "4 s"), (200, "3 min 20 s"), (7260, "2 h 1 min")])
def test_durations_are_said_as_people_do(seconds: float, said: str) -> None:
    assert progress.duration(seconds) == said
