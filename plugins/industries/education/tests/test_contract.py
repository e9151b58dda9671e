"""The components of `metier-education` keep their contracts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from metier.testing import DataSourceContract, IndustryContract
from metier.values import Json
from metier_education.education import Education
from metier_education.gaokao_bench import GaokaoBench
from metier_education.gsm8k import Gsm8k
from metier_education.one_stop_english import OneStopEnglish
from metier_education.scientsbank import SciEntsBank
from metier_education.talk_moves import TalkMoves

QUESTION = """<?xml version="1.0"?>
<question id="ME_1" module="ME"><questionText>Why does it float?</questionText>
<referenceAnswers><referenceAnswer id="a">It is less dense.</referenceAnswer></referenceAnswers>
<studentAnswers><studentAnswer id="1" accuracy="correct">Less dense.</studentAnswer>
<studentAnswer id="2" accuracy="contradictory">More dense.</studentAnswer></studentAnswers></question>
"""


class TestEducation(IndustryContract):
    """The industry."""

    component = Education


class TestSciEntsBank(DataSourceContract):
    """A question with two answers."""

    component = SciEntsBank

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "ME-1.xml"
        path.write_text(QUESTION, encoding="utf-8")
        return {"path": str(path)}


class TestOneStopEnglish(DataSourceContract):
    """Articles."""

    component = OneStopEnglish

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        root = folder / "Texts-SeparatedByReadingLevel"
        for level, text in (
            ("Adv", "A protracted debate."),
            ("Int", "Intermediate\nA long debate."),
            ("Ele", "A talk."),
        ):
            place = root / f"{level}-Txt" / f"Debate-{level.lower()}.txt"
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return {"path": str(root)}

    def missing_options(self, folder: Path) -> Mapping[str, Json] | None:
        return {"path": str(folder / "elsewhere" / "Texts-SeparatedByReadingLevel")}


class TestOneStopEnglishParagraphs(TestOneStopEnglish):
    """Paragraphs of them."""

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        return {**super().sample_options(folder), "unit": "paragraph"}


class TestGaokaoBench(DataSourceContract):
    """A question with one answer, and one with two."""

    component = GaokaoBench

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        common = {"year": "2010", "category": "（新课标）", "analysis": "略", "index": 0, "score": 4}
        items = [
            {**common, "question": "细胞？", "answer": ["D"]},
            {**common, "question": "酶？", "answer": ["A", "C"]},
        ]
        path = folder / "2010-2022_Biology_MCQs.json"
        path.write_text(json.dumps({"keywords": path.stem, "example": items}, ensure_ascii=False), encoding="utf-8")
        return {"path": str(path)}

    def missing_options(self, folder: Path) -> Mapping[str, Json] | None:
        return {"path": str(folder / "2010-2022_History_MCQs.json")}


class TestGsm8k(DataSourceContract):
    """Two problems."""

    component = Gsm8k

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        rows = [
            {"question": "Two and two?", "answer": "2+2 = <<2+2=4>>4\n#### 4"},
            {"question": "A thousand twice?", "answer": "2*1000 = <<2*1000=2000>>2000\n#### 2,000"},
        ]
        path = folder / "train.jsonl"
        path.write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
        return {"path": str(path)}


class TestTalkMoves(DataSourceContract):
    """Sentences of students."""

    component = TalkMoves

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "train_student.tsv"
        path.write_text('text_a\ttext_b\tlabels\n\tIt is "5\t3.0\nIt is 5\tWhy\t2.0\n', encoding="utf-8")
        return {"path": str(path)}
