"""The first thing in a report: what the model reached, beside what it had to beat."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.report import wording
from metier.report.facts import Facts
from metier.report.scale import Scale


@dataclass(frozen=True, slots=True)
class Standing:
    """One model's primary figure, as a row of the chart: places in percent of the axis."""

    name: str
    kind: str
    """`arm` or `baseline`; the kept one is `kept`."""
    value: float
    text: str
    at: float
    low: float
    high: float
    seeds: Sequence[float]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a comparison says."""

    arm: str
    against: str
    difference: str
    interval: str
    p: str
    outcome: str
    """`better`, `worse`, or `unclear` where the interval holds 0."""
    words: str


@dataclass(frozen=True, slots=True)
class Answer:
    """The head of the report."""

    figure: str
    value: str
    spread: str
    spread_means: str
    rows: int
    lead: str
    points: Sequence[Verdict]
    others: Sequence[Verdict]
    standings: Sequence[Standing]
    ticks: Sequence[tuple[float, str]]


def answer(facts: Facts) -> Answer:
    """Return the answer of a run."""
    arm, figure = facts.metrics["arms"][0], facts.primary
    value, bounds = _reached(arm, facts)
    seeds = len(arm["runs"])
    verdicts = [_verdict(one) for one in facts.metrics["comparisons"]]
    half = "" if bounds is None else f"± {wording.number((bounds[1] - bounds[0]) / 2)}"
    return Answer(
        figure=wording.name(figure),
        value=wording.number(value),
        spread=half if seeds > 1 else wording.interval(bounds),
        spread_means=f"mean of {seeds} seeds, 95\u202f% interval" if seeds > 1 else "95\u202f% bootstrap interval",
        rows=facts.judged["rows"],
        lead=_lead(facts, arm["name"], value),
        points=[verdict for verdict in verdicts if verdict.arm == arm["name"]],
        others=[verdict for verdict in verdicts if verdict.arm != arm["name"]],
        **_chart(facts),
    )


def _lead(facts: Facts, arm: str, value: float) -> str:
    """Return the answer in words: what it reached, what adaptation brought, where the best baseline stands."""
    rows, figure = wording.count(facts.judged["rows"]), wording.name(facts.primary)
    seeds = len(facts.metrics["arms"][0]["runs"])
    mean = f" (mean of {seeds} seeds)" if seeds > 1 else ""
    parts = [f"The {arm} model reaches {wording.number(value)} {figure}{mean} on {rows} {facts.split} rows."]
    against = {one["against"]: one for one in facts.metrics["comparisons"] if one["arm"] == arm}
    for other in facts.metrics["arms"][1:]:
        if other["name"] in against:
            parts.append(_brought(against[other["name"]], other["name"]))
    baselines = [one for one in facts.metrics["baselines"] if one["name"] in against]
    if baselines:
        best = min(baselines, key=lambda one: float(against[one["name"]]["difference"]))["name"]
        parts.append(_beside(against[best], best))
    return " ".join(parts)


def _brought(comparison: Mapping[str, Any], other: str) -> str:
    """Say what separates two trainings of the same recipe."""
    by = f"{wording.signed(comparison['difference'])} {wording.interval(comparison['interval'], sign=True)}"
    who, outcome = "Adaptation" if other == "plain" else f"Against {other}, it", _outcome(comparison)
    return {
        "better": f"{who} brought {by}.",
        "worse": f"{who} made it worse: {by}.",
        "unclear": f"{who} made no clear difference: {by}.",
    }[outcome]


def _beside(comparison: Mapping[str, Any], best: str) -> str:
    """Say where the best baseline stands."""
    by = f"{wording.signed(comparison['difference'])} {wording.interval(comparison['interval'], sign=True)}"
    return {
        "better": f"It beats the best baseline, {best}, by {by}.",
        "worse": f"The best baseline, {best}, is better: {by}.",
        "unclear": f"There is no clear difference from the best baseline, {best}: {by}.",
    }[_outcome(comparison)]


def _outcome(comparison: Mapping[str, Any]) -> str:
    low, high = comparison["interval"]
    return "better" if low > 0 else "worse" if high < 0 else "unclear"


def _verdict(comparison: Mapping[str, Any]) -> Verdict:
    outcome = _outcome(comparison)
    words = {"better": "clearly better", "worse": "clearly worse", "unclear": "no clear difference"}[outcome]
    return Verdict(
        arm=comparison["arm"],
        against=comparison["against"],
        difference=wording.signed(comparison["difference"]),
        interval=wording.interval(comparison["interval"], sign=True),
        p=wording.p_value(comparison["p"]),
        outcome=outcome,
        words=words,
    )


def _reached(arm: Mapping[str, Any], facts: Facts) -> tuple[float, tuple[float, float] | None]:
    """Return an arm's primary figure and its interval: over seeds where there are several, else over rows."""
    figure, split = facts.primary, facts.split
    found = arm["summary"].get(split, {}).get(figure)
    if found and found["half_width"] is not None:
        return found["mean"], (found["mean"] - found["half_width"], found["mean"] + found["half_width"])
    figures = arm["runs"][0]["splits"][split]
    return figures["metrics"].get(figure, math.nan), _bounds(figures, figure)


def _bounds(figures: Mapping[str, Any], figure: str) -> tuple[float, float] | None:
    found = figures["intervals"].get(figure)
    return (found[0], found[1]) if found else None


def _chart(facts: Facts) -> dict[str, Any]:
    figure, split = facts.primary, facts.split
    raw: list[tuple[str, str, float, tuple[float, float] | None, list[float]]] = []
    for i, arm in enumerate(facts.metrics["arms"]):
        value, bounds = _reached(arm, facts)
        if math.isnan(value):  # one answer to every row has no rank correlation
            continue
        seeds = [run["splits"][split]["metrics"].get(figure, value) for run in arm["runs"]]
        raw.append((arm["name"], "arm" if i else "kept", value, bounds, seeds if len(seeds) > 1 else []))
    for one in facts.metrics["baselines"]:
        if figure in one["splits"].get(split, {}).get("metrics", {}):
            figures = one["splits"][split]
            raw.append((one["name"], "baseline", figures["metrics"][figure], _bounds(figures, figure), []))
    every = [value for _, _, middle, bounds, seeds in raw for value in (middle, *(bounds or ()), *seeds)]
    scale = Scale.around(every, bounds=(0.0, 1.0) if all(0 <= value <= 1 for *_, value, _, _ in raw) else None)
    standings = [
        Standing(
            name=name,
            kind=kind,
            value=value,
            text=wording.number(value),
            at=scale.percent(value),
            low=scale.percent(bounds[0] if bounds else value),
            high=scale.percent(bounds[1] if bounds else value),
            seeds=[scale.percent(seed) for seed in seeds],
        )
        for name, kind, value, bounds, seeds in raw
    ]
    return {"standings": sorted(standings, key=lambda one: -one.value), "ticks": scale.ticks()}
