"""The table of adaptations: perplexities before and after, from the results of their stages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metier.files import write_json
from metier.report import perplexities, write_report
from metier.report.facts import read_facts

DOMAIN = {"perplexity_before": 24.104, "perplexity_after": 18.32, "held_out_texts": 1234.0, "loss": 2.9}
GENERAL = {"general_perplexity_before": 31.0, "general_perplexity_after": 41255.5, "general_held_out_texts": 500.0}


def stage(run: Path, number: int, name: str, job: str, result: dict[str, Any]) -> None:
    write_json(
        run / "stages" / f"{number:02}-{name}-{job}" / "result.json", {"stage": name, "job": job, "result": result}
    )


def test_every_adaptation_of_every_job_with_each_kind_of_text(run: Path) -> None:
    stage(run, 1, "prepare", "", {"datasets": {}})
    stage(run, 2, "adapt-continued-pretraining", "adapted-seed-13", {**DOMAIN, **GENERAL})
    stage(run, 3, "adapt-continued-pretraining", "adapted-seed-14", DOMAIN)
    stage(run, 4, "adapt-other-method", "", {"loss": 1.0})
    stage(run, 5, "train", "adapted-seed-13", {"loss": 0.1})
    table = perplexities.perplexities(read_facts(run))
    assert table is not None
    assert table.columns == ["held-out texts", "perplexity", "general perplexity"]
    assert [(name, [cell.text for cell in cells]) for name, cells in table.rows] == [
        ("continued pretraining: adapted, seed 13", ["1\u202f234", "24.10 → 18.32", "31.00 → 41\u202f256"]),
        ("continued pretraining: adapted, seed 14", ["1\u202f234", "24.10 → 18.32", "\u2013"]),
    ]


def test_the_page_shows_it_in_the_training(run: Path) -> None:
    stage(run, 2, "adapt-continued-pretraining", "adapted-seed-13", {**DOMAIN, **GENERAL})
    text = write_report(run).read_text(encoding="utf-8")
    section = text[text.index('<section id="training">') :].partition("</section>")[0]
    for words in ("Adaptation", "24.10 → 18.32", "general perplexity", "adapted, seed 13", "pseudo-perplexity"):
        assert words in section, words


def test_without_such_figures_there_is_none(run: Path) -> None:
    assert perplexities.perplexities(read_facts(run)) is None
    stage(run, 2, "adapt-other-method", "", {"loss": 1.0})
    assert perplexities.perplexities(read_facts(run)) is None
    assert "<h3>Adaptation</h3>" not in write_report(run).read_text(encoding="utf-8")
