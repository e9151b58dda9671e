"""The authored drafts have every field, and say no number that their prompt does not."""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

from metier.recipe import load_recipe
from metier.testing import authored
from metier_medical.medical import HERE, Medical
from metier_text_generation.fields import filled

WORDS = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve"]
TENS = {"twenty": 20, "thirty": 30, "fifty": 50, "seventy": 70, "eighty": 80}
OTHERS = {"once": 1, "twice": 2, "eighteen": 18}
NUMBERS = {**{word: number for number, word in enumerate(WORDS, start=1)}, **TENS, **OTHERS}


def drafts(sample: str) -> list[tuple[str, str]]:
    return [(row["text"], row["answer"]) for row in authored.read(HERE / "data" / f"{sample}.jsonl")]


def fields(recipe: str) -> tuple[str, ...]:
    from metier.discovery import discover

    return tuple(load_recipe(f"medical/{recipe}", registry=discover()).tree["task"]["fields"])


def numbers(text: str) -> set[float]:
    """Return the numbers of a text, written in digits or in words; `twenty-two` is 22."""
    found = {float(number.replace(",", "")) for number in re.findall(r"\d+(?:[.,]\d+)*", text)}
    for first, second in re.findall(r"\b([a-z]+)(?:-([a-z]+))?\b", text.casefold()):
        if first in NUMBERS:
            found.add(float(NUMBERS[first] + NUMBERS.get(second, 0)))
    return found


def test_records_have_a_section_and_a_note() -> None:
    rows = drafts("record-generation")
    parts = [filled(answer, fields("record-generation")) for _, answer in rows]
    counts = Counter(part["Section"] for part in parts)
    assert (len(rows), set(counts.values())) == (64, {8})
    assert all(part["Note"].endswith(".") for part in parts)
    assert len({text for text, _ in rows}) == len(rows)


def test_talks_go_to_and_fro() -> None:
    for text, _ in drafts("record-generation"):
        speakers = [line.partition(": ")[0] for line in text.splitlines()]
        assert speakers[0] == "Doctor"
        assert all(one != other for one, other in pairwise(speakers)), text
        assert set(speakers) == {"Doctor", "Patient"}


def test_notes_say_only_numbers_of_their_talk() -> None:
    for text, answer in drafts("record-generation"):
        assert numbers(answer) - {1} <= numbers(text), (text, answer)


def test_leaflets_have_every_field_and_name_their_medicine() -> None:
    rows = drafts("drug-leaflet")
    names = [re.match(r"Medicine: (?:Sumavit D|\w+)", text) for text, _ in rows]
    assert len({name.group() for name in names if name}) == len(rows) == 60
    for (_, answer), name in zip(rows, names, strict=True):
        parts = filled(answer, fields("drug-leaflet"))
        assert list(parts) == list(fields("drug-leaflet")), answer
        assert name
        assert parts["Use"].startswith(name.group().removeprefix("Medicine: ")), answer


def test_leaflets_say_the_dose_that_they_were_given() -> None:
    for text, answer in drafts("drug-leaflet"):
        given, said = filled(text, ("Dose", "Contraindication")), filled(answer, ("Dose", "Warning"))
        assert numbers(given["Dose"]) - {1} == numbers(said["Dose"]) - {1}, (text, answer)


def test_medicines_are_not_in_the_lexicon() -> None:
    known = {form.casefold() for term in Medical().lexicon() for form in (term.term, *term.synonyms)}
    names = {text.split()[1].casefold() for text, _ in drafts("drug-leaflet")}
    assert not names & known
