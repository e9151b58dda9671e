"""The command and a whole run, as people use them: with a model among the functions, and people's corrections."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import metier
from metier.data.store import load
from metier.errors import DataError, MetierError, RecipeError
from metier.testing.models import build_model
from metier_weak_label.commands import command

pytest.importorskip("metier_classification", reason="needs metier-classification")
PARTS = ("pump", "valve", "seal", "gear", "hose", "belt", "motor", "fan")
BAD, GOOD = ("leaks", "broke", "cracked"), ("greased", "checked", "cleaned")
LABELLED = [
    (f"the {part} {verb} {place}", "failure" if verb in BAD else "service")
    for place, part in enumerate(PARTS)
    for verb in (*BAD[:2], *GOOD[:2])
]
TEXTS = [f"line {number} {part} {verb}" for number, part in enumerate(PARTS) for verb in (*BAD, *GOOD, "seen")]
RECIPE = """
recipe: 1
model: ./base
data:
  train: labelled.jsonl
  corpus: {use: text, path: notes.txt, unit: line}
  split: {test: 0.5}
task: text-classification
improve:
  - use: weak-label
    functions:
      - {label: failure, keywords: [leaks, broke, cracked]}
      - {label: service, pattern: '(greas|check|clean)ed'}
training: {max_steps: 2, max_length: 8, save_strategy: 'no'}
"""


def call(*arguments: object) -> Result:
    done = CliRunner().invoke(command, [str(one) for one in arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a recipe, labelled rows and notes, and a tiny model."""
    folder = tmp_path_factory.mktemp("notes")
    rows = (json.dumps({"text": text, "label": label}) for text, label in LABELLED)
    (folder / "labelled.jsonl").write_text("\n".join(rows), encoding="utf-8")
    (folder / "notes.txt").write_text("\n".join(TEXTS), encoding="utf-8")
    (folder / "notes.yaml").write_text(RECIPE, encoding="utf-8")
    build_model("bert", folder / "base", texts=[*TEXTS, *(text for text, _ in LABELLED)])
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    """The run of the recipe."""
    return metier.run(folder / "notes.yaml", output=folder / "runs").path


def test_the_table_is_printed_before_anything_is_trained(folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "labelled.jsonl"
    lines = call(folder / "notes.yaml", "--out", out, "--column", "kind").output.splitlines()
    assert lines[0] == "48 of 56 texts of the corpus are labelled: failure 24, service 24"
    assert lines[1] == "8 texts are left out of which no function says anything"
    assert [line.split("  ")[0] for line in lines[2:]] == [
        "function",
        "failure: leaks, broke, cracked",
        "service: (greas|check|clean)ed",
    ]
    assert "1.00 (" in lines[3]
    rows = [json.loads(line) for line in out.read_text("utf-8").splitlines()]
    assert rows[0] == {"id": "notes.txt:1", "text": TEXTS[0], "kind": "failure", "score": rows[0]["score"]}
    assert 0.5 < rows[0]["score"] <= 1
    with pytest.raises(DataError, match="there already"):
        call(folder / "notes.yaml", "--out", out)


def test_the_column_must_be_free_and_the_recipe_have_functions(folder: Path) -> None:
    wrong = CliRunner().invoke(command, [str(folder / "notes.yaml"), "--column", "text"])
    assert wrong.exit_code == 2
    assert "is a column of the file already" in wrong.stderr
    with pytest.raises(RecipeError, match="has no weak-label"):
        call(folder / "notes.yaml", "--set", "improve=[]")


def test_a_run_judges_on_people_s_labels_alone(run: Path) -> None:
    report = json.loads((run / "data" / "report.json").read_text("utf-8"))
    metrics = json.loads((run / "evaluation" / "metrics.json").read_text("utf-8"))
    assert report["splits"]["test"]["rows"] == len(LABELLED) // 2
    judged = metrics["arms"][0]["runs"][0]["splits"]["test"]["predictions"]
    import pyarrow.parquet as parquet

    people = {f"labelled.jsonl:{number}": label for number, (_, label) in enumerate(LABELLED, start=1)}
    table: dict[str, Any] = parquet.read_table(run / judged).to_pydict()
    assert len(table["id"]) == len(LABELLED) // 2
    assert set(table["id"]) <= set(people)
    assert table["reference"] == [people[row] for row in table["id"]]
    stored = [load(path) for path in (run.parent.parent / ".stages").rglob("train.arrow")]
    assert all(len(rows) < len(LABELLED) for rows in stored), "what is kept of the preparation is people's"


def test_a_model_is_a_function_that_abstains_where_it_is_unsure(folder: Path, run: Path, tmp_path: Path) -> None:
    said = metier.load(run).predict(TEXTS)
    middle = sorted(one["score"] for one in said)[len(said) // 2]
    options = ("--set", f"improve=[{{use: weak-label, combine: majority-vote, models: [{run}], confidence: {middle}}}]")
    out = tmp_path / "by-model.jsonl"
    lines = call(folder / "notes.yaml", *options, "--out", out).output.splitlines()
    rows = {row["text"]: row["label"] for row in map(json.loads, out.read_text("utf-8").splitlines())}
    assert rows == {text: one["label"] for text, one in zip(TEXTS, said, strict=True) if one["score"] >= middle}
    assert lines[-1].startswith(f"model: {run.name}")
    assert sum(Counter(rows.values()).values()) == pytest.approx(len(TEXTS) / 2, abs=1)
    with pytest.raises(MetierError, match=r"no metier\.json here"):
        call(folder / "notes.yaml", "--set", f"improve=[{{use: weak-label, models: [{tmp_path}]}}]")


def test_a_prompt_is_a_function_too(folder: Path, tmp_path: Path) -> None:
    words = [*TEXTS, *(text for text, _ in LABELLED), "failure or service ? it is a"]
    model = build_model("gpt2", tmp_path / "speaker", texts=words).path
    notes = tmp_path / "notes.txt"
    notes.write_text("\n".join([*TEXTS[:10], " ".join(TEXTS)]), encoding="utf-8")
    ask = f"{{model: {model}, prompt: 'failure or service ? {{text}} it is a', confidence: 0.0}}"
    improve = f"improve=[{{use: weak-label, combine: majority-vote, prompts: [{ask}]}}]"
    options = ("--set", improve, "--set", f"data.corpus.path={notes}")
    lines = call(folder / "notes.yaml", *options).output.splitlines()
    assert lines[0].startswith("11 of 11 texts of the corpus are labelled: ")
    assert f"prompt: speaker: of 1 texts the beginning is read, as much as {model} has positions for" in lines
    function, *cells = lines[-1].split("  ")
    assert function == "prompt: speaker"
    assert "1.000" in [cell.strip() for cell in cells], "it says something of every text"
    with pytest.raises(MetierError, match="is an encoder") as error:
        call(folder / "notes.yaml", "--set", improve.replace(str(model), str(folder / "base")))
    assert error.value.problems[0].hint


def test_people_correct_what_functions_labelled(folder: Path, tmp_path: Path) -> None:
    annotations = pytest.importorskip("metier_annotations.commands", reason="needs metier-annotations")
    from metier.components import ReadContext
    from metier_annotations.annotations import Annotations

    out, tasks = tmp_path / "rules.jsonl", tmp_path / "tasks.json"
    call(folder / "notes.yaml", "--out", out)
    arguments = ["convert", str(out), str(tasks), "--to", "label-studio", "-o", "annotation=label"]
    done = CliRunner().invoke(annotations.command, [*arguments, "--proposed-by", "rules"], catch_exceptions=False)
    assert done.exit_code == 0
    export = json.loads(tasks.read_text("utf-8"))
    for task in export[:2]:
        task["annotations"] = [{"result": [{"type": "choices", "value": {"choices": ["service"]}}]}]
    tasks.write_text(json.dumps(export), encoding="utf-8")
    source = Annotations(Annotations.Config(path=str(tasks), annotation="label"))
    found = [record.values for record in source.read(ReadContext(offline=True))]
    assert found == [{"text": text, "label": "service"} for text in TEXTS[:2]]
