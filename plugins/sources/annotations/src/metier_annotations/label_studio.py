"""Label Studio's tasks: a text in `data`, people's answers in `annotations`, a model's in `predictions`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from metier.errors import DataError
from metier_annotations.annotated import Annotated

CONTROL, OBJECT = "label", "text"
"""What the labelling interface calls the labels and the text."""


def is_task(value: Mapping[str, Any]) -> bool:
    """Return whether an object is a task."""
    return isinstance(value.get("data"), Mapping)


def read(value: Mapping[str, Any], where: str, *, proposals: bool) -> Annotated:
    """Return a task's text and the regions of its first answer that was not cancelled.

    A task without an answer has no spans yet; with `proposals` a model's stand for it. Raises `DataError` where the
    text is not clear, or a region's text does not stand where it says.
    """
    texts = [one for one in value["data"].values() if isinstance(one, str)]
    named = value["data"].get(OBJECT)
    if not isinstance(named, str) and len(texts) != 1:
        hint = f"name the text `{OBJECT}` in the task's data"
        raise DataError(f"this task has {len(texts)} texts", where=where, hint=hint)
    text = named if isinstance(named, str) else texts[0]
    given = value.get("annotations") or value.get("completions") or ()
    answers = [one for one in given if not one.get("was_cancelled")]
    remark = "tasks have several answers, of which the first was taken" if len(answers) > 1 else ""
    if not answers and proposals:
        answers, remark = list(value.get("predictions") or ()), "tasks without an answer were read as a model proposes"
    if not answers:
        return Annotated(text, None, "tasks without an answer were left out")
    regions = answers[0].get("result") or ()
    return Annotated(text, [span for region in regions for span in _spans(region, text, where)], remark)


def written(text: str, spans: Sequence[Mapping[str, Any]], *, source: str = "", model: str = "") -> dict[str, Any]:
    """Return a task with spans as its answer or, where `model` is named, as what that model proposes."""
    regions = [_region(number, span, text) for number, span in enumerate(spans, start=1)]
    data = {OBJECT: text, **({"source": source} if source else {})}
    if not model:
        return {"data": data, "annotations": [{"result": regions}]}
    scores = [float(span["score"]) for span in spans if "score" in span]
    score = {"score": min(scores)} if scores else {}  # a task is as sure as its least sure span
    return {"data": data, "predictions": [{"model_version": model, **score, "result": regions}]}


def interface(labels: Sequence[str]) -> str:
    """Return the labelling interface that a project needs for tasks with these labels."""
    names = "".join(f"<Label value={quoteattr(label)}/>" for label in labels)
    shown = f'<Text name="{OBJECT}" value="${OBJECT}"/>'
    return f'<View><Labels name="{CONTROL}" toName="{OBJECT}">{names}</Labels>{shown}</View>'


def _spans(region: Mapping[str, Any], text: str, where: str) -> Iterator[dict[str, Any]]:
    """Yield a span a label of a region; what is no region of a text (a choice, a relation) has none."""
    value = region.get("value") or {}
    labels = value.get("labels") or value.get("hypertextlabels")
    if not labels:
        return
    match value.get("globalOffsets") or value:
        case {"start": int(start), "end": int(end)}:
            start, end = _place(text, start, end, value.get("text"), where)
            yield from ({"start": start, "end": end, "label": label} for label in labels)
        case _:
            hint = "let the labelling interface show a `Text`; a `HyperText` needs global offsets"
            raise DataError(f"the region {labels} has no places of characters", where=where, hint=hint)


def _place(text: str, start: int, end: int, said: Any, where: str) -> tuple[int, int]:
    """Return a region's place, held to the text that it says it has.

    Older versions count UTF-16 units, of which an emoji is two: where these fit and characters do not, they are meant.
    """
    if not isinstance(said, str) or text[start:end].split() == said.split():
        return start, end
    units = text.encode("utf-16-le")
    before, whole = (units[: 2 * at].decode("utf-16-le", "replace") for at in (start, end))
    if whole[len(before) :].split() == said.split():
        return len(before), len(whole)
    hint = "check that the task's text was not changed after it was annotated"
    raise DataError(f"the text at {start} to {end} is {text[start:end]!r}, not {said!r}", where=where, hint=hint)


def _region(number: int, span: Mapping[str, Any], text: str) -> dict[str, Any]:
    start, end = span["start"], span["end"]
    value = {"start": start, "end": end, "text": text[start:end], "labels": [span["label"]]}
    score = {"score": span["score"]} if "score" in span else {}
    return {"id": f"T{number}", "from_name": CONTROL, "to_name": OBJECT, "type": "labels", "value": value, **score}
