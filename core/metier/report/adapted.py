"""Writes the card of a model that was adapted to a trade and trained for no task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from metier.files import read_json, write_text
from metier.report import wording
from metier.report.card import base_model
from metier.report.page import environment
from metier.report.perplexities import STAGE, adapt_stages

NOT_FIGURES = ("choices",)


def adaptations(run: Path) -> list[tuple[str, dict[str, float]]]:
    """Return the run's adaptations in order, by their method's name, with the figures that each logged."""
    return [
        (
            one["stage"].removeprefix(STAGE),
            {name: value for name, value in one["result"].items() if name not in NOT_FIGURES},
        )
        for one in adapt_stages(run)
    ]


def write_adapted_card(run: Path) -> Path:
    """Write `model/README.md` of a run that adapted a model, and return its path."""
    plan, data = read_json(run / "plan.json"), read_json(run / "data" / "report.json")
    text = (
        environment(html=False)
        .get_template("adapted.md.jinja")
        .render(
            metadata=yaml.safe_dump(_metadata(plan), sort_keys=False, allow_unicode=True),
            plan=plan,
            model=base_model(plan),
            splits=[(split, wording.count(told["rows"])) for split, told in data["splits"].items()],
            adaptations=adaptations(run),
            named=wording.name,
            number=lambda value: wording.number(value) if isinstance(value, float) else str(value),
        )
    )
    path = run / "model" / "README.md"
    write_text(path, text)
    return path


def _metadata(plan: dict[str, Any]) -> dict[str, Any]:
    info = plan.get("model_info") or {}
    industry = (plan.get("industry") or {}).get("name")
    found = {
        "language": list(info.get("languages", ())),
        "license": info.get("licence", ""),
        "base_model": base_model(plan) if plan["model"].startswith("hub:") else "",
        "library_name": "transformers",
        "tags": ["metier", *([industry] if industry else []), *(use["name"] for use in plan["adapt"])],
    }
    return {key: value for key, value in found.items() if value}
