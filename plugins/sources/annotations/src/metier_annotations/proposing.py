"""Lets a trained model annotate texts, for people to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from metier.errors import DataError
from metier_annotations.annotated import Annotation
from metier_annotations.writing import Row

if TYPE_CHECKING:
    from metier.api import Loaded


def annotation_of(loaded: Loaded) -> Annotation:
    """Return what a model says of a text.

    Raises `DataError` where that is neither spans nor labels, or where the model reads more than a text.
    """
    from metier.data.labelled import asked

    kinds = {column.kind for column in loaded.head.columns if column.required and not column.asked}
    alone = [column.name for column in asked(loaded.head)] == ["text"]
    for annotation in get_args(Annotation):
        if alone and kinds == {annotation}:
            said: Annotation = annotation
            return said
    hint = "name a model that was trained for `token-classification` or `text-classification`"
    raise DataError(f"{loaded.head.name} says neither spans nor labels of a text", where=str(loaded.folder), hint=hint)


def proposed(loaded: Loaded, source: Path) -> Iterator[Row]:
    """Yield what a model says of each text of a file."""
    from metier.cli.predict import batches
    from metier.data.labelled import read_inputs
    from metier.discovery import discover
    from metier.files import temporary_folder

    number = 0
    with temporary_folder() as folder:
        inputs = (dict(one) for one in read_inputs(source, loaded.head, discover(), folder))
        for batch in batches(inputs):
            for row, prediction in zip(batch, loaded.predict(batch), strict=True):
                number += 1
                yield Row(f"{source.name}: text {number}", row["text"], *_said(prediction))


def _said(prediction: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return the spans and the labels of a prediction, with their scores."""
    spans = [{name: one[name] for name in ("start", "end", "label", "score")} for one in prediction.get("spans", ())]
    if "label" in prediction:
        return spans, [{"label": prediction["label"], "score": prediction["score"]}]
    names, probabilities = prediction.get("labels", ()), prediction.get("probabilities", {})
    return spans, [{"label": name, "score": probabilities[name]} for name in names]
