"""The components of `metier-legal` keep their contracts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from metier.testing import DataSourceContract, IndustryContract
from metier.values import Json
from metier_legal.cuad import Cuad
from metier_legal.cuad_questions import CuadQuestions
from metier_legal.lawbench import LawBench
from metier_legal.legal import Legal

CLAUSES = """Filename,Governing Law,Governing Law-Answer,Insurance,Insurance-Answer
a.pdf,"['The laws of Iowa govern.', ""Iowa's courts decide.""]",Iowa,['Insurance is kept.'],Yes
b.pdf,['French law applies.'],France,[],No
"""
QUESTIONS = {
    "version": "1",
    "data": [
        {
            "title": "A",
            "paragraphs": [
                {
                    "context": "The laws of Iowa govern.",
                    "qas": [
                        {
                            "id": "A__Governing Law",
                            "question": "Which law governs?",
                            "answers": [{"text": "Iowa", "answer_start": 12}],
                            "is_impossible": False,
                        },
                        {"id": "A__Insurance", "question": "Insurance?", "answers": [], "is_impossible": True},
                    ],
                }
            ],
        }
    ],
}


class TestLegal(IndustryContract):
    """The industry."""

    component = Legal


class TestCuad(DataSourceContract):
    """The clauses, in a table as CUAD has it."""

    component = Cuad

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "master_clauses.csv"
        path.write_text(CLAUSES, encoding="utf-8")
        return {"path": str(path), "categories": None}


class TestCuadQuestions(DataSourceContract):
    """The questions."""

    component = CuadQuestions

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "CUAD_v1.json"
        path.write_text(json.dumps(QUESTIONS), encoding="utf-8")
        return {"path": str(path)}

    def missing_options(self, folder: Path) -> Mapping[str, Json] | None:
        return {"path": str(folder / "CUAD_v1-gone.json")}


class TestLawBench(DataSourceContract):
    """A task of LawBench."""

    component = LawBench

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        items = [
            {"instruction": "判断类别。", "question": "句子:被告迟延交货。", "answer": "争议焦点类别：违约。"},
            {"instruction": "判断类别。", "question": "句子:租金未付。", "answer": "争议焦点类别：租金情况。"},
        ]
        path = folder / "2-2.json"
        path.write_text(json.dumps(items, ensure_ascii=False), encoding="utf-8")
        return {"path": str(path)}
