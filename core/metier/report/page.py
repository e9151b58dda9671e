"""Writes report.html: one file, no script, nothing fetched."""

from __future__ import annotations

from pathlib import Path

import jinja2

from metier.files import write_text
from metier.report import answer, curves, details, figures, inputs, mistakes, perplexities, record, robustness, wording
from metier.report.facts import read_facts

TEMPLATES = Path(__file__).parent / "templates"


def write_report(run_directory: Path) -> Path:
    """Write `report.html` of a run from its files alone, and return its path; raises `RunError` without figures."""
    facts = read_facts(run_directory)
    page = environment(html=True).get_template("report.html.jinja")
    text = page.render(
        facts=facts,
        answer=answer.answer(facts),
        all_figures=figures.every_model(facts),
        all_seeds=figures.every_seed(facts),
        robustness=robustness.robustness(facts),
        steps=inputs.steps(facts),
        splits=inputs.splits(facts),
        leakage=inputs.leakage(facts),
        charts=curves.charts(facts),
        perplexities=perplexities.perplexities(facts),
        stages=curves.stages(facts),
        tables=details.tables(facts),
        matrices=details.matrices(facts),
        calibration=details.calibration(facts),
        mistakes=mistakes.mistakes(facts),
        summary=record.summary(facts),
        started=record.started(facts),
        environment=record.environment(facts),
        observers=record.observers(facts),
        files=record.files(facts),
        count=wording.count,
        sentence=wording.sentence,
    )
    path = run_directory / "report.html"
    write_text(path, text)
    return path


def environment(*, html: bool) -> jinja2.Environment:
    """Return the templates; for a page, everything that they insert is escaped."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=html,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
