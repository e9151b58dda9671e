"""What the data report says, shaped for the page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from metier.report import wording
from metier.report.facts import Facts


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar with its name and text; widths in percent of the longest."""

    name: str
    text: str
    width: float


@dataclass(frozen=True, slots=True)
class Histogram:
    """Heights in percent of the highest, and what the ends of the axis are."""

    heights: Sequence[float]
    first: str
    last: str
    words: str


@dataclass(frozen=True, slots=True)
class Reason:
    """Why rows were changed or left out."""

    verb: str
    reason: str
    count: str
    examples: Sequence[Mapping[str, str]]


@dataclass(frozen=True, slots=True)
class Step:
    """A step from source to training rows."""

    title: str
    rows_in: str
    rows_out: str
    lost: str
    reasons: Sequence[Reason]
    notes: Sequence[str]


@dataclass(frozen=True, slots=True)
class Split:
    """A split as the model sees it."""

    name: str
    rows: str
    facts: Sequence[tuple[str, str]]
    tokens: Histogram | None
    counts: Sequence[tuple[str, Sequence[Bar]]]


def steps(facts: Facts) -> list[Step]:
    """Return sources, then transforms, in order."""
    return [_source(split, told) for split, told in facts.data.get("sources", {}).items()] + [
        _transform(told) for told in facts.data.get("transforms", ())
    ]


def splits(facts: Facts) -> list[Split]:
    """Return the splits."""
    duplicates = facts.data.get("duplicates", {})
    return [_split(name, told, duplicates.get(name, {})) for name, told in facts.data.get("splits", {}).items()]


def leakage(facts: Facts) -> list[tuple[str, str, Sequence[Mapping[str, Any]]]]:
    """Return sentences on leakage: which splits, what was found, examples."""
    told = facts.data.get("leakage", {})
    found = []
    for pair in told.get("pairs", ()):
        dropped = f"; {wording.count(pair['dropped'])} left out of {pair['of']}" if pair["dropped"] else ""
        words = f"{wording.count(pair['exact'])} the same, {wording.count(pair['near'])} nearly{dropped}"
        if not (pair["exact"] or pair["near"]):
            words = "none"
        found.append((f"{pair['of']} rows that {pair['into']} has too", words, pair["examples"]))
    for held in told.get("corpus", ()):
        words = f"{wording.count(held['rows'])} of {wording.count(held['of'])}" if held["rows"] else "none"
        found.append((f"{held['split']} texts that the corpus has too", words, held["examples"]))
    return found


def _source(split: str, told: Mapping[str, Any]) -> Step:
    dropped = sum(change["count"] for change in told["dropped"].values())
    mapped = [f"{role} is the column “{column}”" for role, column in told["mapping"].items() if role != column]
    return Step(
        title=f"{split}: read by {told['source']}",
        rows_in=wording.count(told["rows"]),
        rows_out=wording.count(told["rows"] - dropped),
        lost=wording.count(dropped) if dropped else "",
        reasons=_reasons("left out", told["dropped"]),
        notes=[*mapped, *told["notes"]],
    )


def _transform(told: Mapping[str, Any]) -> Step:
    lost = told["rows_in"] - told["rows_out"]
    return Step(
        title=f"{told['split']}: {told['transform']}",
        rows_in=wording.count(told["rows_in"]),
        rows_out=wording.count(told["rows_out"]),
        lost=wording.count(lost) if lost else "",
        reasons=[*_reasons("changed", told["changed"]), *_reasons("left out", told["dropped"])],
        notes=(),
    )


def _reasons(verb: str, changes: Mapping[str, Any]) -> list[Reason]:
    return [
        Reason(verb, reason, wording.count(change["count"]), change["examples"]) for reason, change in changes.items()
    ]


def _split(name: str, told: Mapping[str, Any], copies: Mapping[str, Any]) -> Split:
    tokens = told.get("tokens") or {}
    facts = []
    if tokens.get("total"):
        facts.append(("tokens a row", f"median {tokens['p50']}, 95\u202f% ≤ {tokens['p95']}, longest {tokens['max']}"))
        drawn = f", estimated from {wording.count(tokens['sample'])} texts" if "sample" in tokens else ""
        facts.append(("tokens in all", f"{wording.count(tokens['total'])}{drawn}"))
    if cut := told.get("truncated"):
        words = f"{wording.count(cut['rows'])} rows ({wording.share(cut['share'])})" if cut["rows"] else "none"
        facts.append((f"cut at {cut['max_length']} tokens", words))
    if copies:
        near = "" if copies.get("near") is None else f", {wording.count(copies['near'])} near"
        facts.append(("copies within", f"{wording.count(copies['exact'])} exact{near}"))
        if copies.get("conflicting"):
            facts.append(("labels at odds", f"{wording.count(copies['conflicting'])} rows"))
    counts = [(what, _bars(values)) for what, values in told.get("of", {}).items() if isinstance(values, Mapping)]
    return Split(name, wording.count(told["rows"]), facts, _histogram(tokens), counts)


def _bars(counts: Mapping[str, Any]) -> list[Bar]:
    numbers = {name: float(value) for name, value in counts.items() if isinstance(value, int | float)}
    most = max(numbers.values(), default=0) or 1
    return [Bar(str(name), wording.count(value), round(100 * value / most, 2)) for name, value in numbers.items()]


def _histogram(tokens: Mapping[str, Any]) -> Histogram | None:
    told = tokens.get("histogram")
    if not told or not told["counts"]:
        return None
    most = max(told["counts"]) or 1
    heights = [round(100 * count / most, 2) for count in told["counts"]]
    first, last = (f"{told['edges'][i]:.0f}" for i in (0, -1))
    return Histogram(heights, first, last, f"token lengths from {first} to {last}")
