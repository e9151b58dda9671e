"""Writes the model card, README.md of the model's folder, in the Hub's metadata format."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml

from metier.files import write_text
from metier.report import answer, details, record, wording
from metier.report.facts import Facts, read_facts
from metier.report.figures import every_model, order
from metier.report.page import environment

HUB_METRICS = {
    "accuracy": "accuracy",
    "f1": "f1",
    "precision": "precision",
    "recall": "recall",
    "f1_macro": "f1",
    "f1_micro": "f1",
    "precision_macro": "precision",
    "recall_macro": "recall",
    "auroc": "roc_auc",
}
"""Our figures under the Hub's names of metrics."""
WEAK = 0.5
"""F1 below which a label is named among the limits."""


def write_card(run_directory: Path) -> Path:
    """Write `model/README.md` of a run from its files alone, and return its path; raises `RunError` without figures."""
    facts = read_facts(run_directory)
    told = answer.answer(facts)
    text = (
        environment(html=False)
        .get_template("card.md.jinja")
        .render(
            metadata=yaml.safe_dump(metadata(facts), sort_keys=False, allow_unicode=True),
            facts=facts,
            answer=told,
            figures=every_model(facts),
            summary=record.summary(facts),
            model=base_model(facts.plan),
            licence=_info(facts).get("licence", ""),
            data=_data(facts),
            cell=cell,
            count=wording.count,
            weak=_weak(facts),
            kept=_kept(facts),
            packages=[(name, value) for name, value in record.environment(facts) if name in record.COMPUTES],
        )
    )
    path = run_directory / "model" / "README.md"
    write_text(path, text)
    return path


def metadata(facts: Facts) -> dict[str, Any]:
    """Return the card's front matter (huggingface.co/docs/hub/model-cards)."""
    info, plan = _info(facts), facts.plan
    industry = (plan.get("industry") or {}).get("name")
    tags = ["metier", *([industry] if industry else []), *(use["name"] for use in plan.get("adapt", ()))]
    figures = [name for name in order(facts) if name in HUB_METRICS]
    found: dict[str, Any] = {
        "language": list(info.get("languages", ())),
        "license": info.get("licence", ""),
        "base_model": base_model(plan) if str(plan.get("model", "")).startswith("hub:") else "",
        "pipeline_tag": plan["task"]["name"],
        "library_name": "transformers",
        "tags": list(dict.fromkeys(tags)),
        "metrics": sorted({HUB_METRICS[name] for name in figures}),
    }
    metrics = [
        {"type": HUB_METRICS[name], "name": wording.name(name), "value": round(_value(facts, name), 4)}
        for name in figures
    ]
    result = {
        "task": {"type": plan["task"]["name"]},
        "dataset": {"type": plan["name"], "name": plan["name"], "split": facts.split},
        "metrics": metrics,
    }
    found["model-index"] = [{"name": plan["name"], "results": [result]}] if metrics else ""
    return {key: value for key, value in found.items() if value}


def base_model(plan: Mapping[str, Any]) -> str:
    """Return the model that the run started from as a reader can use it: never a path of this machine."""
    reference = str(plan.get("model", ""))
    source, _, rest = reference.partition(":")
    if source == "hub":
        return rest
    return Path(rest).name if source == "local" else reference


def cell(text: str) -> str:
    """Return text that cannot break out of a cell of a Markdown table, nor become markup."""
    return " ".join(text.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;").split())


def _info(facts: Facts) -> Mapping[str, Any]:
    info: Mapping[str, Any] = facts.plan.get("model_info") or {}
    return info


def _value(facts: Facts, name: str) -> float:
    """Return the kept model's own figure: the card is about that one, not about the mean of its siblings."""
    return float(facts.judged["metrics"][name])


def _kept(facts: Facts) -> list[tuple[str, str]]:
    """Return the kept model's figures with their intervals."""
    intervals = facts.judged["intervals"]
    return [
        (wording.name(name), f"{wording.number(_value(facts, name))} {wording.interval(intervals.get(name))}".strip())
        for name in order(facts)
    ]


def _data(facts: Facts) -> list[tuple[str, str, str]]:
    """Return each split with its rows and where they came from, by the source's name alone."""
    sources, carved = facts.data.get("sources", {}), facts.data.get("split", {}).get("carved", {})
    return [
        (
            split,
            wording.count(told["rows"]),
            f"put aside from train, {wording.share(carved[split])}"
            if split in carved
            else sources.get(split, {}).get("source", ""),
        )
        for split, told in facts.data.get("splits", {}).items()
    ]


def _weak(facts: Facts) -> list[tuple[str, str]]:
    """Return the labels with the lowest F1, where the head tells it, the weakest first."""
    for table in details.tables(facts):
        columns = list(table.columns)
        if {"label", "f1"} <= set(columns):
            at, name = columns.index("f1"), columns.index("label")
            rows = [(row[at].bar, row[name].text, row[at].text) for row in table.rows]
            return [
                (label, text) for f1, label, text in sorted((f, n, t) for f, n, t in rows if f is not None and f < WEAK)
            ]
    return []
