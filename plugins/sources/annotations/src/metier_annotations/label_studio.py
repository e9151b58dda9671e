"""Label Studio's tasks: a text in `data`, people's answers in `annotations`, a model's in `predictions`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.sax.saxutils import quoteattr

from metier.errors import DataError
from metier_annotations.annotated import Annotated, Annotation, Classified

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
    text, regions, remark = _answer(value, where, proposals=proposals)
    if regions is None:
        return Annotated(text, None, remark)
    return Annotated(text, [span for region in regions for span in _spans(region, text, where)], remark)


def read_choices(value: Mapping[str, Any], where: str, *, proposals: bool) -> Classified:
    """Return a task's text and what was chosen of it, as `read` does; an answer without any choice has no label."""
    text, regions, remark = _answer(value, where, proposals=proposals)
    if regions is None:
        return Classified(text, None, remark)
    chosen: list[dict[str, Any]] = []
    for region in regions:
        score = {"score": region["score"]} if "score" in region else {}
        chosen += ({"label": name, **score} for name in (region.get("value") or {}).get("choices") or ())
    return Classified(text, chosen, remark)


def _answer(
    value: Mapping[str, Any], where: str, *, proposals: bool
) -> tuple[str, Sequence[Mapping[str, Any]] | None, str]:
    """Return a task's text, the regions of the answer that counts, and a remark; None where there is no answer."""
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
        return text, None, "tasks without an answer were left out"
    return text, answers[0].get("result") or (), remark


def written(text: str, spans: Sequence[Mapping[str, Any]], *, source: str = "", model: str = "") -> dict[str, Any]:
    """Return a task with spans as its answer or, where `model` is named, as what that model proposes."""
    regions = [_region(number, span, text) for number, span in enumerate(spans, start=1)]
    return _task(text, regions, spans, source=source, model=model)


def written_choices(
    text: str, labels: Sequence[Mapping[str, Any]], *, source: str = "", model: str = ""
) -> dict[str, Any]:
    """Return a task with labels of the whole text, as `written` does."""
    chosen = {"choices": [one["label"] for one in labels]}
    region = {"id": "T1", "from_name": CONTROL, "to_name": OBJECT, "type": "choices", "value": chosen}
    scores = [one["score"] for one in labels if "score" in one]
    score = {"score": min(scores)} if scores else {}
    return _task(text, [{**region, **score}] if labels else [], labels, source=source, model=model)


def _task(
    text: str, regions: list[dict[str, Any]], given: Sequence[Mapping[str, Any]], *, source: str, model: str
) -> dict[str, Any]:
    data = {OBJECT: text, **({"source": source} if source else {})}
    if not model:
        return {"data": data, "annotations": [{"result": regions}]}
    scores = [float(one["score"]) for one in given if "score" in one]
    score = {"score": min(scores)} if scores else {}  # a task is as sure as its least sure span or label
    return {"data": data, "predictions": [{"model_version": model, **score, "result": regions}]}


def interface(labels: Sequence[str], annotation: Annotation = "spans") -> str:
    """Return the labelling interface that a project needs for tasks with these labels."""
    shown = f'<Text name="{OBJECT}" value="${OBJECT}"/>'
    if annotation == "spans":
        names = "".join(f"<Label value={quoteattr(label)}/>" for label in labels)
        return f'<View><Labels name="{CONTROL}" toName="{OBJECT}">{names}</Labels>{shown}</View>'
    names = "".join(f"<Choice value={quoteattr(label)}/>" for label in labels)
    much = "single" if annotation == "label" else "multiple"
    return f'<View>{shown}<Choices name="{CONTROL}" toName="{OBJECT}" choice="{much}">{names}</Choices></View>'


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
