"""What a bare string means for a data source, and for a model."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.fakes import registry

from metier.errors import MetierError, PluginError
from metier.plan import Plan, make_plan, split_reference
from metier.recipe import load_recipe


def planned(folder: Path, train: str) -> Plan:
    (folder / "r.yaml").write_text(
        f"recipe: 1\nmodel: starter:minilm\ntask: text-classification\ndata: {{train: {train}}}\n", encoding="utf-8"
    )
    return make_plan(load_recipe(folder / "r.yaml", registry=registry()), registry())


@pytest.mark.parametrize(
    ("train", "name", "options"),
    [
        ("sample", "sample", {"part": "train"}),
        ("'sample:test'", "sample", {"part": "test"}),
        ("{use: sample, part: test}", "sample", {"part": "test"}),
        ("{path: 'sample:test'}", "sample", {"part": "test"}),
        ("Sentences_50Agree.txt", "phrasebank", None),
        ("rows.CSV", "csv", None),
        ("./rows.tsv", "csv", None),
        ("'rows*.csv'", "csv", None),
        ("{path: rows.csv, separator: ','}", "csv", None),
    ],
)
def test_a_bare_string_means_a_source(tmp_path: Path, train: str, name: str, options: dict[str, str] | None) -> None:
    for file in ("rows.csv", "rows.CSV", "rows.tsv", "Sentences_50Agree.txt"):
        (tmp_path / file).write_text("text,label\n", encoding="utf-8")
    use = planned(tmp_path, train).sources["train"]
    assert use.name == name
    if options is not None:
        assert use.options == options
    else:
        assert str(use.options["path"]).startswith(str(tmp_path))


def test_the_longest_pattern_wins(tmp_path: Path) -> None:
    (tmp_path / "Sentences_AllAgree.txt").write_text("x", encoding="utf-8")
    assert planned(tmp_path, "Sentences_AllAgree.txt").sources["train"].name == "phrasebank"


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("starter:minilm", ("starter", "minilm")),
        ("hub:owner/name", ("hub", "owner/name")),
        ("owner/name@v1.0", ("hub", "owner/name@v1.0")),
        ("gpt2", ("hub", "gpt2")),
        ("./model", ("local", "{here}/model")),
        ("model/", ("local", "{here}/model")),
        ("there", ("local", "{here}/there")),
        ("local:there", ("local", "{here}/there")),
        ("/else/where", ("local", "/else/where")),
    ],
)
def test_a_model_reference_names_its_source(tmp_path: Path, reference: str, expected: tuple[str, str]) -> None:
    (tmp_path / "there").mkdir()
    source, rest = split_reference(reference, registry(), root=tmp_path)
    assert (source, rest) == (expected[0], expected[1].format(here=tmp_path))


@pytest.mark.parametrize(
    ("reference", "error"), [("startr:minilm", PluginError), ("a b", MetierError), ("", MetierError)]
)
def test_what_is_no_model_reference_is_refused(reference: str, error: type[MetierError]) -> None:
    with pytest.raises(error):
        split_reference(reference, registry())
