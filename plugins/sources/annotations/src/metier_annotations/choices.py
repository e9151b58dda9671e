"""Labels of whole texts as JSON objects: doccano's lists, Label Studio's choices, and a name alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from metier.errors import DataError
from metier_annotations import label_studio
from metier_annotations.annotated import Classified

TEXTS = ("text", "data", "content", "sentence")
LABELS = ("label", "labels", "choice", "choices", "category", "categories")
UNLABELLED = "objects without a label were left out"


def read(value: Mapping[str, Any], where: str, *, proposals: bool, several: bool) -> Classified:
    """Return the text and labels of one object; raises `DataError` for one that is in no known format.

    Unless `several` may be given, a text has one label: more is an error, and none is a text that nobody labelled.
    """
    if label_studio.is_task(value):
        found = label_studio.read_choices(value, where, proposals=proposals)
    else:
        found = _plain(value, where)
    if several or found.labels is None:
        return found
    if len(found.labels) > 1:
        said = ", ".join(one["label"] for one in found.labels)
        hint = "read them all: `annotation: labels`; or let people choose one"
        raise DataError(f"this text has {len(found.labels)} labels: {said}", where=where, hint=hint)
    return found if found.labels else Classified(found.text, None, "texts without a label were left out")


def _plain(value: Mapping[str, Any], where: str) -> Classified:
    """Return what an object says that is no task of Label Studio."""
    text = next((value[name] for name in TEXTS if isinstance(value.get(name), str)), None)
    if text is None:
        hint = f"give each object its text under one of {', '.join(TEXTS)}"
        raise DataError("this object has no text", where=where, hint=hint)
    given = next((value[name] for name in LABELS if value.get(name) is not None), None)
    if isinstance(given, Mapping) and "choices" in given:  # several of one text in Label Studio's smaller export
        given = given["choices"]
    if given is None:
        return Classified(text, None, UNLABELLED)
    names = given if isinstance(given, list) else [given]
    if not all(isinstance(name, str) and name for name in names):
        hint = 'write a label as "positive", or several as ["positive", "urgent"]; for spans say `annotation: spans`'
        raise DataError(f"{given!r} is no label of a text", where=where, hint=hint)
    score = value.get("score")
    known = {"score": float(score)} if isinstance(score, int | float) and len(names) == 1 else {}
    return Classified(text, [{"label": name, **known} for name in names])
