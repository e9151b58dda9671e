"""Learning-rate schedules rise, fall, and end where they say."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest
import torch

from metier.components import ScheduleName
from metier.training.schedules import build_scheduler, schedule, warmup_steps

NAMES = get_args(ScheduleName)
ENDS = {"linear": 0.0, "cosine": 0.0, "constant": 1.0, "wsd": 0.0, "inverse-sqrt": (11 / 101) ** 0.5}


@pytest.mark.parametrize("name", NAMES)
def test_a_schedule_rises_to_its_peak_and_falls_to_its_end(name: ScheduleName) -> None:
    factor = schedule(name, warmup=10, total=100)
    values = [factor(step) for step in range(101)]
    assert values[0] == pytest.approx(1 / 11)
    assert all(one < two for one, two in itertools.pairwise(values[:11]))
    assert max(values) == pytest.approx(1.0)
    assert all(one >= two for one, two in itertools.pairwise(values[10:]))
    assert values[-1] == pytest.approx(ENDS[name], abs=1e-9)


@pytest.mark.parametrize("name", NAMES)
def test_without_warm_up_it_begins_at_its_peak(name: ScheduleName) -> None:
    assert schedule(name, warmup=0, total=5)(0) == pytest.approx(1.0)


@pytest.mark.parametrize("name", NAMES)
def test_every_step_before_the_end_learns(name: ScheduleName) -> None:
    for total in range(1, 8):
        for warmup in range(total + 1):
            factor = schedule(name, warmup=warmup, total=total)
            assert all(0 < factor(step) <= 1 for step in range(total)), (warmup, total)


def test_linear_falls_in_a_line() -> None:
    factor = schedule("linear", warmup=10, total=100)
    assert [factor(step) for step in (10, 55, 91)] == pytest.approx([1.0, 0.5, 0.1])


def test_cosine_is_half_a_wave() -> None:
    factor = schedule("cosine", warmup=10, total=100)
    assert [factor(step) for step in (10, 40, 55, 70)] == pytest.approx([1.0, 0.75, 0.5, 0.25])


def test_wsd_is_stable_until_its_last_tenth() -> None:
    factor = schedule("wsd", warmup=10, total=100)
    assert {factor(step) for step in range(10, 91)} == {1.0}
    assert [factor(step) for step in (91, 95, 99)] == pytest.approx([0.9, 0.5, 0.1])


def test_wsd_falls_from_its_peak_after_a_long_warm_up() -> None:
    factor = schedule("wsd", warmup=96, total=100)
    assert [factor(step) for step in (96, 97, 98, 99)] == pytest.approx([1.0, 0.75, 0.5, 0.25])


@pytest.mark.parametrize("warmup", [0, 1, 9, 40])
def test_inverse_sqrt_is_the_transformers_own(warmup: int) -> None:
    factor = schedule("inverse-sqrt", warmup=warmup, total=100)
    rates = [min(step**-0.5, step * (warmup + 1) ** -1.5) for step in range(1, 101)]
    assert [factor(step) for step in range(100)] == pytest.approx([rate / max(rates) for rate in rates])


def test_warm_up_is_a_share_of_all_steps() -> None:
    assert [warmup_steps(0.1, total) for total in (0, 5, 10, 11)] == [0, 1, 1, 2]
    assert warmup_steps(0.07, 100) == 7


def test_every_group_keeps_its_own_learning_rate() -> None:
    groups = [{"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate} for rate in (1.0, 0.1)]
    optimizer = torch.optim.SGD(groups, lr=1.0)
    scheduler = build_scheduler(optimizer, "linear", warmup_ratio=0.0, total=4)
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    assert scheduler.get_last_lr() == pytest.approx([0.5, 0.05])
