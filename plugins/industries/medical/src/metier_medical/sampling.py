"""Draws diagnosis descriptions from ICD-10-CM, split by three-character category."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from typing import Literal, NamedTuple

from metier_medical.chapters import CHAPTERS

TEST_SHARE = 5
"""One in so many categories of a chapter is held out for the test."""
PER_CATEGORY = 2
"""Labelled rows of a category at most, so that no category weighs more than another."""
PER_CHAPTER = 36
"""Labelled training rows of a chapter at most: 759 in all. The test keeps its chapters' natural shares."""
CORPUS_PER_CHAPTER = 400
"""Unlabelled descriptions of a chapter at most."""

Side = Literal["train", "test"]


class Diagnosis(NamedTuple):
    """A billable code."""

    code: str
    text: str
    label: str
    category: str
    """Its three-character category; all codes of one are on one side."""


def categories(side: Side) -> Iterator[tuple[str, list[str]]]:
    """Yield (chapter, its categories on this side), in an order that a hash gives: the same on every machine."""
    import simple_icd_10_cm as icd

    for chapter in CHAPTERS:
        names = {code for code in icd.get_descendants(chapter) if icd.is_category(code)}  # a set: some come twice
        ordered = sorted(names, key=lambda code: _order("held-out", code))
        held = len(ordered) // TEST_SHARE  # chapter 22 has two categories, too few to hold one out
        yield chapter, ordered[:held] if side == "test" else ordered[held:]


def diagnoses(side: Side) -> Iterator[Diagnosis]:
    """Yield labelled rows: every category's first row, then every category's second, until the chapter is full."""
    import simple_icd_10_cm as icd

    for chapter, names in categories(side):
        ranked = [(turn, name, code) for name in names for turn, code in enumerate(_billable(name)[:PER_CATEGORY])]
        seen: set[str] = set()
        for _, name, code in sorted(ranked, key=lambda pick: pick[0]):
            text = icd.get_description(code)
            if text in seen or (side == "train" and len(seen) == PER_CHAPTER):
                continue
            seen.add(text)
            yield Diagnosis(code, text, CHAPTERS[chapter], name)


def descriptions() -> Iterator[tuple[str, str]]:
    """Yield (code, description) of training categories' headings and codes, the shortest codes first, as a corpus."""
    import simple_icd_10_cm as icd

    held_out = {row.text.casefold() for row in diagnoses("test")}  # a few categories share a wording
    for _, names in categories("train"):
        rows: dict[str, str] = {}
        for code in (code for name in names for code in [name, *icd.get_descendants(name)]):
            if (text := icd.get_description(code)).casefold() not in held_out:
                rows.setdefault(text, code)
        ordered = sorted(rows.items(), key=lambda row: (len(row[1].replace(".", "")), _order("corpus", row[1])))
        yield from ((code, text) for text, code in ordered[:CORPUS_PER_CHAPTER])


def _billable(category: str) -> list[str]:
    import simple_icd_10_cm as icd

    leaves = [code for code in [category, *icd.get_descendants(category)] if icd.is_leaf(code)]
    return sorted(leaves, key=lambda code: _order("row", code))


def _order(purpose: str, code: str) -> str:
    return hashlib.sha256(f"{purpose}/{code}".encode()).hexdigest()
