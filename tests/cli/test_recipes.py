"""`metier recipes` shows what each recipe says of itself, and one that cannot be read hides none of the others."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner
from tests.fakes import registry

from metier.cli.recipes import command
from metier.recipe import load_recipe

GOOD = """recipe: 1
description: Good or bad
sample_rows: 90
sample_minutes: 0.7
model: starter:minilm
task: {use: text-classification}
"""


@pytest.fixture(autouse=True)
def shipped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "good.yaml").write_text(GOOD, encoding="utf-8")
    (tmp_path / "bad.yaml").write_text("recipe: 1\ntask: [\n", encoding="utf-8")
    (tmp_path / "like.yaml").write_text("recipe: 1\nextends: finance/good\ndescription: The same\n", encoding="utf-8")
    monkeypatch.setattr("metier.discovery.discover", lambda: registry(tmp_path))


def test_each_recipe_is_a_line() -> None:
    done = CliRunner().invoke(command, [], catch_exceptions=False)
    head, bad, good, like = (line.split(maxsplit=5) for line in done.output.splitlines())
    assert head == ["recipe", "task", "model", "rows", "minutes", "description"]
    assert bad[:5] == ["finance/bad", "-", "-", "-", "-"]
    assert bad[5].startswith("cannot be read: ")
    assert "bad.yaml:" in bad[5]
    assert good == ["finance/good", "text-classification", "starter:minilm", "90", "0.7", "Good or bad"]
    assert like == ["finance/like", "text-classification", "starter:minilm", "-", "-", "The same"]


def test_json_says_more() -> None:
    done = CliRunner().invoke(command, ["--json"], catch_exceptions=False)
    bad, good, _ = json.loads(done.output)
    assert "hint: " in bad["error"]
    assert good["from"] == "metier-finance 0.1.0"


def test_what_a_sample_takes_is_not_true_of_those_that_extend_it(tmp_path: Path) -> None:
    assert "sample_rows" in load_recipe("finance/good", registry=registry(tmp_path)).tree
    assert not {"sample_rows", "sample_minutes"} & set(load_recipe("finance/like", registry=registry(tmp_path)).tree)
