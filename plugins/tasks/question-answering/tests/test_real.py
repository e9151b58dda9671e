"""Real questions: TAT-QA's reports and CUAD's contracts, read, windowed and answered as users would have it."""

from __future__ import annotations

import ast
import csv
import itertools
import json
from pathlib import Path
from typing import Any

import pytest

import metier
from metier.components import ReadContext
from metier.testing.models import build_model, load_tokenizer
from metier_question_answering.squad import Squad
from metier_question_answering.windows import targets, windows

DATA = Path(__file__).parents[4] / "../shared/data"
TATQA = DATA / "finance" / "tatqa"
CUAD = DATA / "legal" / "cuad"


def tatqa(file: Path) -> dict[str, Any]:
    """Return TAT-QA in SQuAD's form: questions that a paragraph answers, and such as only the table does.

    A page's paragraphs are its text. A question whose one answer stands in a paragraph that is named relevant has it
    there; one whose answer is in the table, and in no paragraph, has none.
    """
    pages = []
    for page in json.loads(file.read_text(encoding="utf-8")):
        paragraphs = sorted(page["paragraphs"], key=lambda one: int(one["order"]))
        text = "\n".join(one["text"] for one in paragraphs)
        starts, at = {}, 0
        for one in paragraphs:
            starts[str(one["order"])] = (at, one["text"])
            at += len(one["text"]) + 1
        asked = []
        for one in page["questions"]:
            if one["answer_type"] != "span":
                continue
            (answer,) = one["answer"] if isinstance(one["answer"], list) else [one["answer"]]
            places = [
                start + inside.index(answer)
                for start, inside in (starts[order] for order in map(str, one["rel_paragraphs"]))
                if answer in inside
            ]
            named = {"id": one["uid"], "question": one["question"]}
            if one["answer_from"] != "table" and places:
                asked.append({**named, "answers": [{"text": answer, "answer_start": places[0]}]})
            elif one["answer_from"] == "table" and answer not in text:
                asked.append({**named, "answers": [], "is_impossible": True})
        if asked:
            pages.append({"title": page["table"]["uid"], "paragraphs": [{"context": text, "qas": asked}]})
    return {"version": "v2.0", "data": pages}


def cuad(folder: Path, categories: tuple[str, ...], *, longest: int) -> dict[str, Any]:
    """Return CUAD in SQuAD's form: contracts of at most `longest` characters, asked for the clauses of categories.

    A clause of several stretches is several answers. A category that has no clause in a contract has no answer there;
    one of which a clause is not found as it stands is left out.
    """
    texts = {file.stem: file for file in (folder / "full_contract_txt").glob("*.txt")}
    contracts = []
    with (folder / "master_clauses.csv").open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if Path(row["Filename"]).stem in texts]
    for row in sorted(rows, key=lambda one: one["Filename"]):
        name = Path(row["Filename"]).stem
        text = texts[name].read_text(encoding="utf-8")
        if len(text) > longest:
            continue
        asked = [
            {"id": f"{name}/{category}", "question": f"What is the {category} clause?", "answers": answers}
            for category in categories
            if (answers := found(row[category], text)) is not None
        ]
        contracts.append({"title": name, "paragraphs": [{"context": text, "qas": asked}]})
    return {"version": "v2.0", "data": contracts}


def found(cell: str, text: str) -> list[dict[str, Any]] | None:
    """Return where the clauses of a cell stand in a contract; None where one of them does not."""
    clauses: list[str] = ast.literal_eval(cell) if cell.startswith("[") else [cell] if cell else []
    parts = [part.strip() for clause in clauses for part in clause.split("<omitted>") if part.strip()]
    if any(part not in text for part in parts):
        return None
    return [{"text": part, "answer_start": text.index(part)} for part in parts]


def write(folder: Path, value: dict[str, Any]) -> Path:
    path = folder / "real-squad.json"
    path.write_text(json.dumps(value), encoding="utf-8")
    return path


def read(path: Path) -> list[dict[str, Any]]:
    return [record.values for record in Squad(Squad.Config(path=str(path))).read(ReadContext(offline=True))]


@pytest.mark.skipif(not TATQA.is_dir(), reason=f"{TATQA} is not there")
def test_questions_to_annual_reports_from_file_to_prediction(tmp_path: Path) -> None:
    """A tiny model learns next to nothing here; what is tried is that everything fits."""
    made = tatqa(TATQA / "tatqa_dataset_dev.json")
    made["data"] = made["data"][:16]
    path = write(tmp_path, made)
    rows = read(path)
    assert all(len(row["spans"]) <= 1 for row in rows)
    texts = [row["text"] for row in rows] + [row["question"] for row in rows]
    build_model("bert", tmp_path / "model", texts=texts)
    recipe = {
        "recipe": 1,
        "model": str(tmp_path / "model"),
        "data": {"train": str(path), "split": {"validation": 0.1, "test": 0.4, "by": "group", "group": "title"}},
        "task": {"use": "question-answering", "stride": 16},
        "training": {"num_train_epochs": 1, "max_length": 64, "save_strategy": "no"},
    }
    (tmp_path / "recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
    run = metier.run(tmp_path / "recipe.yaml", output=tmp_path / "runs")
    (arm,) = run.metrics["arms"]
    figures = arm["runs"][0]["splits"]["test"]["metrics"]
    assert {"f1", "exact_match", "f1_with_answer", "accuracy_without_answer"} <= set(figures)
    assert len(run.metrics["baselines"]) == 4
    assert "What became of questions" in run.report.read_text(encoding="utf-8")
    asked = [{"question": row["question"], "text": row["text"]} for row in rows[:8]]
    for row, said in zip(asked, run.model().predict(asked), strict=True):
        assert said["answer"] == ("" if said["start"] is None else row["text"][said["start"] : said["end"]])
        assert len(said["n_best"]) == 6
        assert sum(one["score"] for one in said["n_best"]) == pytest.approx(1, abs=1e-4)


@pytest.mark.skipif(not CUAD.is_dir(), reason=f"{CUAD} is not there")
def test_clauses_of_whole_contracts_come_back_from_their_windows(tmp_path: Path) -> None:
    """Of a model that is right, every clause that two windows share comes back; of a longer one the part that fits."""
    rows = read(write(tmp_path, cuad(CUAD, ("Governing Law", "Agreement Date", "Audit Rights"), longest=30_000)))
    rows = [row for row in rows if len(row["spans"]) == 1]
    assert len(rows) > 30
    tokenizer = load_tokenizer(build_model("bert", tmp_path / "model", texts=[row["text"] for row in rows]).path)
    columns = {name: [row[name] for row in rows] for name in ("question", "text", "spans")}
    found = list(windows(columns["question"], columns["text"], tokenizer, max_length=256, stride=85))
    whole = 0
    for number, group in itertools.groupby(found, key=lambda one: one.row):
        window_of, (span,) = list(group), columns["spans"][number]
        places = zip(window_of, targets(window_of, [span]), strict=True)
        learnt = {(int(one.starts[a]), int(one.ends[b])) for one, (a, b) in places if b > one.null}
        tokens = len(tokenizer(columns["text"][number][span["start"] : span["end"]])["input_ids"]) - 2
        if tokens <= 85:
            assert learnt == {(span["start"], span["end"])}
            whole += 1
        assert all(span["start"] <= start < end <= span["end"] for start, end in learnt)
    assert whole > 20
    assert max(len(list(group)) for _, group in itertools.groupby(one.row for one in found)) > 30
