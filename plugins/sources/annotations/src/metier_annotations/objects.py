"""Annotations as JSON objects: doccano, Label Studio, CLUE, and plain spans."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from metier.errors import DataError

TEXTS = ("text", "data", "content", "sentence")
SPANS = ("spans", "entities", "label", "labels", "annotations")


def read(value: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return `text` and `spans` of one object in any of the formats; raises `DataError` for one that is in none."""
    if isinstance(value.get("data"), Mapping):
        return _label_studio(value, where)
    text = next((value[name] for name in TEXTS if isinstance(value.get(name), str)), None)
    if text is None:
        hint = f"give each object its text under one of {', '.join(TEXTS)}"
        raise DataError("this object has no text", where=where, hint=hint)
    found = next((value[name] for name in SPANS if name in value), None)
    if isinstance(found, Mapping):
        return {"text": text, "spans": list(_clue(found))}
    return {"text": text, "spans": [_span(one, where) for one in found or ()]}


def _label_studio(value: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Return a task's text and the regions of its first annotation that was not cancelled (else its prediction)."""
    texts = [one for one in value["data"].values() if isinstance(one, str)]
    named = value["data"].get("text")
    if not isinstance(named, str) and len(texts) != 1:
        hint = "name the text `text` in the task's data"
        raise DataError(f"this task has {len(texts)} texts", where=where, hint=hint)
    answers = [one for one in value.get("annotations", value.get("completions", ())) if not one.get("was_cancelled")]
    answers = answers or list(value.get("predictions", ()))
    regions = answers[0].get("result", ()) if answers else ()
    spans = [
        {"start": one["value"]["start"], "end": one["value"]["end"], "label": label}
        for one in regions
        if "start" in one.get("value", {}) and isinstance(one["value"]["start"], int)
        for label in one["value"].get("labels", one["value"].get("hypertextlabels", ()))
    ]
    return {"text": named if isinstance(named, str) else texts[0], "spans": spans}


def _clue(found: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield spans by label and surface; their last character is included."""
    for label, surfaces in found.items():
        for places in surfaces.values() if isinstance(surfaces, Mapping) else ():
            for start, last in places:
                yield {"start": start, "end": last + 1, "label": label}


def _span(one: Any, where: str) -> dict[str, Any]:
    """Return a span of doccano's `[start, end, label]`, or of an object with names that people use."""
    if isinstance(one, Sequence) and not isinstance(one, str) and len(one) == 3:
        return dict(zip(("start", "end", "label"), one, strict=True))
    if isinstance(one, Mapping):
        named = {
            "start": _first(one, "start", "start_offset", "begin"),
            "end": _first(one, "end", "end_offset"),
            "label": _first(one, "label", "type", "entity", "entity_group"),
        }
        if None not in named.values():
            return named
    hint = 'write a span as [start, end, label] or {"start": 0, "end": 5, "label": "ORG"}'
    raise DataError(f"{one!r} is no span", where=where, hint=hint)


def _first(one: Mapping[str, Any], *names: str) -> Any:
    return next((one[name] for name in names if name in one), None)
