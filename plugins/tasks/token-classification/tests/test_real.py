"""The whole path on published texts: read, learn with a field over the tags, compare with what is looked up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

import metier
from metier.testing.models import build_model

NCBI = Path(__file__).parents[5] / "shared" / "data" / "medical" / "ncbi_disease_ner" / "devel.tsv"
LEXICON = "term,category,synonyms,zh\nDuchenne muscular dystrophy,disease,DMD,\nbreast cancer,disease,,乳腺癌\n"


@pytest.mark.skipif(not NCBI.is_file(), reason="the NCBI diseases are not beside this checkout")
def test_diseases_in_abstracts(tmp_path: Path) -> None:
    pytest.importorskip("metier_annotations", reason="needs metier-annotations")
    sentences = [one for one in NCBI.read_text("utf-8").split("\n\n") if "\tB-" in one][:60]
    (tmp_path / "notes.conll").write_text("\n\n".join(sentences) + "\n", encoding="utf-8")
    (tmp_path / "terms.csv").write_text(LEXICON, encoding="utf-8")
    texts = [" ".join(line.split("\t")[0] for line in one.split("\n")) for one in sentences]
    build_model("bert", tmp_path / "base", texts=texts)
    (tmp_path / "notes.yaml").write_text(
        "recipe: 1\nmodel: ./base\ndata:\n  train: notes.conll\n  split: {validation: 0, test: 0.3}\n"
        "task: {use: token-classification, crf: true, lexicon: terms.csv}\n"
        "optimizer: {use: adamw, learning_rate: 0.01}\n"
        "training: {max_steps: 60, per_device_train_batch_size: 8, max_length: 64, save_strategy: 'no'}\n",
        encoding="utf-8",
    )
    run = metier.run(tmp_path / "notes.yaml", output=tmp_path / "runs")
    baselines = {one["name"]: one["splits"]["test"]["metrics"]["f1"] for one in run.metrics["baselines"]}
    assert list(baselines) == [
        "no spans",
        "gazetteer of the training spans",
        "gazetteer of the lexicon",
        "words in context + logistic regression",
    ]
    assert baselines["no spans"] == 0
    assert all(0 < figure < 1 for name, figure in baselines.items() if name != "no spans")
    assert run.metrics["arms"][0]["summary"]["test"]["f1"]["mean"] > 0.2
    assert run.model().evaluate(tmp_path / "notes.conll").metrics["f1"] > 0.5, "most of which it has seen"
    report = json.loads((run.path / "data" / "report.json").read_text("utf-8"))
    assert report["splits"]["test"]["of"]["borders inside words"] == 0
