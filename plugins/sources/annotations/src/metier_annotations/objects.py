"""Annotations as JSON objects: doccano, CLUE, tokens with tags or with spans, and plain spans of characters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Literal

from metier.errors import DataError
from metier_annotations import label_studio
from metier_annotations.annotated import Annotated, aligned
from metier_annotations.columns import Join, joined
from metier_annotations.schemes import TagError, spans_of

TEXTS = ("text", "data", "content", "sentence")
SPANS = ("spans", "entities", "label", "labels", "annotations")
TAGS = ("tags", "ner_tags")
UNANNOTATED = "objects without annotations were read as texts without spans"
Offsets = Literal["auto", "characters", "tokens"]
Span = dict[str, Any]


def read(value: Mapping[str, Any], where: str, *, offsets: Offsets, join: Join, proposals: bool) -> Annotated:
    """Return the text and spans of one object in any of the formats; raises `DataError` for one that is in none.

    `join` is what makes a text of tokens where there is none.
    """
    if label_studio.is_task(value):
        return label_studio.read(value, where, proposals=proposals)
    text = next((value[name] for name in TEXTS if isinstance(value.get(name), str)), None)
    tokens = None if offsets == "characters" else _tokens(value)
    if tokens is not None:
        return _of_tokens(text, tokens, value, join, where)
    if offsets == "tokens":
        hint = 'give each object its words: "tokens": ["The", "pump"]'
        raise DataError("this object has no tokens", where=where, hint=hint)
    if text is None:
        hint = f"give each object its text under one of {', '.join(TEXTS)}"
        raise DataError("this object has no text", where=where, hint=hint)
    spans = _spans(value, text, where)
    return Annotated(text, spans or [], UNANNOTATED if spans is None else "")


def _of_tokens(text: str | None, tokens: Sequence[str], value: Mapping[str, Any], join: Join, where: str) -> Annotated:
    """Return spans of characters for spans of tokens, the end not included, or for tags."""
    tags = next((value[name] for name in TAGS if name in value), None)
    spans = _spans(value, text, where) if tags is None else _tagged(tags, tokens, where)
    places = None if text is None else aligned(text, tokens)
    remark = "" if text is None or places else "texts differ from their tokens, which were joined"
    text, places = joined(tokens, join) if text is None or places is None else (text, places)
    for span in spans or ():
        start, end = span["start"], span["end"]
        if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(tokens)):
            hint = "spans count tokens here, from 0, the end not included; if characters, say `offsets: characters`"
            raise DataError(f"no span from {start} to {end} is in {len(tokens)} tokens", where=where, hint=hint)
        span["start"], span["end"] = places[start][0], places[end - 1][1]
    return Annotated(text, spans or [], UNANNOTATED if spans is None else remark)


def _tokens(value: Mapping[str, Any]) -> list[str] | None:
    """Return an object's tokens, if they are words; some tools keep objects with places of their own there."""
    tokens = value.get("tokens")
    words = isinstance(tokens, list) and bool(tokens) and all(isinstance(one, str) and one for one in tokens)
    return tokens if words else None


def _tagged(tags: Any, tokens: Sequence[str], where: str) -> list[Span]:
    if not isinstance(tags, list) or len(tags) != len(tokens) or not all(isinstance(tag, str) for tag in tags):
        hint = 'write a tag a token, by name: ["O", "B-PER"]'
        raise DataError(f"the tags are not {len(tokens)} names, one a token", where=where, hint=hint)
    try:
        return [one._asdict() for one in spans_of(tags)]
    except TagError as error:
        raise DataError(str(error), where=where, hint="correct the tag") from error


def _spans(value: Mapping[str, Any], text: str | None, where: str) -> list[Span] | None:
    """Return an object's spans; None where it says nothing of any."""
    found = next((value[name] for name in SPANS if value.get(name) is not None), None)
    if isinstance(found, Mapping) and text is not None:
        return list(_clue(found, text, where))
    if found is not None and not isinstance(found, list):
        raise _no_span(found, where)
    return None if found is None else [span for one in found for span in _named(one, where)]


def _clue(found: Mapping[str, Any], text: str, where: str) -> Iterator[Span]:
    """Yield spans by label and surface; their last character is included."""
    for label, surfaces in found.items():
        if not isinstance(surfaces, Mapping):
            raise _no_span({label: surfaces}, where)
        for surface, places in surfaces.items():
            for place in places:
                match place:
                    case [int(start), int(last)] if text[start : last + 1] == surface:
                        yield {"start": start, "end": last + 1, "label": label}
                    case _:
                        hint = "CLUE counts characters from 0 and includes the last one"
                        raise DataError(f"{surface!r} does not stand at {place}", where=where, hint=hint)


def _named(one: Any, where: str) -> list[Span]:
    """Return a span of doccano's `[start, end, label]`, or of an object with names that people use."""
    if isinstance(one, Sequence) and not isinstance(one, str) and len(one) == 3:
        return [dict(zip(("start", "end", "label"), one, strict=True))]
    if isinstance(one, Mapping):
        start, end = _first(one, "start", "start_offset", "begin"), _first(one, "end", "end_offset")
        label = _first(one, "label", "type", "entity", "entity_group", "labels")
        if None not in (start, end, label):
            labels = label if isinstance(label, list) else [label]  # a list in Label Studio's smaller export
            return [{"start": start, "end": end, "label": name} for name in labels]
    raise _no_span(one, where)


def _no_span(one: Any, where: str) -> DataError:
    hint = 'write a span as [start, end, label] or {"start": 0, "end": 5, "label": "ORG"}'
    return DataError(f"{one!r} is no span", where=where, hint=hint)


def _first(one: Mapping[str, Any], *names: str) -> Any:
    return next((one[name] for name in names if name in one), None)
