"""The last step of a run: the model in its folder, its card, and the report."""

from __future__ import annotations

from pathlib import Path

from metier.files import copy_folder
from metier.models import digest_folder
from metier.run_directory import RunDirectory
from metier.values import Outcome


def package(run: RunDirectory, outcome: Outcome) -> dict[str, str]:
    """Copy the kept model into the run's folder, write its card and report.html; return the model's digest."""
    from metier.report import write_card, write_report

    folder = run.path / "model"
    copy_folder(outcome.model_path, folder)
    digest = digest_folder(folder)
    write_card(run.path)
    report: Path = write_report(run.path)
    return {"model": digest, "report": report.name}
