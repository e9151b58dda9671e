"""From real files to drafts: talks between doctor and patient, and Chinese news of courts."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

import metier
from metier.builtin.sources.jsonl import Jsonl
from metier.data.intake import take_in
from metier.testing.models import build_model, load_tokenizer
from metier_text_generation.encoding import encoded
from metier_text_generation.options import Options
from metier_text_generation.text_generation import TextGeneration

DATA = Path(__file__).parents[5] / "shared" / "data"
TALKS = DATA / "medical" / "mts_dialog" / "MTS-Dialog-TrainingSet.csv"
NEWS = DATA / "legal" / "lawbench_zh" / "2-7.json"
RECIPE = """\
recipe: 1
model: ./model
data:
  train: {use: csv, path: talks.csv, columns: {text: dialogue, answer: section_text}}
  split: {validation: 0.2, test: 0.25}
task: {use: text-generation, system: "Write a note.", max_new_tokens: 24, num_beams: 2}
training: {num_train_epochs: 1, max_length: 64, per_device_train_batch_size: 4, gradient_accumulation_steps: 2}
"""


@pytest.mark.skipif(not TALKS.is_file(), reason="the talks of MTS-Dialog are not here")
def test_talks_become_drafts(tmp_path: Path) -> None:
    with TALKS.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if len(row["section_text"].split()) < 20][:32]
    with (tmp_path / "talks.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)
    texts = [row[name] for row in rows for name in ("dialogue", "section_text")]
    words = len(load_tokenizer(build_model("llama", tmp_path / "model", texts=texts).path))
    (tmp_path / "recipe.yaml").write_text(RECIPE, encoding="utf-8")
    run = metier.run(tmp_path / "recipe.yaml", output=tmp_path / "runs")
    judged = json.loads((run.path / "evaluation" / "metrics.json").read_text(encoding="utf-8"))
    *simple, untouched = judged["baselines"]
    assert (len(simple), untouched["name"]) == (3, "untouched model")
    perplexity = untouched["splits"]["test"]["metrics"]["perplexity"]
    assert perplexity == pytest.approx(words, rel=0.2), "drawn by chance, a model takes all words to be as likely"
    tested = judged["arms"][0]["runs"][0]["splits"]["test"]
    assert tested["metrics"]["perplexity"] < perplexity
    assert set(tested["metrics"]) >= {"rouge_1", "rouge_2", "rouge_l", "chrf", "exact_match", "finished"}
    table = pq.read_table(run.path / tested["predictions"]).to_pylist()
    said = metier.load(run.path).predict([{"text": row["text"]} for row in table])
    assert [one["text"] for one in said] == [row["prediction"] for row in table], "judging and predicting say the same"
    page = (run.path / "report.html").read_text(encoding="utf-8")
    assert "Answers from the furthest to the nearest" in page


@pytest.mark.skipif(not NEWS.is_file(), reason="the news of LawBench are not here")
def test_chinese_news_are_read_and_measured_by_characters(tmp_path: Path) -> None:
    head = TextGeneration(Options(template="请用一句话给出这段报道的摘要。\n{text}"))
    source = Jsonl(Jsonl.Config.model_validate({"path": str(NEWS)}))
    taken = take_in(
        source, tmp_path / "rows.arrow", columns=head.columns, mapping={"text": "question"}, where="data", offline=True
    )
    assert (len(taken.rows), taken.dropped) == (500, {})
    state = head.learn(taken.rows)
    rows = taken.rows.select(range(40))
    tokenizer = load_tokenizer(build_model("llama", tmp_path / "model", texts=rows["answer"][:]).path)
    columns = encoded(rows[:20], head.config, tokenizer, 256)
    assert min(len(ids) - start for ids, start in zip(columns["input_ids"], columns["start"], strict=True)) > 1
    lead = head.baselines(state)[-1].predict(taken.rows, rows, features=lambda rows: np.zeros((len(rows), 1)))
    assert 0.4 < head.measure(lead, state)["rouge_l"] < 0.8, "these summaries quote the first sentences"
