"""Renders the data report as plain text for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

WIDTH = 100
BARS = " ▁▂▃▄▅▆▇█"


def render(report: Mapping[str, Any]) -> str:
    """Return the report as text: sources, transforms, splits, copies, leakage; without a line break at the end."""
    parts = (_sources, _transforms, _splits, _duplicates, _leakage)
    return "\n\n".join("\n".join(lines) for part in parts if (lines := list(part(report))))


def _sources(report: Mapping[str, Any]) -> Iterator[str]:
    yield "Sources"
    for split, told in report["sources"].items():
        yield f"  {split}: {told['rows']:,} rows by {told['source']}; columns {', '.join(told['columns'])}"
        mapped = [f"{role} from '{column}'" for role, column in told["mapping"].items() if role != column]
        if mapped:
            yield f"    {', '.join(mapped)}"
        yield from (f"    {note}" for note in told["notes"])
        yield from _changes("left out", told["dropped"])


def _transforms(report: Mapping[str, Any]) -> Iterator[str]:
    if not report["transforms"]:
        return
    yield "Transforms"
    for step in report["transforms"]:
        yield f"  {step['transform']}, {step['split']}: {step['rows_in']:,} rows in, {step['rows_out']:,} out"
        yield from _changes("changed", step["changed"])
        yield from _changes("left out", step["dropped"])


def _changes(verb: str, changes: Mapping[str, Any]) -> Iterator[str]:
    for reason, change in changes.items():
        yield f"    {change['count']:,} {verb}: {reason}"
        for example in change["examples"][:2]:
            if "before" in example:
                yield _cut(f"      {example['id']}: {example['before']!r} to {example['after']!r}")
            else:
                yield _cut(f"      {example['id']}: {example['text']}")


def _splits(report: Mapping[str, Any]) -> Iterator[str]:
    carved = report["split"]["carved"]
    how = f", {', '.join(carved)} put aside by {report['split']['by']}" if carved else ""
    yield f"Splits{how}"
    for split, told in report["splits"].items():
        yield f"  {split}: {told['rows']:,} rows"
        for what, counts in told["of"].items():
            yield _cut(f"    {what}: {_counts(counts)}")
        if told["tokens"]:
            tokens = told["tokens"]
            bars = _bars(tokens["histogram"]["counts"])
            drawn = f" of {tokens['sample']:,} texts" if "sample" in tokens else ""
            quantiles = f"median {tokens['p50']}, 95 % up to {tokens['p95']}, longest {tokens['max']}"
            yield f"    tokens{drawn}: {quantiles}  {bars}"
        if told.get("truncated", {}).get("rows"):
            cut = told["truncated"]
            yield f"    cut at {cut['max_length']} tokens: {cut['rows']:,} rows ({cut['share']:.1%})"


def _counts(counts: Any) -> str:
    if isinstance(counts, Mapping):
        return ", ".join(f"{name} {count}" for name, count in counts.items())
    return str(counts)


def _bars(counts: Sequence[int]) -> str:
    top = max(counts, default=0) or 1
    return "".join(BARS[-(-count * (len(BARS) - 1) // top)] for count in counts)


def _duplicates(report: Mapping[str, Any]) -> Iterator[str]:
    yield "Copies left"
    for split, told in report["duplicates"].items():
        nearly = "" if told["near"] is None else f", {told['near']:,} near"
        conflicts = f", {told['conflicting']:,} rows with conflicting labels" if told["conflicting"] else ""
        yield f"  {split}: {told['exact']:,} exact{nearly}{conflicts}"


def _leakage(report: Mapping[str, Any]) -> Iterator[str]:
    leakage = report["leakage"]
    yield f"Leakage, on_leak: {leakage['on_leak']}"
    for pair in leakage["pairs"]:
        dropped = f"; {pair['dropped']:,} left out of {pair['of']}" if pair["dropped"] else ""
        yield f"  {pair['of']} rows in {pair['into']}: {pair['exact']:,} exact, {pair['near']:,} near{dropped}"
        for example in pair["examples"][:2]:
            yield _cut(f"    {example['id']} = {example['other']} ({example['similarity']:.2f}): {example['text']}")
    for held in leakage["corpus"]:
        yield f"  {held['split']} texts in the corpus: {held['rows']:,} of {held['of']:,}"


def _cut(line: str) -> str:
    line = line.replace("\n", " ")
    return line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…"
