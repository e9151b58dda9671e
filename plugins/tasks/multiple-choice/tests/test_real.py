"""From a file to a report, on real questions of Chinese examinations: for college, and for the bar."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

import metier
from metier.data.keys import words
from metier.testing.models import build_model
from metier_multiple_choice.multiple_choice import MultipleChoice

DATA = Path(__file__).parents[5] / "shared" / "data"
REAL = DATA / "education" / "gaokao_zh" / "Objective_Questions"
LAW = DATA / "legal" / "lawbench_zh" / "1-2.json"
LETTERS = "ABCD"
CHOICES = re.compile(r"(.*?)" + "".join(rf"{letter}\s*[．.、:](.*?)" for letter in LETTERS) + "$", re.DOTALL)
QUESTIONS = 160


def questions(path: Path) -> list[dict[str, Any]]:
    """Return the questions of a file with one right choice of four, the choices taken out of the text."""
    found = []
    for one in json.loads(path.read_text(encoding="utf-8"))["example"]:
        parts = CHOICES.match(one["question"])
        if parts is None or len(one["answer"]) != 1:
            continue
        # the tiny tokenizer knows words between spaces
        question, *choices = (" ".join(words(part)) for part in parts.groups())
        if all(choices):
            found.append({"question": question, "options": choices, "answer": one["answer"][0]})
    return found


@pytest.mark.skipif(not REAL.is_dir(), reason="the real examinations are not on this machine")
def test_real_examinations(tmp_path: Path) -> None:
    given = questions(REAL / "2010-2022_History_MCQs.json")[:QUESTIONS]
    assert len(given) == QUESTIONS
    build_model("bert", tmp_path / "tiny", texts=[" ".join((one["question"], *one["options"])) for one in given])
    lines = [json.dumps(one, ensure_ascii=False) for one in given]
    (tmp_path / "history.jsonl").write_text("\n".join(lines), encoding="utf-8")
    recipe = f"""
recipe: 1
model: local:{tmp_path / "tiny"}
data:
  train: history.jsonl
  split: {{validation: 0.1, test: 0.3}}
task: multiple-choice
training: {{num_train_epochs: 1, max_length: 48, per_device_train_batch_size: 8}}
"""
    (tmp_path / "exam.yaml").write_text(recipe, encoding="utf-8")
    run = metier.run(tmp_path / "exam.yaml", output=tmp_path / "runs")
    split = run.metrics["arms"][0]["runs"][0]["splits"]["test"]
    assert set(split["metrics"]) == {"accuracy", "mrr"}
    assert 0 < split["metrics"]["accuracy"] < split["metrics"]["mrr"] < 1
    names = [one["name"] for one in run.metrics["baselines"]]
    assert names[:3] == ["most frequent place", "longest choice", "TF-IDF likeness to the question"]
    assert run.report.is_file()
    said = run.model().predict([{"text": given[0]["question"], "choices": given[0]["options"]}])[0]
    assert said["choice"] in given[0]["options"]
    assert max(said["probabilities"]) > min(said["probabilities"]), "choices are told apart"
    assert sum(said["probabilities"]) == pytest.approx(1, abs=1e-5)


@pytest.mark.skipif(not LAW.is_file(), reason="the real questions of law are not on this machine")
def test_real_questions_of_law() -> None:
    given = json.loads(LAW.read_text(encoding="utf-8"))
    parts = [CHOICES.match(one["question"]) for one in given]
    assert all(parts), "every question has four choices in its text"
    columns = list(zip(*(part.groups() for part in parts if part), strict=True))
    rows = Dataset.from_dict(
        {
            "id": [str(i) for i in range(len(given))],
            "text": columns[0],
            "choices": ["\n".join(some) for some in zip(*columns[1:], strict=True)],
            "label": [one["answer"].removeprefix("正确答案：") for one in given],
        }
    )
    head = MultipleChoice()
    state = head.learn(rows)
    assert state["answers"] == "letter"
    assert len(state["places"]) == 4

    def nothing(some: Dataset) -> np.ndarray:
        return np.zeros((len(some), 1), dtype=np.float32)

    figures = [head.measure(one.predict(rows, rows, features=nothing), state) for one in head.baselines(state)]
    assert all(0.2 < one["accuracy"] < 0.5 for one in figures), "no shortcut gives the answers away"
