"""Real reports, consultations and judgments: what is personal goes, and nearly nothing else."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from datasets import Dataset

from metier.components import TransformContext
from metier_finance.finance import Finance
from metier_redact.redact import Redact

DATA = Path(__file__).parents[5] / "shared" / "data"
REPORTS = DATA / "finance" / "sec_10k_text"
CONSULTATIONS = DATA / "medical" / "chinese_medical_dialogue_zh" / "sample_internal_medicine_gb18030.csv"
JUDGMENTS = DATA / "legal" / "lawbench_zh"


def redact(texts: list[str]) -> tuple[list[str], dict[str, int]]:
    context = TransformContext(("text",), split="corpus", industry=Finance())
    rows = Dataset.from_dict({"id": [str(row) for row in range(len(texts))], "text": texts})
    made = list(Redact().apply(rows, context)["text"])
    return made, {reason.removesuffix(" replaced"): change.count for reason, change in context.changed.items()}


@pytest.mark.skipif(not REPORTS.is_dir(), reason="the annual reports are not beside this checkout")
def test_an_annual_report_loses_its_signatures_and_telephone() -> None:
    text = min(REPORTS.glob("*.txt"), key=lambda path: path.stat().st_size).read_text(encoding="utf-8")
    paragraphs = text.split("\n\n")
    made, found = redact(paragraphs)
    assert set(found) <= {"PERSON", "PHONE", "URL", "EMAIL"}, "numbers of a report are no cards and accounts"
    assert found["PHONE"] >= 1
    assert found["PERSON"] >= 10
    assert "/s/" in text
    assert not re.search(r"/s/ (?!\[PERSON\]|PricewaterhouseCoopers LLP)", "\n\n".join(made))
    assert not re.search(r"\(\d{3}\) \d{3}-\d{4}", "\n\n".join(made))
    assert sum(one != other for one, other in zip(paragraphs, made, strict=True)) < 0.15 * len(paragraphs)


@pytest.mark.skipif(not CONSULTATIONS.is_file(), reason="the consultations are not beside this checkout")
def test_questions_to_a_doctor_name_nobody_and_stay() -> None:
    with CONSULTATIONS.open(encoding="gb18030", newline="") as file:
        texts = [row["ask"] for row in csv.DictReader(file)][:800]
    made, found = redact(texts)
    assert sum(one != other for one, other in zip(texts, made, strict=True)) <= 2, found


@pytest.mark.skipif(not JUDGMENTS.is_dir(), reason="the judgments are not beside this checkout")
def test_the_accused_of_a_judgment_are_hidden_wherever_they_stand() -> None:
    rows = [row for path in sorted(JUDGMENTS.rglob("*.json")) for row in json.loads(path.read_text(encoding="utf-8"))]
    accused = re.compile(r"被告人([\u4e00-\u9fff]{2,3})(?=，|犯|利用)")
    texts = [row["question"] for row in rows if accused.search(row["question"])][:60]
    made, found = redact(texts)
    assert found["PERSON"] > 100
    hidden = 0
    for text, other in zip(texts, made, strict=True):
        for name in set(accused.findall(text)):
            if f"被告人{name}" not in other:
                hidden += 1
                assert name not in other
    assert hidden > 30
