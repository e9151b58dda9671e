"""Labels of whole texts are read from the tools' formats, and come back from what is written."""

from __future__ import annotations

import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

import metier
from metier.components import ReadContext
from metier.errors import DataError
from metier.testing.models import build_model
from metier_annotations.annotated import Annotation
from metier_annotations.annotations import Annotations
from metier_annotations.commands import command
from metier_annotations.writing import Row, Target, Writer

TEXT = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=30).filter(
    lambda text: not text.startswith("\ufeff")
)
LABELS = st.sampled_from(["positive", "State/Failed", "部件", "-", "with space"])


def read(path: Path, **options: Any) -> tuple[list[tuple[str, Any]], list[str]]:
    source = Annotations(Annotations.Config.model_validate({"path": str(path), **options}))
    context = ReadContext(offline=True)
    rows = [record.values for record in source.read(context)]
    return [(row["text"], row[options["annotation"]]) for row in rows], context.notes


def write(path: Path, *objects: Any) -> Path:
    path.write_text("\n".join(map(json.dumps, objects)), encoding="utf-8")
    return path


def task(*answers: list[str] | None, **others: Any) -> dict[str, Any]:
    """A task of Label Studio as it exports one; None is an answer that was cancelled."""
    annotations = [
        {"was_cancelled": True, "result": []}
        if chosen is None
        else {"result": [{"type": "choices", "from_name": "s", "to_name": "text", "value": {"choices": chosen}}]}
        for chosen in answers
    ]
    return {"id": 1, "data": {"text": "the pump leaks"}, "annotations": annotations, **others}


def test_one_label_of_a_text_in_each_format(tmp_path: Path) -> None:
    text = "the pump leaks"
    file = write(
        tmp_path / "a.jsonl",
        {"id": 1, "text": text, "label": ["failure"]},
        {"id": 2, "data": text, "label": ["failure"]},
        {"text": text, "label": "failure", "score": 0.5},
        task(None, ["failure"]),
        {"id": 4, "text": text, "choice": "failure", "annotator": 1, "lead_time": 2.5},
    )
    rows, notes = read(file, annotation="label")
    assert rows == [(text, "failure")] * 5
    assert not any("left out" in note for note in notes)


def test_several_labels_of_a_text_and_none(tmp_path: Path) -> None:
    file = write(
        tmp_path / "a.jsonl",
        {"text": "a", "label": ["x", "y"]},
        {"text": "b", "label": []},
        {"text": "c", "labels": {"choices": ["x", "z"]}},
        task(["x", "y"]),
        {"text": "nobody"},
    )
    rows, notes = read(file, annotation="labels")
    assert [labels for _, labels in rows] == [["x", "y"], [], ["x", "z"], ["x", "y"]]
    assert "1 objects without a label were left out" in notes


def test_texts_without_a_label_are_left_out_and_counted(tmp_path: Path) -> None:
    proposal = {"model_version": "m", "score": 0.7, "result": task(["service"])["annotations"][0]["result"]}
    file = tmp_path / "a.json"
    tasks = [task(["failure"]), task(predictions=[proposal]), task(None), {"data": {"text": "x"}, "annotations": []}]
    tasks.append({"data": {"text": "y"}, "annotations": [{"result": []}]})
    file.write_text(json.dumps(tasks), encoding="utf-8")
    rows, notes = read(file, annotation="label")
    assert [label for _, label in rows] == ["failure"]
    assert "3 tasks without an answer were left out" in notes
    assert "1 texts without a label were left out" in notes
    assert [label for _, label in read(file, annotation="label", proposals=True)[0]] == ["failure", "service"]


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"text": "a", "label": ["x", "y"]}, "this text has 2 labels: x, y"),
        ({"text": "a", "label": [[0, 1, "X"]]}, "is no label of a text"),
        ({"text": "a", "label": 3}, "3 is no label of a text"),
        ({"label": "x"}, "this object has no text"),
    ],
)
def test_what_is_no_label_is_said_with_its_place(tmp_path: Path, value: Any, message: str) -> None:
    with pytest.raises(DataError, match=message) as error:
        read(write(tmp_path / "a.jsonl", {"text": "ok", "label": "x"}, value), annotation="label")
    (problem,) = error.value.problems
    assert problem.where == "a.jsonl:2"
    assert problem.hint


def test_columns_and_standoff_hold_no_labels(tmp_path: Path) -> None:
    (tmp_path / "a.conll").write_text("a O\n", encoding="utf-8")
    (tmp_path / "a.ann").write_text("T1\tX 0 1\ta\n", encoding="utf-8")
    (tmp_path / "a.txt").write_text("a", encoding="utf-8")
    for name in ("a.conll", "a.ann"):
        with pytest.raises(DataError, match="read from JSON alone"):
            read(tmp_path / name, annotation="label")
    with pytest.raises(ValidationError, match="holds spans, and no labels"):
        Annotations.Config(path="a", annotation="labels", format="brat")
    for to in ("conll", "brat"):
        with pytest.raises(DataError, match="no labels of whole texts"):
            Writer(to, annotation="label").write([Row("a", "b", (), [{"label": "x"}])], tmp_path / "out")  # type: ignore[arg-type]
        assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("to", ["doccano", "label-studio", "jsonl"])
@given(rows=st.lists(st.tuples(TEXT, LABELS), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_any_label_comes_back(to: Target, rows: list[tuple[str, str]]) -> None:
    assert there_and_back(to, "label", [(text, [label]) for text, label in rows]) == rows


@pytest.mark.parametrize("to", ["doccano", "label-studio", "jsonl"])
@given(rows=st.lists(st.tuples(TEXT, st.lists(LABELS, unique=True)), min_size=1, max_size=4))
@settings(max_examples=40, deadline=None)
def test_any_labels_come_back(to: Target, rows: list[tuple[str, list[str]]]) -> None:
    assert there_and_back(to, "labels", rows) == rows


def there_and_back(to: Target, annotation: Annotation, rows: list[tuple[str, list[str]]]) -> list[tuple[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / ("a.json" if to == "label-studio" else "a.jsonl")
        given = (Row("r", text, (), [{"label": label} for label in labels]) for text, labels in rows)
        Writer(to, annotation=annotation).write(given, target)
        return read(target, annotation=annotation)[0]


def call(*arguments: object, code: int = 0) -> Any:
    done = CliRunner().invoke(command, [str(one) for one in arguments])
    assert done.exit_code == code, done.output
    return done


def test_what_rules_labelled_is_corrected_by_people(tmp_path: Path) -> None:
    rules = [{"id": "n:1", "text": "the pump leaks", "label": "failure", "score": 0.9}]
    rules.append({"id": "n:2", "text": "oil changed", "label": "failure", "score": 0.6})
    file = write(tmp_path / "rules.jsonl", *rules)
    options = ("--to", "label-studio", "-o", "annotation=label")
    done = call("convert", file, tmp_path / "tasks.json", *options, "--proposed-by", "rules")
    assert '<Choices name="label" toName="text" choice="single"><Choice value="failure"/></Choices>' in done.stderr
    tasks = json.loads((tmp_path / "tasks.json").read_text("utf-8"))
    assert tasks[0]["predictions"][0] == {
        "model_version": "rules",
        "score": 0.9,
        "result": [
            {
                "id": "T1",
                "from_name": "label",
                "to_name": "text",
                "type": "choices",
                "value": {"choices": ["failure"]},
                "score": 0.9,
            }
        ],
    }
    with pytest.raises(DataError, match="none of its 2 tasks has an answer"):
        read(tmp_path / "tasks.json", annotation="label")
    tasks[1]["annotations"] = [{"result": [{"type": "choices", "value": {"choices": ["service"]}}]}]
    (tmp_path / "export.json").write_text(json.dumps(tasks), encoding="utf-8")
    assert read(tmp_path / "export.json", annotation="label")[0] == [("oil changed", "service")]
    call("convert", file, tmp_path / "answers.json", *options)
    assert "annotations" in json.loads((tmp_path / "answers.json").read_text("utf-8"))[0], "people's, as it says"
    wrong = call("convert", file, tmp_path / "b.jsonl", "--to", "doccano", "--proposed-by", "rules", code=2)
    assert "only label-studio" in wrong.stderr


@pytest.mark.parametrize(("several", "annotation"), [(False, "label"), (True, "labels")])
def test_a_model_proposes_labels(tmp_path: Path, several: bool, annotation: str) -> None:
    pytest.importorskip("metier_classification", reason="needs metier-classification")
    rows = [
        (f"the {part} {verb}", verb) for part in ("pump", "valve", "seal", "gear") for verb in ("leaks", "runs")
    ] * 4
    texts = [f"{text} {number}" for number, (text, _) in enumerate(rows)]
    build_model("bert", tmp_path / "base", texts=texts)
    write(tmp_path / "a.jsonl", *({"text": text, "label": row[1]} for text, row in zip(texts, rows, strict=True)))
    (tmp_path / "a.yaml").write_text(
        "recipe: 1\nmodel: ./base\ndata:\n  train: a.jsonl\n  split: {test: 0.25}\n"
        f"task: {{use: text-classification, multi_label: {str(several).lower()}}}\n"
        "training: {max_steps: 2, max_length: 8, save_strategy: 'no'}\n",
        encoding="utf-8",
    )
    run = metier.run(tmp_path / "a.yaml", output=tmp_path / "runs").path
    (tmp_path / "new.txt").write_text("the cup leaks\nthe cup runs\n", encoding="utf-8")
    done = call("propose", run, tmp_path / "new.txt", tmp_path / "new.json", "--to", "label-studio")
    assert '<Choice value="leaks"/><Choice value="runs"/>' in done.stderr
    said = metier.load(run).predict(["the cup leaks", "the cup runs"])
    found = read(tmp_path / "new.json", annotation=annotation, proposals=True)[0]
    assert found == [("the cup leaks", said[0][annotation]), ("the cup runs", said[1][annotation])]
