"""Training curves and the stages of a run, from its events."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.report import wording
from metier.report.facts import Facts
from metier.report.scale import Scale

COLOURS = 6
POINTS = 400
"""Points of a line; a longer one is thinned."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of a chart: points in percent of both axes, y from the top."""

    arm: str
    colour: int
    held_out: bool
    points: str
    last: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Chart:
    """The losses of one stage, every job a line."""

    title: str
    lines: Sequence[Line]
    legend: Sequence[tuple[str, int]]
    held_out: bool
    x_ticks: Sequence[tuple[float, str]]
    y_ticks: Sequence[tuple[float, str]]


@dataclass(frozen=True, slots=True)
class StageRow:
    """A stage of the run."""

    name: str
    job: str
    took: str
    reused: bool
    digest: str


def charts(facts: Facts) -> list[Chart]:
    """Return a chart of losses for each stage that logged any, in order."""
    logged: dict[str, dict[str, dict[str, dict[int, float]]]] = {}
    for event in facts.events:
        if event.get("event") != "metrics_logged" or "step" not in event.get("metrics", {}):
            continue
        lines = logged.setdefault(event["stage"], {}).setdefault(
            event.get("job", ""), {"loss": {}, "validation_loss": {}}
        )
        for name, points in lines.items():
            if name in event["metrics"]:  # a resumed training logs some steps again: the last word counts
                points[int(event["metrics"]["step"])] = float(event["metrics"][name])
    return [chart for stage, jobs in logged.items() if (chart := _chart(stage, jobs)) is not None]


def stages(facts: Facts) -> list[StageRow]:
    """Return every finished stage, in order."""
    return [
        StageRow(
            name=event["stage"],
            job=_arm(event.get("job", "")).replace("-seed-", ", seed "),
            took=wording.duration(event.get("seconds", 0.0)),
            reused=bool(event.get("reused")),
            digest=str(event.get("digest", ""))[:12],
        )
        for event in facts.events
        if event.get("event") == "stage_finished"
    ]


def _chart(stage: str, jobs: Mapping[str, Mapping[str, Mapping[int, float]]]) -> Chart | None:
    drawn = [
        (job, name, sorted(points.items())) for job, lines in jobs.items() for name, points in lines.items() if points
    ]
    if not drawn:
        return None
    steps = [step for *_, points in drawn for step, _ in points]
    x = Scale(0, max(*steps, 1), max(1.0, Scale.around([0, *steps]).step))
    y = Scale.around([value for *_, points in drawn for _, value in points])
    arms = list(dict.fromkeys(_arm(job).partition("-seed-")[0] for job, *_ in drawn))
    lines = [_line(arms, job, points, (x, y), held_out=name == "validation_loss") for job, name, points in drawn]
    legend = [(arm, i % COLOURS) for i, arm in enumerate(arms) if arm]
    title = (
        "Training for the task"
        if stage == "train"
        else wording.sentence(stage.removeprefix("adapt-").replace("-", " "))
    )
    return Chart(title, lines, legend, any(line.held_out for line in lines), x.ticks(), y.ticks())


def _line(
    arms: Sequence[str], job: str, points: Sequence[tuple[int, float]], axes: tuple[Scale, Scale], *, held_out: bool
) -> Line:
    every = max(1, len(points) // POINTS)
    kept = [*points[:-1:every], points[-1]]
    placed = [(axes[0].percent(step), round(100 - axes[1].percent(value), 3)) for step, value in kept]
    arm = _arm(job).partition("-seed-")[0]
    text = " ".join(f"{x:g},{y:g}" for x, y in placed)
    return Line(arm, arms.index(arm) % COLOURS, held_out, text, placed[-1])


def _arm(job: Any) -> str:
    return str(job or "")
