"""Writes the figures of finished runs into docs/results.md and, where they are named there, into the READMEs.

    python benchmarks/quality.py runs/medical-diagnosis-chapter/LATEST runs/finance-sentiment/LATEST

Sections of runs that are not named stay. A README holds the place for a run of the recipe `finance/sentiment` between
`<!-- figures finance-sentiment -->` and `<!-- /figures -->`. No figure is written by hand.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "results.md"
READMES = (ROOT / "README.md", ROOT / "README.zh-CN.md")
TOLD = ("epochs", "learning_rate", "per_device_train_batch_size", "block_size", "adapters", "rank")
"""Options of continued pretraining that are told."""
FIGURES = {"accuracy": "accuracy", "f1_macro": "macro F1"}
HEAD = """# Results

Written by `benchmarks/quality.py` from the folders of finished runs. An interval in brackets is a 95 % bootstrap over
the test rows of one training; ± is the half-width of a 95 % interval over seeds (Student's t). A difference is paired
on the same rows; with several seeds, seeds are drawn too.
"""


def table(metrics: Mapping[str, Any]) -> str:
    """Return a Markdown table of all arms and baselines on the test split."""
    rows = [(arm["name"], _spread(arm), _minutes(arm)) for arm in metrics["arms"]]
    rows += [(baseline["name"], _interval(baseline["splits"]["test"]), "") for baseline in metrics["baselines"]]
    lines = [f"| test | {' | '.join(FIGURES.values())} | training |", "|---|---|---|---|"]
    lines += [f"| {name} | {' | '.join(figures)} | {minutes} |" for name, figures, minutes in rows]
    return "\n".join(lines)


def differences(metrics: Mapping[str, Any]) -> str:
    """Return a list of the first arm's differences from what it had to beat."""
    first = metrics["arms"][0]["name"]
    found = [one for one in metrics["comparisons"] if one["arm"] == first]
    return "\n".join(
        f"- {first} against {one['against']}: {one['difference']:+.3f} {FIGURES[one['metric']]}"
        f" [{one['interval'][0]:+.3f}, {one['interval'][1]:+.3f}], p = {one['p']:.3f}"
        for one in found
    )


def _spread(arm: Mapping[str, Any]) -> list[str]:
    summary = arm["summary"]["test"]
    if len(arm["runs"]) == 1:
        return _interval(arm["runs"][0]["splits"]["test"])
    return [f"{summary[name]['mean']:.3f} ± {summary[name]['half_width']:.3f}" for name in FIGURES]


def _interval(split: Mapping[str, Any]) -> list[str]:
    ends = [split["intervals"][name] for name in FIGURES]
    return [
        f"{split['metrics'][name]:.3f} [{low:.3f}, {high:.3f}]" for name, (low, high) in zip(FIGURES, ends, strict=True)
    ]


def _minutes(arm: Mapping[str, Any]) -> str:
    seconds = sum(run["seconds"] for run in arm["runs"]) / len(arm["runs"])
    return f"{seconds / 60:.1f} min"


def section(run: Path) -> tuple[str, str, str]:
    """Return a run's name, its short table, and its whole section for the page."""
    plan, metrics = (json.loads((run / name).read_text()) for name in ("plan.json", "evaluation/metrics.json"))
    report = json.loads((run / "data" / "report.json").read_text())
    environment = json.loads((run / "environment.json").read_text())
    sizes = ", ".join(f"{split} {part['rows']:,}" for split, part in report["splits"].items())
    seeds = ", ".join(str(plan["seed"] + i) for i in range(plan["seeds"]))
    sources = ", ".join(f"{split} from `{use['name']}`" for split, use in plan["sources"].items())
    facts = f"Sources: {sources}. Rows: {sizes}. {_settings(plan)}. Seeds: {seeds}. {_machine(environment, plan)}."
    parts = (f"## {plan['name']}", f"{plan['description']}.", facts, table(metrics), f"{differences(metrics)}\n")
    body = "\n\n".join(parts)
    return plan["name"], table(metrics), body


def adapted(run: Path) -> tuple[str, str, str]:
    """Return the same of a run that ends with the adapted model: perplexities before and after."""
    plan, environment = (json.loads((run / name).read_text()) for name in ("plan.json", "environment.json"))
    stages = [json.loads(path.read_text()) for path in run.glob("stages/*/result.json")]
    (stage,) = (one for one in stages if "perplexity_after" in one.get("result", {}))
    found = stage["result"]
    lines = ["| text | perplexity before | after |", "|---|---|---|"]
    lines += [
        f"| {name} | {found[f'{key}perplexity_before']:.2f} | {found[f'{key}perplexity_after']:.2f} |"
        for name, key in (("domain, held out", ""), ("general", "general_"))
        if f"{key}perplexity_before" in found
    ]
    (use,) = (one for one in plan["adapt"] if "block_size" in one["options"])
    told = ", ".join(f"{name} {value}" for name, value in use["options"].items() if name in TOLD and value)
    facts = (
        f"Model {plan['model']}. {told}. {found['steps']} steps in {found['seconds'] / 60:.1f} minutes; "
        f"{stage['seconds'] / 60:.1f} minutes with the perplexities, "
        f"{stage['peak_memory'] / 1e6:,.0f} MB of memory at most. "
        f"{_machine(environment, plan)}, {found['choices']['precision']}."
    )
    body = "\n\n".join((f"## {plan['name']}", f"{plan['description']}.", facts, "\n".join(lines) + "\n"))
    return plan["name"], "\n".join(lines), body


def _settings(plan: Mapping[str, Any]) -> str:
    adapts = "; ".join(_told(use) for use in plan["adapt"])
    rate, epochs = plan["optimizer"]["options"]["learning_rate"], plan["training"]["num_train_epochs"]
    return f"Adaptation: {adapts or 'none'}. Task: {epochs:g} epochs, learning rate {rate:g}"


def _told(use: Mapping[str, Any]) -> str:
    """Return a method with the options that tell most: `continued-pretraining, 1 epochs`, `adversarial, r-drop`."""
    options = use["options"]
    told = [f"{options['epochs']:g} epochs"] if "epochs" in options else []
    return ", ".join([use["name"], *([options["attack"]] if "attack" in options else []), *told])


def _machine(environment: Mapping[str, Any], plan: Mapping[str, Any]) -> str:
    packages = ", ".join(f"{name} {plan['distributions'][name]}" for name in ("torch", "transformers"))
    return f"{environment['processor']}, {environment['cores']} cores, {packages}"


def former() -> dict[str, str]:
    """Return the page's sections by name: those of runs that are not given now stay."""
    text = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    return {part.partition("\n")[0]: f"## {part.rstrip()}\n" for part in text.split("\n## ")[1:]}


def main() -> None:
    """Write the page and the READMEs."""
    runs = [Path(argument) for argument in sys.argv[1:]]
    sections = [section(run) if (run / "evaluation").is_dir() else adapted(run) for run in runs]
    bodies = {**former(), **{name: body for name, _, body in sections}}
    PAGE.write_text("\n".join([HEAD, *bodies.values()]), encoding="utf-8")
    for readme in READMES:
        text = readme.read_text(encoding="utf-8")
        for name, short, _ in sections:
            place = rf"(<!-- figures {re.escape(name)} -->\n).*?(<!-- /figures -->)"
            text = re.sub(place, lambda found, short=short: f"{found[1]}\n{short}\n\n{found[2]}", text, flags=re.DOTALL)
        readme.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
