"""From a plan to splits on disk with their report."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from metier.builtin.sources.csv import Csv
from metier.builtin.sources.text import Text
from metier.builtin.transforms.deduplicate import Deduplicate
from metier.builtin.transforms.filter import Filter
from metier.builtin.transforms.normalize import Normalize
from metier.components import Component, TaskHead, Transform, TransformContext
from metier.data import store
from metier.data.inspect import render
from metier.data.prepare import Prepared, prepare
from metier.errors import DataError
from metier.plan import Plan, SplitOptions
from metier.registry import Entry, Provider, Registry
from metier.settings import TrainingSettings
from metier.values import Column, Use


class Labels(TaskHead):
    """Counts labels."""

    name = "labels"
    columns = (Column("text", aliases=("sentence",)), Column("label", kind="label"))

    def learn(self, train: Any) -> Mapping[str, Any]:
        return {"labels": sorted(set(train["label"]))}

    def check(self, split: str, rows: Any, state: Mapping[str, Any]) -> None:
        unseen = set(rows["label"]) - set(state["labels"])
        if unseen:
            raise DataError(f"{split} has the label '{min(unseen)}' that training never saw")

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Any]:
        return {"labels": dict(sorted(Counter(rows["label"]).items()))}


class Relabel(Transform):
    """Works on labels."""

    name = "relabel"
    needs_labels = True

    def apply(self, rows: Any, context: TransformContext) -> Any:
        assert context.label_column == "label"
        return rows


class Forgetful(Transform):
    """Takes a column away, against its contract."""

    name = "forgetful"

    def apply(self, rows: Any, context: TransformContext) -> Any:
        return rows.remove_columns("text")


COMPONENTS: tuple[type[Component], ...] = (Csv, Text, Normalize, Filter, Deduplicate, Labels, Relabel, Forgetful)
PROVIDER = Provider("test", "test", "0")
REGISTRY = Registry(tuple(Entry(one.kind, one.name, one, PROVIDER) for one in COMPONENTS))


def sentences(count: int, start: int = 0) -> list[list[str]]:
    return [
        [f"sentence number {row} of the report says {row * row}", "abc"[row % 3]] for row in range(start, start + count)
    ]


@pytest.fixture
def tokenizer(tmp_path: Path) -> Path:
    made = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.enable_truncation(2)  # as some tokenizer.json do; lengths must not follow it
    made.save(str(tmp_path / "tokenizer.json"))
    return tmp_path / "tokenizer.json"


class Bench:
    """Writes sources into a folder and prepares plans of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, name: str, rows: Sequence[Sequence[str]], header: str = "text,label") -> Use:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("\n".join([header, *(",".join(row) for row in rows)]) + "\n", encoding="utf-8")
        return Use("data source", "csv", {"path": str(path)})

    def corpus(self, *paragraphs: str) -> Use:
        path = self.folder / "corpus.txt"
        path.write_text("\n\n".join(paragraphs), encoding="utf-8")
        return Use("data source", "text", {"path": str(path)})

    def prepare(self, sources: Mapping[str, Use], *, tokenizer: Path | None = None, **changes: Any) -> Prepared:
        plan = make_plan(sources, **changes)
        return prepare(plan, REGISTRY, self.folder / "out", offline=True, tokenizer_path=tokenizer)


def make_plan(sources: Mapping[str, Use], **changes: Any) -> Plan:
    options: dict[str, Any] = {
        "metier": "0",
        "name": "test",
        "model": "local:none",
        "sources": dict(sources),
        "mappings": {split: {} for split in sources},
        "split": SplitOptions(validation=0.1, test=0.2, by="stratified"),
        "on_leak": "drop",
        "task": Use("task head", "labels", path="task"),
        "optimizer": Use("optimizer", "adamw"),
        "training": TrainingSettings(),
        "seed": 13,
        "seeds": 1,
        "ablate": False,
        "distributions": {},
    }
    return Plan.model_validate({**options, **changes})


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def steps(*names: str) -> tuple[Use, ...]:
    return tuple(Use("transform", name, path=f"data.prepare[{place}]") for place, name in enumerate(names))


def test_one_file_becomes_three_splits(bench: Bench, tokenizer: Path) -> None:
    train = bench.write("train.csv", sentences(300), header="sentence,label")
    made = bench.prepare({"train": train}, tokenizer=tokenizer, prepare=steps("normalize", "deduplicate"))
    assert {split: ref.rows for split, ref in made.datasets.items()} == {"train": 210, "validation": 30, "test": 60}
    ids = [name for ref in made.datasets.values() for name in store.load(ref)["id"]]
    assert sorted(ids) == sorted(f"train.csv:{line}" for line in range(2, 302))
    assert store.load(made.datasets["train"]).column_names == ["id", "text", "label"]
    assert made.state == {"labels": ["a", "b", "c"]}
    told = json.loads(json.dumps(made.report, allow_nan=False))
    assert told["sources"]["train"]["mapping"] == {"text": "sentence", "label": "label"}
    assert told["splits"]["test"]["of"] == {"labels": {"a": 20, "b": 20, "c": 20}}
    assert told["splits"]["train"]["tokens"]["p50"] == 8
    assert sum(told["splits"]["train"]["tokens"]["histogram"]["counts"]) == 210
    assert [step["transform"] for step in told["transforms"]] == ["normalize", "deduplicate"]
    assert not list((bench.folder / "out").glob(".work*"))


def test_preparing_again_or_elsewhere_is_the_same(bench: Bench, tmp_path: Path) -> None:
    other = Bench(tmp_path / "other")
    one = bench.prepare({"train": bench.write("train.csv", sentences(50))}, prepare=steps("normalize"))
    two = other.prepare({"train": other.write("train.csv", sentences(50))}, prepare=steps("normalize"))
    assert [ref.digest for ref in one.datasets.values()] == [ref.digest for ref in two.datasets.values()]
    assert one.report == two.report


def test_given_splits_stay_and_nothing_else_is_carved(bench: Bench) -> None:
    sources = {"train": bench.write("train.csv", sentences(40)), "test": bench.write("test.csv", sentences(9, 100))}
    made = bench.prepare(sources)
    assert {split: ref.rows for split, ref in made.datasets.items()} == {"train": 36, "validation": 4, "test": 9}
    assert made.report["split"]["carved"] == {"validation": 0.1}


def test_groups_do_not_cross(bench: Bench) -> None:
    rows = [[*row, f"g{place % 10}"] for place, row in enumerate(sentences(100))]
    train = bench.write("train.csv", rows, header="text,label,company")
    made = bench.prepare({"train": train}, split=SplitOptions(validation=0.1, test=0.2, by="group", group="company"))
    groups = {split: set(store.load(ref)["company"]) for split, ref in made.datasets.items()}
    assert {split: len(found) for split, found in groups.items()} == {"train": 7, "validation": 1, "test": 2}
    assert len(set.union(*groups.values())) == 10


LONG = "the company said that net sales of the third quarter rose to a record level on strong demand in asia"


def leaky(bench: Bench) -> dict[str, Use]:
    test = [*sentences(6, 100), [LONG, "a"]]
    train = [*sentences(30), [f"  {test[0][0].upper()}", "b"], [f"{LONG} again", "a"]]
    return {"train": bench.write("train.csv", train), "test": bench.write("test.csv", test)}


@pytest.mark.parametrize(("on_leak", "left", "dropped"), [("drop", 30, 2), ("keep", 32, 0)])
def test_leaks_are_found_and_dropped_from_train(bench: Bench, on_leak: str, left: int, dropped: int) -> None:
    made = bench.prepare(leaky(bench), split=SplitOptions(validation=0, test=0), on_leak=on_leak)
    assert {split: ref.rows for split, ref in made.datasets.items()} == {"train": left, "test": 7}
    (pair,) = made.report["leakage"]["pairs"]
    assert (pair["of"], pair["into"], pair["exact"], pair["near"], pair["dropped"]) == ("train", "test", 1, 1, dropped)
    assert [(one["id"], one["other"]) for one in pair["examples"]] == [
        ("train.csv:32", "test.csv:2"),
        ("train.csv:33", "test.csv:8"),
    ]


def test_leaks_may_stop_everything(bench: Bench) -> None:
    with pytest.raises(DataError, match="2 training rows are in the test split too"):
        bench.prepare(leaky(bench), on_leak="error")


def test_leaked_rows_do_not_hide_in_a_carved_validation_split(bench: Bench) -> None:
    sources = {"train": bench.write("train.csv", sentences(60)), "test": bench.write("t.csv", sentences(30))}
    made = bench.prepare(sources, split=SplitOptions(validation=0.3, test=0, by="stratified"))
    seen = {text for split in ("train", "validation") for text in store.load(made.datasets[split])["text"]}
    assert len(seen) == 30
    assert not seen & set(store.load(made.datasets["test"])["text"])


def test_the_same_file_twice_leaves_nothing_to_train_on(bench: Bench) -> None:
    train = bench.write("train.csv", sentences(20))
    with pytest.raises(DataError, match="every row of train is in the test split too"):
        bench.prepare({"train": train, "test": train}, split=SplitOptions(validation=0, test=0))


def test_ids_are_unique_over_all_splits(bench: Bench) -> None:
    sources = {"train": bench.write("a/rows.csv", sentences(9)), "test": bench.write("b/rows.csv", sentences(9, 50))}
    made = bench.prepare(sources, split=SplitOptions(validation=0, test=0))
    assert store.load(made.datasets["train"])["id"][0] == "rows.csv:2"
    assert store.load(made.datasets["test"])["id"][0] == "test/rows.csv:2"


def test_the_corpus_is_cleaned_and_searched_for_test_texts(bench: Bench) -> None:
    test = [*sentences(8, 100), ["net loss", "a"]]
    sources = {
        "train": bench.write("train.csv", sentences(30)),
        "test": bench.write("test.csv", test),
        "corpus": bench.corpus(f"Before it. {test[0][0]} And after.", "Net  Loss", "Net  Loss", "Something else"),
    }
    made = bench.prepare(sources, prepare=steps("normalize", "deduplicate", "relabel"))
    assert list(store.load(made.datasets["corpus"])["text"])[1:] == ["Net Loss", "Something else"]
    told = made.report["leakage"]["corpus"]
    assert [(one["split"], one["rows"], one["of"]) for one in told] == [("validation", 0, 3), ("test", 2, 9)]
    assert {one["id"] for one in told[1]["examples"]} == {"test.csv:2", "test.csv:10"}
    assert ("relabel", "corpus") not in {(step["transform"], step["split"]) for step in made.report["transforms"]}


def test_the_tokens_of_a_large_corpus_are_those_of_a_sample(
    bench: Bench, tokenizer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("metier.data.audit.COUNTED", 5)
    lengths = range(1, 12)
    sources = {
        "train": bench.write("train.csv", sentences(30)),
        "corpus": bench.corpus(*(" ".join(["word"] * length) for length in lengths)),
    }
    made = bench.prepare(sources, tokenizer=tokenizer)
    counted = [lengths[row * 11 // 5] for row in range(5)]
    told = made.report["splits"]["corpus"]["tokens"]
    assert (told["sample"], told["max"]) == (5, max(counted))
    assert told["total"] == round(sum(counted) / 5 * 11)
    assert "sample" not in made.report["splits"]["train"]["tokens"]
    assert "tokens of 5 texts: median" in render(made.report)


def test_rows_that_are_too_long_are_counted_or_stop_everything(bench: Bench, tokenizer: Path) -> None:
    rows = [*sentences(30), [" ".join(["word"] * 20), "a"]]
    sources = {"train": bench.write("train.csv", rows), "test": bench.write("test.csv", sentences(3, 99))}
    split = SplitOptions(validation=0, test=0)
    made = bench.prepare(sources, tokenizer=tokenizer, split=split, training=TrainingSettings(max_length=16))
    assert made.report["splits"]["train"]["truncated"]["rows"] == 1
    strict = TrainingSettings(max_length=16, overflow="error")
    with pytest.raises(DataError, match=r"1 rows of train are longer than max_length 16; train.csv:32 has 20 tokens"):
        bench.prepare(sources, tokenizer=tokenizer, split=split, training=strict)
    with pytest.raises(DataError, match=r"the model has no tokenizer.json"):
        bench.prepare(sources, split=split, training=strict)


def test_a_transform_that_leaves_nothing_or_loses_a_column_is_told(bench: Bench) -> None:
    sources = {"train": bench.write("train.csv", sentences(30))}
    none_left = Use("transform", "filter", {"min_words": 100}, path="data.prepare[0]")
    with pytest.raises(DataError, match="'filter' leaves no row of train, of 30") as raised:
        bench.prepare(sources, prepare=(none_left,))
    assert raised.value.problems[0].where == "data.prepare[0]"
    with pytest.raises(DataError, match="'forgetful' takes the column 'text' away"):
        bench.prepare(sources, prepare=steps("forgetful"))


def test_a_label_that_training_never_saw_is_told(bench: Bench) -> None:
    sources = {"train": bench.write("a.csv", sentences(30)), "test": bench.write("b.csv", [["a new text", "d"]])}
    with pytest.raises(DataError, match="test has the label 'd' that training never saw"):
        bench.prepare(sources)


def test_nothing_is_left_behind_by_a_failure(bench: Bench) -> None:
    with pytest.raises(DataError):
        bench.prepare({"train": bench.write("a.csv", [["only", "one"]])})
    assert list((bench.folder / "out").iterdir()) == []


def test_the_report_renders_as_plain_text(bench: Bench, tokenizer: Path) -> None:
    sources = {**leaky(bench), "corpus": bench.corpus("One  paragraph.", "Another.")}
    settings = TrainingSettings(max_length=8)
    made = bench.prepare(sources, tokenizer=tokenizer, prepare=steps("normalize", "deduplicate"), training=settings)
    text = render(made.report)
    for part in (
        "train: 32 rows by csv; columns text, label",
        "train.csv: read as UTF-8, detected",
        "1 changed: whitespace tidied",
        "Splits, validation put aside by stratified",
        "labels: a 3, b 2, c 2",
        "cut at 8 tokens:",
        "train rows in test: 1 exact, 1 near; 2 left out of train",
        "test texts in the corpus: 0 of 7",
    ):
        assert part in text, f"{part!r} is not in:\n{text}"
    assert max(map(len, text.splitlines())) <= 120
