"""From files to cited answers, as users have it: documents, Chinese, a model that was moved, and real questions."""

from __future__ import annotations

import json
import shutil
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset

import metier
from metier.api import plan
from metier.errors import DataError, RecipeError
from metier.testing.models import build_model
from metier_retrieval.figures import RankFigures
from metier_retrieval.found import with_texts
from metier_retrieval.index import Index, write
from metier_retrieval.options import RetrievalOptions
from metier_retrieval.reading import listed
from metier_retrieval.tables import rank
from metier_retrieval.truth import PLACE, Truth

MEDQUAD = Path(__file__).parents[4] / "../shared/data/medical/medquad"
MACHINES = ("压缩机", "锅炉", "叉车", "车床", "机器人", "冷却塔", "折弯机", "输送带", "淬火炉", "液压泵")
KEEPERS = ("王师傅", "李师傅", "张师傅", "刘师傅", "陈师傅", "杨师傅", "赵师傅", "黄师傅", "周师傅", "吴师傅")


def recipe(folder: Path, task: dict[str, Any], train: list[dict[str, Any]], corpus: dict[str, Any]) -> Path:
    (folder / "train.jsonl").write_text("\n".join(map(json.dumps, train)), encoding="utf-8")
    texts = [value for row in train for value in row.values() if isinstance(value, str)]
    build_model("bert", folder / "tiny", texts=texts)
    made = {
        "recipe": 1,
        "model": str(folder / "tiny"),
        "data": {"train": str(folder / "train.jsonl"), "corpus": corpus, "split": {"validation": 0.2, "test": 0.3}},
        "task": task,
        "training": {"num_train_epochs": 1, "max_length": 48, "save_strategy": "no"},
    }
    (folder / "recipe.yaml").write_text(json.dumps(made), encoding="utf-8")
    return folder / "recipe.yaml"


def test_answers_from_chinese_documents_are_cited_by_a_model_that_was_moved(tmp_path: Path) -> None:
    """A tiny model learns next to nothing here; what is tried is that passages, places and the folder are whole."""
    manuals = tmp_path / "手册"
    manuals.mkdir()
    for machine, keeper in zip(MACHINES, KEEPERS, strict=True):
        text = f"# {machine}\n\n## 保养\n\n{machine}由{keeper}负责保养。\n\n## 安全\n\n操作时必须佩戴护目镜。\n"
        (manuals / f"{machine}.md").write_text(text, encoding="utf-8")
    train = [
        {"question": f"{machine}由谁保养？", "answers": [keeper], "file": f"{machine}.md"}
        for machine, keeper in zip(MACHINES, KEEPERS, strict=True)
    ]
    corpus = {"use": "documents", "path": str(manuals / "*.md")}
    task = {"use": "retrieval-qa", "passages": 2, "retriever": "bm25"}
    run = metier.run(recipe(tmp_path, task, train, corpus), output=tmp_path / "runs")
    (arm,) = run.metrics["arms"]
    figures = arm["runs"][0]["splits"]["test"]["metrics"]
    assert figures["recall_at_1"] == figures["mrr_at_10"] == 1.0
    assert len(run.metrics["baselines"]) == 4
    asked = [{"question": "锅炉由谁保养？"}, {"question": "nobody?"}]
    before = run.model().predict(asked)
    shutil.move(run.path / "model", tmp_path / "moved")
    for name in ("runs", "tiny", "手册"):
        shutil.rmtree(tmp_path / name)
    said, unknown = metier.load(tmp_path / "moved").predict(asked)
    assert [said, unknown] == before
    (cited,) = said["citations"]
    assert said["answer"] == cited["text"][said["start"] : said["end"]]
    first = said["passages"][0]
    assert (Path(first["file"]).name, first["section"], first["rank"]) == ("锅炉.md", "锅炉 > 保养", 1)
    assert (unknown["answer"], unknown["citations"], unknown["passages"]) == ("", [], [])


def test_a_faq_is_trained_and_moved(tmp_path: Path) -> None:
    pairs = [
        {"question": f"{machine}由谁保养？", "answer": keeper}
        for machine, keeper in zip(MACHINES, KEEPERS, strict=True)
    ]
    (tmp_path / "faq.jsonl").write_text("\n".join(map(json.dumps, pairs)), encoding="utf-8")
    train = [{"question": f"请问{one['question']}", "answer": one["answer"]} for one in pairs]
    train += [{"question": f"{machine}多少钱？", "answer": ""} for machine in MACHINES]
    corpus = {"use": "jsonl", "path": str(tmp_path / "faq.jsonl"), "columns": {"text": "question"}}
    run = metier.run(recipe(tmp_path, {"use": "faq", "candidates": 3}, train, corpus), output=tmp_path / "runs")
    (arm,) = run.metrics["arms"]
    figures = arm["runs"][0]["splits"]["test"]["metrics"]
    assert {"accuracy", "accuracy_in_faq", "accuracy_not_in_faq", "recall_at_1", "mrr_at_10"} <= set(figures)
    before = run.model().predict(["车床由谁保养？"])
    assert len(before[0]["candidates"]) == 3
    shutil.move(run.path / "model", tmp_path / "moved")
    shutil.rmtree(tmp_path / "runs")
    assert metier.load(tmp_path / "moved").predict(["车床由谁保养？"]) == before


def test_an_encoder_of_a_run_finds_in_place_of_the_model(tmp_path: Path) -> None:
    folder = tmp_path / "run" / "model"
    build_model("bert", folder, seed=7)
    options = RetrievalOptions(retriever="dense", encoder=str(tmp_path / "run"))
    assert options.encoder_of(tmp_path) == folder
    assert RetrievalOptions().encoder_of(tmp_path) == tmp_path
    fetched = RetrievalOptions(retriever="dense", encoder="starter:minilm").encoder_of(tmp_path)
    assert (fetched / "config.json").is_file()
    with pytest.raises(DataError, match="there is no model at the `encoder`"):
        RetrievalOptions(encoder=str(tmp_path / "other")).encoder_of(tmp_path)
    task = {"use": "retrieval-qa", "encoder": "startr:minilm"}
    with pytest.raises(RecipeError, match="the `encoder` is not known: no model source named 'startr'"):
        plan(recipe(tmp_path, task, [{"question": "a", "answers": "b"}], {"use": "text", "path": "recipe.yaml"}))
    task = {"use": "retrieval-qa", "encoder": str(tmp_path / "other")}
    with pytest.raises(RecipeError, match="there is no model at the `encoder`"):
        plan(recipe(tmp_path, task, [{"question": "a", "answers": "b"}], {"use": "text", "path": "recipe.yaml"}))


@pytest.mark.skipif(not MEDQUAD.is_dir(), reason=f"{MEDQUAD} is not there")
def test_real_questions_find_their_answers(tmp_path: Path) -> None:
    """BM25 over a few hundred answers; the figures of all three retrievers stand in the README."""
    pairs: dict[str, str] = {}
    for file in sorted(MEDQUAD.glob("9_CDC_QA/*.xml")):
        for pair in ET.parse(file).getroot().iter("QAPair"):
            question, answer = (" ".join((pair.findtext(name) or "").split()) for name in ("Question", "Answer"))
            if question and answer:
                pairs.setdefault(answer[:2000], question)
    rows = {"id": [str(n) for n in range(len(pairs))], "question": list(pairs.values()), "passage": list(pairs)}
    corpus = Dataset.from_dict({"id": rows["id"], "text": rows["passage"]})
    write(
        corpus,
        tmp_path,
        options=RetrievalOptions(retriever="bm25"),
        model=tmp_path,
        columns=("text",),
        searched=("text",),
    )
    index = Index(tmp_path)
    given = Dataset.from_dict({**rows, "answers": rows["passage"]})
    found = with_texts(given, index, question="question", names=PLACE, read=5, judge=Truth(index).right)
    figures = RankFigures(np.array([rank(listed(one)) for one in found["found"][:]]))(np.ones(len(found)))
    assert 0.3 < figures["recall_at_1"] < figures["recall_at_5"] < figures["recall_at_10"] < 1
