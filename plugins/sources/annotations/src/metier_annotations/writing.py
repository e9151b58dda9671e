"""Writes texts with spans or labels in the format of a tool: a file, or brat's folder, whole or not at all."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, NamedTuple

from metier.errors import DataError
from metier.files import whole
from metier_annotations import brat, label_studio
from metier_annotations.annotated import Annotation
from metier_annotations.schemes import Scheme
from metier_annotations.tokens import sentence

Target = Literal["conll", "doccano", "label-studio", "brat", "jsonl"]


class Row(NamedTuple):
    """A text with its spans, or with the labels of the whole, and the place that it comes from."""

    where: str
    text: str
    spans: Sequence[Mapping[str, Any]]
    """`start`, `end` and `label` each, and `score` where a model proposes them."""
    labels: Sequence[Mapping[str, Any]] = ()
    """`label` each, and `score` where a model proposes it."""


@dataclass
class Writer:
    """Writes one data set; `remarks` and `labels` say afterwards what was written."""

    to: Target
    scheme: Scheme = "iob2"
    """CoNLL: how tags are written."""
    plain: bool = False
    """CoNLL: leave out the comments that have the texts as they were."""
    model: str = ""
    """Label Studio: the model that proposes; where there is none, spans and labels are people's."""
    annotation: Annotation = "spans"
    """What is written of each text: its spans, its label or its labels."""
    remarks: Counter[str] = field(default_factory=Counter)
    """What the format could not hold, in words that follow a number."""
    labels: set[str] = field(default_factory=set)

    def write(self, rows: Iterable[Row], target: Path) -> None:
        """Write into `target`, which must not be there: what people annotated is never written over.

        Raises `DataError` where it is, and for what the format cannot hold.
        """
        if target.exists():
            raise DataError("it is there already", where=str(target), hint="name another, or remove it")
        if self.to == "brat":
            self._folder(rows, target)
            return
        with whole(target) as temporary, temporary.open("w", encoding="utf-8", newline="\n") as file:
            file.writelines(self.parts(rows))

    def parts(self, rows: Iterable[Row]) -> Iterator[str]:
        """Yield a file's text, part by part; raises `DataError` for what the format cannot hold."""
        self._check()
        yield "[" if self.to == "label-studio" else ""
        for number, row in enumerate(rows):
            self.labels.update(one["label"] for one in (*row.spans, *row.labels))
            if self.to == "conll":
                yield sentence(row.text, row.spans, row.where, self.remarks, scheme=self.scheme, plain=self.plain)
            elif self.to == "label-studio":
                spans = self.annotation == "spans"
                of, given = (label_studio.written, row.spans) if spans else (label_studio.written_choices, row.labels)
                task = of(row.text, given, source=row.where, model=self.model)
                yield f"{',' if number else ''}\n{_json(task)}"
            else:
                yield f"{_json(self._object(row))}\n"
        yield "\n]\n" if self.to == "label-studio" else ""

    def _check(self) -> None:
        if self.annotation != "spans" and self.to in {"conll", "brat"}:
            hint = "write `label-studio`, `doccano` or `jsonl`"
            raise DataError(f"{self.to} holds spans, and no labels of whole texts", where="--to", hint=hint)

    def _object(self, row: Row) -> dict[str, Any]:
        if self.annotation != "spans":
            names = [one["label"] for one in row.labels]
            one = self.annotation == "label" and self.to == "jsonl"
            return {
                "text": row.text,
                **({"label": names[0]} if one else {"label" if self.to == "doccano" else "labels": names}),
            }
        if self.to == "doccano":
            return {"text": row.text, "label": [[span["start"], span["end"], span["label"]] for span in row.spans]}
        return {"text": row.text, "spans": [dict(span) for span in row.spans]}

    def _folder(self, rows: Iterable[Row], target: Path) -> None:
        """Write two files a text, numbered in order, into a folder that appears when all are there."""
        self._check()
        part = target.with_name(f".{target.name}.part")
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(parents=True)
        try:
            for number, row in enumerate(rows, start=1):
                self.labels.update(span["label"] for span in row.spans)
                (part / f"{number:06}.txt").write_text(row.text, encoding="utf-8", newline="")
                lines = "".join(brat.lines(row.text, row.spans, row.where))
                (part / f"{number:06}{brat.SUFFIX}").write_text(lines, encoding="utf-8", newline="\n")
            part.replace(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
