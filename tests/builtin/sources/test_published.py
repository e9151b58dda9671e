"""Readers of published files read a copy on the Hub where no path is given, and nothing before they are read."""

from __future__ import annotations

import csv
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from datasets import ClassLabel, Dataset, Features, Value
from pydantic import ValidationError

from metier.builtin.sources.published import HubCopy, Published, PublishedConfig, PublishedPath
from metier.components import ReadContext
from metier.errors import DataError
from metier.plan.paths import is_path
from metier.values import Record


class Reviews(Published):
    """Reviews, in a table of two columns."""

    name: ClassVar[str] = "reviews"
    copy: ClassVar[HubCopy] = HubCopy("somebody/reviews", subset="short")

    class Config(PublishedConfig):
        """Options of `reviews`."""

        path: PublishedPath = None
        """`reviews.csv`."""

    def read_files(self, path: str, context: ReadContext) -> Iterator[Record]:
        with Path(path).open(encoding="utf-8", newline="") as file:
            for number, row in enumerate(csv.DictReader(file), start=1):
                yield Record(f"reviews.csv:{number}", row)

    def from_copy(self, record: Record) -> dict[str, Any]:
        return {"text": record.values["sentence"].strip(), "label": record.values["mark"]}


CARD = """---
configs:
- config_name: short
  data_files:
  - {split: train, path: short/train.parquet}
  - {split: test, path: short/test.parquet}
- config_name: long
  data_files: long/train.parquet
---
"""


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "copy"
    features = Features({"sentence": Value("string"), "mark": ClassLabel(names=["bad", "good"])})
    for name, texts in {"short/train": [" a", "b"], "short/test": ["c"], "long/train": ["long"]}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        rows = Dataset.from_dict({"sentence": texts, "mark": [1] * len(texts)}, features=features)
        rows.to_parquet(folder / f"{name}.parquet")
    (folder / "README.md").write_text(CARD, encoding="utf-8")
    monkeypatch.setattr("datasets.config.HF_DATASETS_CACHE", tmp_path / "cache")
    monkeypatch.setattr(Reviews, "copy", HubCopy(str(folder), subset="short"))
    return folder


def read(context: ReadContext | None = None, **options: Any) -> list[dict[str, Any]]:
    made = Reviews(Reviews.Config.model_validate(options))
    assert list(made.inspect()) == []
    return [record.values for record in made.read(context or ReadContext(offline=True))]


@pytest.mark.usefixtures("copy")
def test_the_copy_gives_what_the_file_gives(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\na,good\nb,good\n", encoding="utf-8")
    assert read() == read(path=str(path)) == [{"text": "a", "label": "good"}, {"text": "b", "label": "good"}]


@pytest.mark.usefixtures("copy")
@pytest.mark.parametrize(("split", "texts"), [("test", ["c"]), ("train[:1]", ["a"])])
def test_another_split_can_be_read(split: str, texts: list[str]) -> None:
    assert [row["text"] for row in read(split=split)] == texts


@pytest.mark.usefixtures("copy")
def test_a_digest_is_of_files_alone(tmp_path: Path) -> None:
    path = tmp_path / "reviews.csv"
    path.write_text("text,label\na,good\n", encoding="utf-8")
    assert Reviews(Reviews.Config(path=str(path))).digest()
    assert Reviews(Reviews.Config()).digest() is None


@pytest.mark.parametrize("option", ["split", "revision"])
def test_a_path_goes_with_no_option_of_the_copy(option: str) -> None:
    with pytest.raises(ValidationError, match="is for the copy on the Hub, and `path` names files") as raised:
        Reviews.Config.model_validate({"path": "reviews.csv", option: "test"})
    assert raised.value.errors()[0]["loc"] == (option,)


def test_a_path_is_a_path_of_the_recipe() -> None:
    assert is_path(Reviews.Config.model_fields["path"])
    (problem,) = Reviews(Reviews.Config(path="no-reviews.csv")).inspect()
    assert problem.hint


def test_nothing_is_asked_for_while_planning(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*arguments: Any, **named: Any) -> Any:
        raise AssertionError("the network was asked for")

    monkeypatch.setattr(socket, "socket", refuse)
    monkeypatch.setattr("datasets.load_dataset", refuse)
    made = Reviews(Reviews.Config())
    assert (list(made.inspect()), made.columns(), made.digest()) == ([], None, None)


@pytest.mark.parametrize(("offline", "way"), [(True, "fetch it once without --offline"), (False, "check the connec")])
def test_a_copy_that_cannot_be_had_is_an_error_that_says_what_to_give(offline: bool, way: str) -> None:
    with pytest.raises(DataError, match="hub data set 'somebody/reviews'") as raised:
        read(ReadContext(offline=offline))
    (problem,) = raised.value.problems
    assert problem.hint.startswith(way)
    assert problem.hint.endswith("or give the files as `path`: `reviews.csv`.")


def test_rows_of_another_form_are_an_error_with_their_place(copy: Path) -> None:
    for split in ("train", "test"):
        Dataset.from_dict({"text": ["a"], "mark": ["good"]}).to_parquet(copy / "short" / f"{split}.parquet")
    with pytest.raises(DataError, match=r"copy/train:1: not a row of this data set: KeyError\('sentence'\)") as raised:
        read()
    assert "revision" in raised.value.problems[0].hint


@pytest.mark.parametrize(("given", "asked"), [(None, "refs/convert/parquet"), ("abc", "abc")])
def test_a_branch_is_read_unless_a_revision_is_given(
    given: str | None, asked: str, monkeypatch: pytest.MonkeyPatch, copy: Path
) -> None:
    seen: list[Any] = []
    rows = Dataset.from_dict({"sentence": ["a"], "mark": ["good"]})
    monkeypatch.setattr("datasets.load_dataset", lambda *names, **options: seen.append((names, options)) or rows)
    monkeypatch.setattr(Reviews, "copy", HubCopy(str(copy), split="all", revision="refs/convert/parquet"))
    context = ReadContext()
    assert read(context, revision=given) == [{"text": "a", "label": "good"}]
    ((_, options),) = seen
    assert (options["split"], options["revision"]) == ("all", asked)
    assert any("pin one with `revision:`" in note for note in context.notes) == (given is None)
