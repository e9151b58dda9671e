"""The commands as people use them: convert, let a model propose, correct, read back."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import metier
from metier.components import ReadContext
from metier.errors import DataError
from metier.testing.models import build_model
from metier_annotations.annotations import Annotations
from metier_annotations.commands import command

PARTS = ("pump", "valve", "seal", "gear")
ROWS = [
    (f"the {part} {verb} {when}", [[4, 4 + len(part), "PART"]])
    for part in PARTS
    for verb in ("leaks", "runs", "stands")
    for when in ("today", "again", "since monday")
]


def call(*arguments: object, code: int = 0) -> Result:
    done = CliRunner().invoke(command, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


def read(path: Path, **options: Any) -> list[tuple[str, list[tuple[int, int, str]]]]:
    source = Annotations(Annotations.Config.model_validate({"path": str(path), **options}))
    rows = [record.values for record in source.read(ReadContext())]
    return [(row["text"], [(one["start"], one["end"], one["label"]) for one in row["spans"]]) for row in rows]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with rows that doccano would export."""
    folder = tmp_path_factory.mktemp("notes")
    lines = [json.dumps({"text": text, "label": spans}) for text, spans in ROWS]
    (folder / "notes.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def run(folder: Path) -> Path:
    """A run whose model has learnt which words are parts."""
    pytest.importorskip("metier_token_classification", reason="needs metier-token-classification")
    build_model("bert", folder / "base", texts=[text for text, _ in ROWS])
    (folder / "notes.yaml").write_text(
        "recipe: 1\nmodel: ./base\ndata:\n  train: {use: annotations, path: notes.jsonl}\n  split: {test: 0.25}\n"
        "task: token-classification\noptimizer: {use: adamw, learning_rate: 0.03}\n"
        "training: {max_steps: 40, per_device_train_batch_size: 8, max_length: 16, save_strategy: 'no'}\n",
        encoding="utf-8",
    )
    return metier.run(folder / "notes.yaml", output=folder / "runs").path


def test_convert_through_every_format_and_back(folder: Path, tmp_path: Path) -> None:
    steps = {"conll": "a.conll", "brat": "a", "label-studio": "a.json", "doccano": "b.jsonl", "jsonl": "c.jsonl"}
    given = str(folder / "notes.jsonl")
    for to, name in steps.items():
        done = call("convert", given, tmp_path / name, "--to", to)
        given = str(tmp_path / name / "*.ann") if to == "brat" else str(tmp_path / name)
        if to == "label-studio":
            assert '<Label value="PART"/>' in done.stderr
    assert read(Path(given)) == read(folder / "notes.jsonl")


def test_convert_takes_the_options_of_the_source(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("the DT O I-NP\npump NN B-PART I-NP\n", encoding="utf-8")
    call("convert", tmp_path / "a.txt", tmp_path / "b.conll", "--to", "conll", "-o", "column=2", "--scheme", "bioes")
    assert (tmp_path / "b.conll").read_text("utf-8") == "the\tO\npump\tS-PART\n\n"
    wrong = call("convert", tmp_path / "a.txt", tmp_path / "c.conll", "--to", "conll", "-o", "kolumn=2", code=2)
    assert "kolumn" in wrong.stderr
    assert not (tmp_path / "c.conll").exists()


def test_convert_holds_every_span_to_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text('{"text": "ok"}\n{"text": "pump", "label": [[0, 5, "PART"]]}', encoding="utf-8")
    with pytest.raises(DataError, match="a span from 0 to 5 in a text of 4 characters") as error:
        CliRunner().invoke(
            command,
            ["convert", str(tmp_path / "a.jsonl"), str(tmp_path / "b.json"), "--to", "label-studio"],
            catch_exceptions=False,
        )
    assert error.value.problems[0].where == "a.jsonl:2"
    assert [path.name for path in tmp_path.iterdir()] == ["a.jsonl"]


def test_what_a_model_proposes_is_corrected_and_learnt_from(run: Path, tmp_path: Path) -> None:
    texts = ["the valve leaks again", "the gear stands today", "today the seal runs"]
    (tmp_path / "new.txt").write_text("\n".join(texts), encoding="utf-8")
    done = call("propose", run, tmp_path / "new.txt", tmp_path / "new.json", "--to", "label-studio")
    assert '<Label value="PART"/>' in done.stderr
    tasks = json.loads((tmp_path / "new.json").read_text("utf-8"))
    assert [task["data"]["text"] for task in tasks] == texts
    assert tasks[0]["predictions"][0]["model_version"] == run.name
    with pytest.raises(DataError, match="none of its 3 tasks has an answer"):
        read(tmp_path / "new.json")
    proposed = read(tmp_path / "new.json", proposals=True)
    assert proposed[:2] == [(texts[0], [(4, 9, "PART")]), (texts[1], [(4, 8, "PART")])]
    assert 0 < tasks[0]["predictions"][0]["result"][0]["score"] <= 1
    # A person accepts the first as it is, corrects the last, and leaves the second for tomorrow.
    tasks[0]["annotations"] = [{"result": tasks[0]["predictions"][0]["result"]}]
    value = {"start": 10, "end": 14, "text": "seal", "labels": ["PART"]}
    tasks[2]["annotations"] = [{"result": [{"type": "labels", "value": value}]}]
    (tmp_path / "export.json").write_text(json.dumps(tasks), encoding="utf-8")
    assert read(tmp_path / "export.json") == [(texts[0], [(4, 9, "PART")]), (texts[2], [(10, 14, "PART")])]


@pytest.mark.parametrize(("to", "name"), [("conll", "a.conll"), ("doccano", "a.jsonl"), ("jsonl", "b.jsonl")])
def test_proposals_in_other_formats_go_to_standard_output_too(run: Path, tmp_path: Path, to: str, name: str) -> None:
    (tmp_path / "new.txt").write_text("the valve leaks again\n", encoding="utf-8")
    done = call("propose", run, tmp_path / "new.txt", "--to", to)
    (tmp_path / name).write_text(done.stdout, encoding="utf-8")
    assert read(tmp_path / name) == [("the valve leaks again", [(4, 9, "PART")])]
    assert "name OUT" in call("propose", run, tmp_path / "new.txt", "--to", "brat", code=2).stderr
