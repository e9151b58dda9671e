"""Checks of the authored samples of an industry: as they lie in its files, and as they come through a recipe.

    from metier.testing import authored

    def test_spans_are_words_of_known_labels() -> None:
        authored.check_spans(authored.read(DATA / "entities.jsonl"), labels=ENTITIES, least=40)

Each check raises `AssertionError` that names what is wrong.
"""

from __future__ import annotations

import csv
import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.discovery import discover
from metier.plan import make_plan
from metier.recipe import load_recipe

if TYPE_CHECKING:
    from metier.data.prepare import Prepared

CHINESE = re.compile("[\u4e00-\u9fff]")
LETTER = "[^\\W\u4e00-\u9fff]"
"""What words are made of; Chinese is written without borders between words."""


def read(path: Path) -> list[dict[str, Any]]:
    """Return the rows of a sample: of CSV, of JSON lines, or of SQuAD's JSON the paragraphs with their `title`."""
    if path.suffix == ".csv":
        with path.open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))
    if path.suffix == ".jsonl":
        return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    articles = json.loads(path.read_text(encoding="utf-8"))["data"]
    return [{**paragraph, "title": article["title"]} for article in articles for paragraph in article["paragraphs"]]


def questions(paragraphs: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return the questions of SQuAD's paragraphs, each with the `title` and the `context` that it is about."""
    return [{**asked, "title": one["title"], "context": one["context"]} for one in paragraphs for asked in one["qas"]]


def check_labels(labels: Iterable[str], *, known: Collection[str], least: int) -> None:
    """Fail where a label is unknown, does not occur, or occurs fewer than `least` times."""
    counts = Counter(labels)
    assert set(counts) == set(known)
    assert min(counts.values()) >= least, counts


def shared(texts: Sequence[str], *, size: int) -> dict[str, float]:
    """Return by text how much of its n-grams others have too, 0 to 1; a text that is shorter than one has no share.

    An n-gram is `size` words in a row, of a text with Chinese `size` characters.
    """
    grams = {text: _grams(text, size) for text in texts}
    seen = Counter(gram for mine in grams.values() for gram in mine)
    return {text: sum(seen[gram] > 1 for gram in mine) / len(mine) for text, mine in grams.items() if mine}


def check_varied(texts: Sequence[str], *, size: int, most: float = 0.5) -> None:
    """Fail where two texts are the same, or others have more than `most` of a text's n-grams: it is put together."""
    assert len({text.casefold() for text in texts}) == len(texts), "a text stands there twice"
    shares = shared(texts, size=size)
    assert shares, f"no text has {size} words or characters"
    for text, share in shares.items():
        assert share <= most, f"others have {share:.0%} of it: {text}"


def check_spans(rows: Iterable[Mapping[str, Any]], *, labels: Collection[str], least: int) -> None:
    """Fail where a row's `spans` `[start, end, label]` overlap, are no whole words, or have unknown or rare labels."""
    found: list[str] = []
    for row in rows:
        before = 0
        for start, end, label in row["spans"]:
            assert before <= start, f"spans overlap, or are in no order: {row}"
            check_words(row["text"], start, end)
            found.append(label)
            before = end
    check_labels(found, known=labels, least=least)


def check_answers(asked: Sequence[Mapping[str, Any]], *, unanswered: tuple[float, float]) -> None:
    """Fail where an answer is not where it is said, is no whole words, or stands in its question.

    Also where two `questions` have one id or one wording, and where those without an answer are fewer than the first
    of `unanswered`, or more than the second: shares of all, 0 to 1.
    """
    assert len({one["id"] for one in asked}) == len(asked), "two questions have one id"
    assert len({(one["context"], one["question"].casefold()) for one in asked}) == len(asked), "one is asked twice"
    assert unanswered[0] <= sum(one["is_impossible"] for one in asked) / len(asked) <= unanswered[1]
    for one in asked:
        assert one["is_impossible"] == (not one["answers"]), one
        for answer in one["answers"]:
            start, end = answer["answer_start"], answer["answer_start"] + len(answer["text"])
            assert one["context"][start:end] == answer["text"], one
            check_words(one["context"], start, end)
            assert answer["text"].casefold() not in one["question"].casefold(), one


def check_words(text: str, start: int, end: int) -> None:
    """Fail where a span is empty or outside, has space at an edge, or begins or ends inside a word."""
    assert 0 <= start < end <= len(text), (text, start, end)
    inside = text[start:end]
    assert inside == inside.strip(), f"{inside!r} has space around it"
    assert not re.search(rf"{LETTER}\Z", text[:start]), f"{inside!r} begins inside a word: {text}"
    assert not re.match(LETTER, text[end:]), f"{inside!r} ends inside a word: {text}"


def prepared(recipe: str | Path, folder: Path, **overrides: str) -> Prepared:
    """Return a recipe's data as preparation writes it into `folder`; offline, and without a tokenizer."""
    from metier.data.prepare import prepare

    registry = discover()
    plan = make_plan(load_recipe(recipe, overrides=overrides, registry=registry), registry)
    return prepare(plan, registry, folder, offline=True, tokenizer_path=None)


def column(made: Prepared, split: str, name: str) -> list[Any]:
    """Return the column `name` of a split."""
    from metier.data.store import load

    return list(load(made.datasets[split].path)[name])


def check_apart(made: Prepared, name: str, *, values: int | None = None) -> None:
    """Fail where a value of the column `name` is in two splits, a split is empty, or there are not `values`."""
    sides = [set(column(made, split, name)) for split in made.datasets]
    assert len(sides) > 1, "there is one split only"
    assert all(sides), "a split is empty"
    every = set().union(*sides)
    assert len(every) == sum(map(len, sides)), f"a {name} is in two splits"
    assert values in (None, len(every)), f"{len(every)} values of {name}"


def _grams(text: str, size: int) -> set[str]:
    units = list(text) if CHINESE.search(text) else text.casefold().split()
    return {" ".join(units[place : place + size]) for place in range(len(units) - size + 1)}
