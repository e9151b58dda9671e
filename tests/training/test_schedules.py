"""Learning-rate schedules rise, fall, and end where they say."""

from __future__ import annotations

import itertools
from typing import get_args

import pytest
import torch

from metier.components import ScheduleName
from metier.training.schedules import build_scheduler, schedule, warmup_steps

NAMES = get_args(ScheduleName)
ENDS = {"linear": 0.0, "cosine": 0.0, "constant": 1.0, "wsd": 0.0, "inverse-sqrt": (10 / 100) ** 0.5}


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


def test_wsd_is_stable_until_its_last_fifth() -> None:
    factor = schedule("wsd", warmup=10, total=100)
    assert factor(80) == 1.0
    assert factor(90) == pytest.approx(0.5)


def test_warm_up_is_a_share_of_all_steps() -> None:
    assert [warmup_steps(0.1, total) for total in (0, 5, 10, 11)] == [0, 1, 1, 2]


def test_every_group_keeps_its_own_learning_rate() -> None:
    groups = [{"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate} for rate in (1.0, 0.1)]
    optimizer = torch.optim.SGD(groups, lr=1.0)
    scheduler = build_scheduler(optimizer, "linear", warmup_ratio=0.0, total=4)
    for _ in range(2):
        optimizer.step()
        scheduler.step()
    assert scheduler.get_last_lr() == pytest.approx([0.5, 0.05])
