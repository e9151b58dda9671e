"""What tasks and the recipe that goes on prepare together is what one machine prepares of the same recipe."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from metier.columns import CORPUS
from metier.components import DataSource
from metier.data import steps
from metier.data.intake import Intake, take_in
from metier.data.sources import read_sources
from metier.discovery import discover
from metier.plan import make_plan
from metier.recipe import load_recipe
from metier.values import Column, Use
from metier_datatrove import layout
from metier_datatrove.job import Job, job_of
from metier_datatrove.running import pipeline_of

TOPICS = (
    "the pump leaks at the shaft",
    "a belt runs to the left",
    "泵的机械密封需要更换，备件已经订购",
    "profit rose in March",
)
STEPS: list[Any] = [
    "normalize",
    {"use": "filter", "min_words": 5},
    {"use": "chunk", "size": 20, "overlap": 4},
    "deduplicate",
    {"use": "filter", "max_characters": 120},
]
DONE = ["normalize", "filter", "chunk"]


def paragraphs(file: int) -> list[str]:
    """Return texts of a file: long and short ones, stray space, copies of other files' texts, near-copies."""
    made = [
        f"Note {file}.{number}:  {topic} {'again and again ' * (number * 3)}" for number, topic in enumerate(TOPICS)
    ]
    return [*made, "ok", "The  same text stands in every file of the corpus.", f"{TOPICS[2]}，一共 {file} 件。"]


def write_texts(folder: Path) -> dict[str, Any]:
    for number in range(5):
        path = folder / "in" / f"part-{number % 2}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes("\n\n".join(paragraphs(number)).encode("gb18030" if number == 3 else "utf-8"))
    return {"use": "text", "path": "in/**/*.txt"}


def write_jsonl(folder: Path) -> dict[str, Any]:
    """Records whose text has another name, an id of their own, values that are nobody's, and some without text."""
    for number in range(4):
        rows = [
            {"body": text, "id": f"mine-{place}", "title": "T", "tags": ["a", None], "score": place / 3}
            for place, text in enumerate(paragraphs(number))
        ]
        rows.insert(2, {"body": None, "id": "x", "title": "T", "tags": [], "score": 0.0})
        lines = [json.dumps(row, ensure_ascii=number % 2 == 0) for row in rows]
        (folder / f"{number}.jsonl").write_text("\n".join(lines), encoding="utf-8")
    return {"use": "jsonl", "path": "*.jsonl", "columns": {"text": "body"}}


def write_documents(folder: Path) -> dict[str, Any]:
    pytest.importorskip("metier_documents", reason="needs metier-documents")
    for number in range(4):
        sections = "".join(f"<h2>Part {place}</h2><p>{text}</p>" for place, text in enumerate(paragraphs(number)))
        (folder / f"{number}.html").write_text(f"<body><h1>Doc {number}</h1>{sections}</body>", encoding="utf-8")
    (folder / "broken.docx").write_bytes(b"PK\x03\x04 no document")
    return {"use": "documents", "path": "[0-9b]*.*", "on_error": "skip"}


def write_pages(folder: Path) -> dict[str, Any]:
    pytest.importorskip("metier_web_archive", reason="needs metier-web-archive")
    for number in range(3):
        body = "".join(
            f"<p>{text} It was seen and mended by the people of the shift.</p>" for text in paragraphs(number)
        )
        page = f"<html><head><title>Page {number}</title></head><body><article>{body}</article></body></html>"
        (folder / f"{number}.html").write_text(page, encoding="utf-8")
    return {"use": "web-archive", "path": "*.html"}


SOURCES = (write_texts, write_jsonl, write_documents, write_pages)


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: one.__name__.removeprefix("write_"))
def test_same_texts_order_and_counts(
    source: Callable[[Path], dict[str, Any]],
    tmp_path: Path,
    write: Callable[..., Path],
    plain: Callable[..., Any],
    pipeline: Callable[..., Any],
) -> None:
    recipe = write({"corpus": source(tmp_path), "prepare": STEPS})
    whole = plain(recipe)
    done = pipeline(recipe, "--tasks", 3)
    after = plain(done.folder / "recipe.yaml")
    assert len(whole.texts()) > 4
    assert after.texts() == whole.texts()
    assert done.recipe["data"]["prepare"] == STEPS[3:]

    first, second = whole.report["sources"]["corpus"], done.report["sources"]["corpus"]
    for key in ("source", "rows", "columns", "mapping", "dropped"):
        assert second[key] == first[key], key
    assert sum(bool(note) for note in second["notes"]) >= len(first["notes"])
    transforms = whole.report["transforms"]
    assert [step["transform"] for step in transforms[:3]] == DONE
    assert done.report["transforms"] == transforms[:3]  # counts, and the same examples
    assert done.report["written"] == {
        "files": 3,
        "rows": transforms[2]["rows_out"],
        "characters": sum(len(json.loads(line)[second["mapping"]["text"]]) for line in lines(done.folder)),
    }
    assert [counts(step) for step in after.report["transforms"]] == [counts(step) for step in transforms[3:]]


def lines(folder: Path) -> list[str]:
    """Return the lines that all tasks wrote, in the order in which they are read."""
    files = sorted((folder / "corpus").glob("*.jsonl.gz"))
    return [line for file in files for line in gzip.decompress(file.read_bytes()).decode().splitlines()]


def counts(step: Any) -> Any:
    """Return what a step did without its examples, whose ids are those of the files that it read."""
    books = {book: {name: one["count"] for name, one in step[book].items()} for book in ("changed", "dropped")}
    return {**step, **books}


def test_stats_of_all_tasks_are_merged_by_datatrove(
    tmp_path: Path, write: Callable[..., Path], plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    recipe = write({"corpus": write_texts(tmp_path), "prepare": STEPS[:2]})
    step = plain(recipe).report["transforms"][1]
    stats = json.loads((pipeline(recipe, "--tasks", 3).folder / "logs" / "stats.json").read_text("utf-8"))
    assert [one["name"] for one in stats] == [
        "metier source: text",
        "metier transform: normalize",
        "metier transform: filter",
        "writer: metier corpus",
    ]
    found = stats[2]["stats"]
    assert found["rows in"]["total"] == step["rows_in"] == 35
    assert found["rows out"]["total"] == step["rows_out"]
    (reason,) = step["dropped"]
    assert found[f"dropped: {reason}"]["total"] == step["dropped"][reason]["count"]


def test_ids_are_those_of_one_machine_and_other_columns_stay(
    tmp_path: Path, write: Callable[..., Path], plain: Callable[..., Any], pipeline: Callable[..., Any]
) -> None:
    recipe = write({"corpus": write_texts(tmp_path), "prepare": STEPS[:3]})
    ids = [row["id"] for row in plain(recipe).rows["corpus"]]
    rows = [json.loads(line) for line in lines(pipeline(recipe, "--tasks", 2).folder)]
    assert [row["metier_id"] for row in rows] == ids
    assert any(row.endswith("#2") for row in ids)
    assert {row["file"] for row in rows} == {f"part-{number % 2}/{number}.txt" for number in range(5)}


def test_what_json_has_no_word_for_is_written_as_text(
    tmp_path: Path, write: Callable[..., Path], pipeline: Callable[..., Any]
) -> None:
    import datetime

    import pyarrow as pa
    import pyarrow.parquet as pq

    row = {"text": "A note.", "day": datetime.date(2026, 3, 1), "raw": b"\x00\xff", "text_id": 7}
    pq.write_table(pa.Table.from_pylist([row]), tmp_path / "a.parquet")
    done = pipeline(write({"corpus": "a.parquet", "prepare": ["normalize"]}))
    (line,) = lines(done.folder)
    assert json.loads(line) == {
        "metier_id": "a.parquet:1",
        "text": "A note.",
        "day": "2026-03-01",
        "raw": "AP8=",
        "text_id": 7,
    }


def test_the_number_of_tasks_changes_nothing_and_bytes_are_the_same_again(
    tmp_path: Path, write: Callable[..., Path], pipeline: Callable[..., Any]
) -> None:
    recipe = write({"corpus": write_texts(tmp_path), "prepare": STEPS})
    one, four = pipeline(recipe, "--tasks", 1, name="one"), pipeline(recipe, "--tasks", 4, name="four")
    again = pipeline(recipe, "--tasks", 4, name="again")
    assert lines(one.folder) == lines(four.folder)
    assert {**one.report, "written": 0} == {**four.report, "written": 0}
    for file in (four.folder / "corpus").iterdir():
        assert file.read_bytes() == (again.folder / "corpus" / file.name).read_bytes()


def test_columns_that_a_task_reads_of_its_corpus(
    tmp_path: Path, write: Callable[..., Path], pipeline: Callable[..., Any]
) -> None:
    """A head that answers from documents reads more of them than the text; its columns keep their names and types."""
    columns = (*CORPUS, Column("answer"), Column("pair", "label", required=False), Column("tags", "any"))
    rows: list[dict[str, Any]] = [
        {"question": "Why does  it leak?", "answer": 3, "pair": " a ", "tags": [1, 2], "other": None},
        {"question": " ", "answer": " ", "pair": None, "tags": [], "other": "no text at all"},
        {"question": "为什么漏水？", "answer": "密封坏了", "pair": None, "tags": [3], "other": 1.5},
    ]
    (tmp_path / "a.jsonl").write_text("\n".join(map(json.dumps, rows)), encoding="utf-8")
    mapping = {"text": "question"}
    recipe = write({"corpus": {"use": "jsonl", "path": "a.jsonl", "columns": mapping}, "prepare": ["normalize"]})
    plan = make_plan(load_recipe(recipe, registry=discover()), discover(), adapts_only=True)

    def taken(path: str, mapping: dict[str, str]) -> Intake:
        source = discover().create(DataSource, Use("data source", "jsonl", {"path": path}))
        file = tmp_path / "taken.arrow"
        return take_in(source, file, columns=columns, mapping=mapping, where="data.corpus", offline=True)

    before = taken(str(tmp_path / "a.jsonl"), mapping)
    made, _ = steps.apply(plan, discover(), {"corpus": before.rows}, text_columns=(), label_column=None)
    expected = made["corpus"].to_list()
    job, files = job_of(plan, discover(), tmp_path / "out", offline=True, refuse=False)
    job = replace(job, columns=columns, chosen=before.mapping)
    assert do(job, layout.begin(job, files, 1)) == 2
    after = taken(str(layout.corpus_file(job.folder, 0)), dict(before.mapping)).rows
    assert [{**row, "id": ""} for row in after.to_list()] == [{**row, "id": ""} for row in expected]
    assert after.features == made["corpus"].features
    assert [json.loads(line)["other"] for line in lines(job.folder)] == [None, 1.5]


def do(job: Job, tasks: int) -> int:
    """Do the tasks in this process without an executor; return how many documents were written."""
    written = 0
    for rank in range(tasks):
        documents = None
        for step in pipeline_of(job):
            documents = step(documents, rank, tasks)
        assert documents is not None
        written += sum(1 for _ in documents)
    return written


text = st.text(st.sampled_from("ab 泵。\n\r\t\x00\x85\u2028é&;“"), max_size=30)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(files=st.lists(st.lists(text, max_size=5), min_size=1, max_size=5), tasks=st.integers(1, 5))
def test_any_texts(
    files: list[list[str]],
    tasks: int,
    base: Path,
    write: Callable[..., Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    folder = tmp_path_factory.mktemp("any")
    for number, texts in enumerate([*files, ["a text that stays whatever comes"]]):
        rows = "".join(f"{json.dumps({'text': one})}\n" for one in texts)
        (folder / f"{number}.jsonl").write_text(rows or "\n", encoding="utf-8")
    recipe = write(
        {"corpus": str(folder / "*.jsonl"), "prepare": ["normalize", {"use": "filter", "min_characters": 3}]}
    )
    plan = make_plan(load_recipe(recipe, registry=discover()), discover(), adapts_only=True)
    taken = read_sources(plan, discover(), None, folder, offline=True)["corpus"].rows
    made, _ = steps.apply(plan, discover(), {"corpus": taken}, text_columns=(), label_column=None)

    job, found = job_of(plan, discover(), folder / "out", offline=True, refuse=False)
    assert do(job, layout.begin(job, found, tasks)) == len(made["corpus"])
    rows = [json.loads(line) for line in lines(job.folder)]
    expected = zip(made["corpus"]["id"], made["corpus"]["text"], strict=True)
    assert [(row["metier_id"], row["text"]) for row in rows] == list(expected)
