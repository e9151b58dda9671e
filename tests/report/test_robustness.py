"""The table of robustness: every arm on the changed test rows, from the figures of the splits named `test-…`."""

from __future__ import annotations

import copy
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from metier.evaluation.seeds import summary
from metier.files import read_json, write_json
from metier.report import figures, robustness, wording, write_card, write_report
from metier.report.facts import Facts, read_facts

DROPS = {"test-typos": 0.125, "test-casing": -0.0625}


def with_changed_rows(run: Path) -> Facts:
    """Give every training figures on two changes of its test rows, each lower by its drop."""
    path = run / "evaluation" / "metrics.json"
    metrics = read_json(path)
    for arm in metrics["arms"]:
        for number, one in enumerate(arm["runs"]):
            for split, drop in DROPS.items():
                one["splits"][split] = lowered(one["splits"]["test"], drop + number / 1000)
        every = [one["splits"] for one in arm["runs"]]
        arm["summary"] = {split: summary([splits[split]["metrics"] for splits in every]) for split in every[0]}
    write_json(path, metrics)
    return read_facts(run)


def lowered(figures: dict[str, Any], drop: float) -> dict[str, Any]:
    made = copy.deepcopy(figures)
    made["metrics"] = {name: value - drop for name, value in figures["metrics"].items()}
    made["intervals"] = {name: [low - drop, high - drop] for name, (low, high) in figures["intervals"].items()}
    return made


def test_every_arm_by_every_change(run: Path) -> None:
    facts = with_changed_rows(run)
    table = robustness.robustness(facts)
    assert table is not None
    assert table.columns == ["test accuracy", "typos", "drop", "casing", "drop"]
    assert [name for name, _ in table.rows] == ["adapted (3 seeds)", "plain (3 seeds)", "rows that are changed"]
    for (_, cells), arm in zip(table.rows[:2], facts.metrics["arms"], strict=True):
        clean, typos, drop, _, gain = cells
        mean = arm["summary"]["test"]["accuracy"]["mean"]
        assert clean.text == wording.number(mean)
        assert typos.text == wording.number(mean - 0.126)
        assert typos.spread.startswith("± ")
        assert (drop.text, gain.text) == ("0.126", "\u22120.061")


def test_one_seed_has_the_interval_over_rows(build: Any, tmp_path: Path) -> None:
    facts = with_changed_rows(build(tmp_path, rows=60, seeds=(13,), ablate=False))
    table = robustness.robustness(facts)
    assert table is not None
    (_, cells), _ = table.rows
    low, high = facts.judged["intervals"]["accuracy"]
    assert cells[1].spread == wording.interval([low - 0.125, high - 0.125])
    assert cells[2].text == "0.125"


def test_changed_rows_are_counted_by_their_texts(run: Path) -> None:
    facts = with_changed_rows(run)
    kept = facts.kept["splits"]
    table = pq.read_table(run / kept["test"]["predictions"])
    texts = [f"{text}!" if i % 3 == 0 else text for i, text in enumerate(table["text"].to_pylist())]
    changed = table.set_column(table.schema.get_field_index("text"), "text", [texts])
    kept["test-typos"]["predictions"] = "evaluation/predictions/typos.parquet"
    pq.write_table(changed, run / kept["test-typos"]["predictions"])
    found = robustness.robustness(facts)
    assert found is not None
    assert [cell.text for cell in found.rows[-1][1]] == ["", "50", "", "0", ""]
    (run / kept["test"]["predictions"]).unlink()
    without = robustness.robustness(facts)
    assert without is not None
    assert [name for name, _ in without.rows] == ["adapted (3 seeds)", "plain (3 seeds)"]


def test_the_page_shows_it_and_the_other_tables_stay(run: Path) -> None:
    before = figures.every_seed(read_facts(run))
    facts = with_changed_rows(run)
    assert figures.every_seed(facts) == before
    text = write_report(run).read_text(encoding="utf-8")
    section = text[text.index('<section id="robustness">') :].partition("</section>")[0]
    for words in ("Robustness", "typos", "casing", "0.126", "adapted (3 seeds)", "plain (3 seeds)"):
        assert words in section, words
    assert '<a href="#robustness">' in text
    assert write_card(run).is_file()


def test_without_changed_rows_there_is_none(run: Path) -> None:
    assert robustness.robustness(read_facts(run)) is None
    assert "robustness" not in write_report(run).read_text(encoding="utf-8").lower()


@pytest.mark.parametrize("missing", ["accuracy", "test"])
def test_another_task_has_its_own_figure(missing: str, run: Path) -> None:
    facts = with_changed_rows(run)
    for arm in facts.metrics["arms"]:
        for one in arm["runs"]:
            if missing == "test":
                del one["splits"]["test"]
            else:
                for split in one["splits"].values():
                    del split["metrics"]["accuracy"]
    table = robustness.robustness(facts)
    assert (table is None) if missing == "test" else (table is not None and table.columns[0] == "test macro F1")
