"""From a file to a report, on real questions of Chinese patients and the same in other words."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

import metier
from metier.data.keys import words
from metier.testing.models import build_model

REAL = Path(__file__).parents[5] / "shared" / "data" / "medical" / "cmedqq_zh" / "dev.txt"
PAIRS = 300


@pytest.mark.skipif(not REAL.is_file(), reason="the real questions are not on this machine")
def test_real_questions(tmp_path: Path) -> None:
    given = [line.split("\t") for line in REAL.read_text(encoding="utf-8").splitlines()[:PAIRS]]
    # the tiny tokenizer knows words between spaces
    pairs = [(label, " ".join(words(one)), " ".join(words(other))) for label, one, other in given]
    build_model("bert", tmp_path / "tiny", texts=[f"{one} {other}" for _, one, other in pairs])
    lines = [json.dumps({"label": int(label), "text": one, "second": other}) for label, one, other in pairs]
    (tmp_path / "pairs.jsonl").write_text("\n".join(lines), encoding="utf-8")
    recipe = f"""
recipe: 1
model: local:{tmp_path / "tiny"}
data:
  train: pairs.jsonl
  split: {{validation: 0.1, test: 0.3}}
task: embedding
training: {{num_train_epochs: 1, max_length: 32}}
"""
    (tmp_path / "like.yaml").write_text(recipe, encoding="utf-8")
    run = metier.run(tmp_path / "like.yaml", output=tmp_path / "runs")
    split = run.metrics["arms"][0]["runs"][0]["splits"]["test"]
    wanted = {"recall_at_1", "recall_at_5", "recall_at_10", "mrr", "ndcg_at_10", "spearman"}
    assert set(split["metrics"]) == wanted
    assert split["metrics"]["mrr"] > 0.2, "even random vectors of characters say what is like what"
    found = {one["name"]: one["splits"]["test"]["metrics"]["mrr"] for one in run.metrics["baselines"]}
    assert found["TF-IDF"] > 0.5 > found["chance"], "paraphrases share characters"
    assert run.report.is_file()
    one, same, other = (np.array(said["embedding"]) for said in run.model().predict([pairs[0][1]] * 2 + [pairs[1][1]]))
    assert one @ same == pytest.approx(1, abs=1e-5)
    assert one @ other < 0.99
    assert (run.path / "model" / "1_Pooling" / "config.json").is_file()
