"""Cuts a text with spans into CoNLL's tokens and tags, so that it can be read back as it was."""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from metier.errors import DataError
from metier_annotations.columns import TEXT, UNSPACED, joined
from metier_annotations.schemes import Scheme, TokenSpan, tags_of

TOKEN = re.compile(rf"(?!\s)(?:{UNSPACED.pattern}|(?:(?!{UNSPACED.pattern})\w)+|[^\w\s])")
"""A word, another sign, or a character of a script without spaces."""


def sentence(
    text: str, spans: Sequence[Mapping[str, Any]], where: str, remarks: Counter[str], *, scheme: Scheme, plain: bool
) -> str:
    """Return a text as lines of tokens and tags, with the text in a comment where the tokens do not tell it.

    With `plain` there is no comment. What is lost is counted in `remarks`. Raises `DataError` for spans that columns
    cannot hold: two that share characters, or one of spaces alone.
    """
    flat = re.sub(r"[\r\n]", " ", text)
    places = cut(flat, {border for span in spans for border in (span["start"], span["end"])})
    if not places:
        remarks["texts without a word were left out"] += 1
        return ""
    found = _of_tokens(spans, places, where)
    trimmed = [(places[one.start][0], places[one.end - 1][1]) for one in found]
    remarks["spans lost spaces at their edges"] += sum(
        (span["start"], span["end"]) != place for span, place in zip(_sorted(spans), trimmed, strict=True)
    )
    words = [flat[start:end] for start, end in places]
    differs = joined(words, "auto")[0] != flat
    remarks["texts have a space where a line broke"] += flat != text
    remarks["texts have other spaces between words"] += plain and differs
    comment = [f"{TEXT} {flat}"] if differs and not plain else []
    tags = tags_of(found, len(places), scheme)
    return "\n".join([*comment, *map("\t".join, zip(words, tags, strict=True)), "", ""])


def cut(text: str, borders: Iterable[int]) -> list[tuple[int, int]]:
    """Return where a text's tokens lie; each of `borders` in a word is a border of tokens."""
    edges = sorted(borders)
    places: list[tuple[int, int]] = []
    for found in TOKEN.finditer(text):
        inner = [edge for edge in edges if found.start() < edge < found.end()]
        places += itertools.pairwise([found.start(), *inner, found.end()])
    return places


def _of_tokens(spans: Sequence[Mapping[str, Any]], places: Sequence[tuple[int, int]], where: str) -> list[TokenSpan]:
    found: list[TokenSpan] = []
    for span in _sorted(spans):
        inside = [i for i, (start, end) in enumerate(places) if span["start"] <= start and end <= span["end"]]
        said = f"{span['label']} {span['start']}–{span['end']}"
        if not inside:
            raise DataError(f"the span {said} holds spaces alone", where=where, hint="remove it, or correct its place")
        if found and inside[0] < found[-1].end:
            hint = "correct the spans, or write another format: columns have one tag a token"
            raise DataError(f"{said} shares characters with another span", where=where, hint=hint)
        if re.search(r"[\t\r\n]", span["label"]):
            raise DataError(f"the label {span['label']!r} breaks the line", where=where, hint="rename it")
        found.append(TokenSpan(inside[0], inside[-1] + 1, span["label"]))
    return found


def _sorted(spans: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    return sorted(spans, key=lambda span: (span["start"], span["end"]))
