"""Reads the files of a run that the report and the card are made of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.errors import RunError
from metier.files import read_json
from metier.run_directory import read_events


@dataclass(frozen=True, slots=True)
class Facts:
    """A run's files, read."""

    path: Path
    plan: Mapping[str, Any]
    metrics: Mapping[str, Any]
    data: Mapping[str, Any]
    environment: Mapping[str, Any]
    status: Mapping[str, Any]
    events: Sequence[Mapping[str, Any]]
    recipe: str

    @property
    def split(self) -> str:
        """The split that the run is judged by: `test`, or the only one there is."""
        splits = self.kept["splits"]
        return "test" if "test" in splits else next(iter(splits))

    @property
    def kept(self) -> Mapping[str, Any]:
        """The training whose model is in the run's folder: the first."""
        run: Mapping[str, Any] = self.metrics["arms"][0]["runs"][0]
        return run

    @property
    def judged(self) -> Mapping[str, Any]:
        """The kept model's figures on the split that the run is judged by."""
        figures: Mapping[str, Any] = self.kept["splits"][self.split]
        return figures

    @property
    def primary(self) -> str:
        """The figure that models are compared by."""
        return str(self.metrics["primary"])


def read_facts(path: Path) -> Facts:
    """Return the facts of the run at `path`; raises `RunError` where it has no figures yet."""
    if not (path / "evaluation" / "metrics.json").is_file():
        raise RunError("it has no figures yet", where=str(path), hint="finish it with `metier run … --resume`")
    recipe = path / "recipe.yaml"
    return Facts(
        path=path,
        plan=_read(path / "plan.json"),
        metrics=_read(path / "evaluation" / "metrics.json"),
        data=_read(path / "data" / "report.json"),
        environment=_read(path / "environment.json"),
        status=_read(path / "status.json"),
        events=tuple(read_events(path)),
        recipe=recipe.read_text(encoding="utf-8") if recipe.is_file() else "",
    )


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = read_json(path) if path.is_file() else {}
    return found
