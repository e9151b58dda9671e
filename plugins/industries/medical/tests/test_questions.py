"""The authored questions on health have their answers where it is said, and each text stays in one split."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from metier.testing import authored
from metier_medical.medical import HERE

SAMPLES = [("question-answering", 45), ("consultation-zh", 28)]


@pytest.mark.parametrize(("sample", "texts"), SAMPLES)
def test_there_are_as_many_as_the_readme_says(sample: str, texts: int) -> None:
    found = authored.read(HERE / "data" / f"{sample}.json")
    assert len({one["title"] for one in found}) == len({one["context"] for one in found}) == len(found) == texts
    assert len(authored.questions(found)) == 4 * texts


@pytest.mark.parametrize("sample", [sample for sample, _ in SAMPLES])
def test_answers_are_whole_words_that_the_question_does_not_say(sample: str) -> None:
    asked = authored.questions(authored.read(HERE / "data" / f"{sample}.json"))
    authored.check_answers(asked, unanswered=(0.25, 0.25))
    assert all(one["question"].endswith(("?", "？")) for one in asked)


@pytest.mark.parametrize(("sample", "texts"), SAMPLES)
def test_no_question_is_lost_and_no_text_is_asked_about_on_both_sides(sample: str, texts: int, tmp_path: Path) -> None:
    made = authored.prepared(f"medical/{sample}", tmp_path)
    assert sum(ref.rows for ref in made.datasets.values()) == 4 * texts
    authored.check_apart(made, "text", values=texts)


def test_chinese_is_chinese() -> None:
    for one in authored.questions(authored.read(HERE / "data" / "consultation-zh.json")):
        for text in (one["context"], one["question"]):
            letters = [letter for letter in text if letter.isalpha()]
            assert sum("CJK" in unicodedata.name(letter) for letter in letters) / len(letters) > 0.8, text
