"""Labels come into balance in the training rows alone."""

from __future__ import annotations

import logging
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier.components import TaskHead
from metier.data.store import load, write
from metier.errors import StageError
from metier.testing import StrategyContract
from metier.values import Column, Job, Outcome
from metier_text._balanced import drawn, goals
from metier_text.balance import Balance

LABELS = "aaaaaaabbbc"
COUNTS = st.dictionaries(st.sampled_from("abcd"), st.integers(1, 60), min_size=1)


class Seen:
    """Stands for `train`: reads the rows while they are there."""

    def __init__(self) -> None:
        self.rows: list[dict[str, list[Any]]] = []

    def __call__(self, job: Job) -> Outcome:
        self.rows.append({name: load(job.datasets["train"])[name][:] for name in ("id", "label", "text")})
        return Outcome(job=job, model_path=Path(), metrics={}, predictions={}, seconds=0.1)


def make_job(folder: Path, labels: list[Any] | str = LABELS) -> Job:
    made = StrategyContract().job(folder)
    rows = [{"id": f"r{row}", "text": f"text {row}", "label": label} for row, label in enumerate(labels)]
    return replace(made, datasets={**made.datasets, "train": write(rows, folder / "labels.arrow")})


def run(folder: Path, *, seed: int = 13, **options: Any) -> tuple[dict[str, list[Any]], Outcome]:
    train = Seen()
    outcome = Balance(Balance.Config.model_validate(options)).run(replace(make_job(folder), seed=seed), train)
    return train.rows[0], outcome


def test_rare_labels_are_repeated_under_new_ids(tmp_path: Path) -> None:
    rows, _ = run(tmp_path)
    assert Counter(rows["label"]) == {"a": 7, "b": 7, "c": 7}
    assert len(set(rows["id"])) == len(rows["id"]) == 21
    texts = Counter(rows["text"])
    assert texts["text 10"] == 7
    assert sorted(texts[f"text {row}"] for row in (7, 8, 9)) == [2, 2, 3]
    assert rows["id"][-1] == "r10~7"


def test_common_labels_lose_rows_in_place(tmp_path: Path) -> None:
    rows, _ = run(tmp_path, by="down-sampling", ratio=2)
    assert Counter(rows["label"]) == {"a": 2, "b": 2, "c": 1}
    assert rows["id"] == sorted(rows["id"], key=lambda name: int(name[1:]))


def test_the_seed_decides_which_rows(tmp_path: Path) -> None:
    one, same, other = (run(tmp_path, seed=seed, by="down-sampling")[0]["id"] for seed in (13, 13, 14))
    assert one == same != other


def test_other_splits_and_the_outcome_s_files_are_those_of_the_job(tmp_path: Path) -> None:
    job = make_job(tmp_path)
    seen: list[Job] = []

    def train(changed: Job) -> Outcome:
        seen.append(changed)
        outcome = Seen()(changed)
        return replace(outcome, parts=(outcome, replace(outcome, job=replace(changed, seed=14))))

    outcome = Balance().run(job, train)
    assert {split: ref for split, ref in seen[0].datasets.items() if split != "train"} == {
        split: ref for split, ref in job.datasets.items() if split != "train"
    }
    assert seen[0].datasets["train"].digest != job.datasets["train"].digest
    assert [one.job.datasets for one in (outcome, *outcome.parts)] == [job.datasets] * 3
    assert not seen[0].datasets["train"].path.exists()


def test_what_is_done_is_said(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="metier"):
        run(tmp_path)
        run(tmp_path, ratio=7)
    assert caplog.messages == [
        "balance: training rows by label: b 3 to 7, c 1 to 7",
        "balance: the training rows are in balance as they are",
    ]
    assert Balance().describe(13) == [
        "repeat training rows of rarer labels until none has more than 1 times the rows of another"
    ]


def test_a_task_without_one_label_a_row_is_refused_while_planning() -> None:
    class Labels(TaskHead):
        columns = (Column("text"), Column("label", "label"))

    assert Balance().refuses(Labels()) is None
    assert "have not one label each" in str(Balance().refuses(TaskHead()))


@pytest.mark.parametrize("labels", [[["a"], ["b"]], [1.0, 2.0]])
def test_rows_without_one_label_are_refused(tmp_path: Path, labels: list[Any]) -> None:
    with pytest.raises(StageError, match="have not one label each"):
        Balance().run(make_job(tmp_path, labels), Seen())


@given(counts=COUNTS, by=st.sampled_from(["up-sampling", "down-sampling"]), ratio=st.floats(1, 20))
def test_no_label_has_more_than_ratio_times_another(counts: dict[str, int], by: str, ratio: float) -> None:
    goal = goals(counts, by=by, ratio=ratio)
    assert max(goal.values()) <= min(goal.values()) * ratio + 1e-9
    assert all(
        (goal[label] >= count) if by == "up-sampling" else (0 < goal[label] <= count) for label, count in counts.items()
    )


@given(counts=COUNTS, data=st.data())
def test_each_row_is_taken_as_often_as_any_other_of_its_label(counts: dict[str, int], data: Any) -> None:
    from random import Random

    labels = [label for label, count in counts.items() for _ in range(count)]
    goal = {label: data.draw(st.integers(1, 100)) for label in counts}
    copies = drawn(labels, goal, Random(0))
    for label in counts:
        mine = [count for count, one in zip(copies, labels, strict=True) if one == label]
        assert sum(mine) == goal[label]
        assert max(mine) - min(mine) <= 1
