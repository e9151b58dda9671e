"""What it takes to do the run again: environment, choices, files with their digests."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from metier.files import digest_file, read_json
from metier.report import wording
from metier.report.facts import Facts

COMPUTES = ("metier", "torch", "transformers", "tokenizers", "datasets", "peft", "accelerate", "numpy", "scikit-learn")


@dataclass(frozen=True, slots=True)
class File:
    """A file of the run."""

    path: str
    size: str
    sha256: str


def environment(facts: Facts) -> list[tuple[str, str]]:
    """Return machine and packages that decide results."""
    told = facts.environment
    memory = told.get("memory")
    found = [
        ("system", told.get("system")),
        ("processor", told.get("processor") or told.get("machine")),
        ("cores", told.get("cores")),
        ("memory", wording.size(memory) if memory else None),
        ("Python", told.get("python")),
    ]
    packages = told.get("packages", {})
    found += [(name, packages[name]) for name in packages if name in COMPUTES or name.startswith("metier")]
    return [(name, str(value)) for name, value in found if value is not None]


def summary(facts: Facts) -> list[tuple[str, str]]:
    """Return the run in a few facts."""
    plan = facts.plan
    info = plan.get("model_info") or {}
    parameters = f", {info['parameters'] / 1e6:.0f} M parameters" if info.get("parameters") else ""
    model = plan.get("model", "")
    shown = f"local:{Path(model).name}" if str(model).startswith("local:") else str(model)
    found = [
        ("model", f"{shown}{parameters}"),
        ("industry", (plan.get("industry") or {}).get("name", "")),
        ("adaptation", wording.and_list([use["name"] for use in plan.get("adapt", ())]) or "none"),
        ("task", plan.get("task", {}).get("name", "")),
        ("seeds", _seeds(facts)),
        ("took", _took(facts)),
        ("memory", _memory(facts)),
    ]
    return [(name, value) for name, value in found if value]


def files(facts: Facts) -> list[File]:
    """Return the run's files with size and sha256, but for those that say how it went."""
    skipped = {"report.html", "status.json", "events.jsonl", "model/README.md"}
    return [
        File(name, wording.size(path.stat().st_size), digest_file(path))
        for path in _every_file(facts.path, ("plan.json", "recipe.yaml", "data", "evaluation", "model"))
        if (name := path.relative_to(facts.path).as_posix()) not in skipped
    ]


def started(facts: Facts) -> str:
    """Return when the run began, to the minute, in UTC."""
    time = str(facts.events[0].get("time", "")) if facts.events else ""
    return f"{time[:10]} {time[11:16]} UTC" if len(time) >= 16 else ""


def observers(facts: Facts) -> list[str]:
    """Return what went wrong with observers, which changes nothing else."""
    return [
        f"{event.get('plugin', '')}, {event.get('hook', '')}: {event.get('reason', '')}"
        for event in facts.events
        if event.get("event") == "observer_failed"
    ]


def _seeds(facts: Facts) -> str:
    seeds: Sequence[int] = sorted({run["seed"] for arm in facts.metrics["arms"] for run in arm["runs"]})
    return ", ".join(str(seed) for seed in seeds)


def _took(facts: Facts) -> str:
    done = [event for event in facts.events if event.get("event") == "stage_finished"]
    own = sum(float(event.get("seconds", 0.0)) for event in done if not event.get("reused"))
    again = sum(1 for event in done if event.get("reused"))
    kept = f", {again} of {len(done)} stages from an earlier run" if again else ""
    return f"{wording.duration(own)}{kept}" if done else ""


def _memory(facts: Facts) -> str:
    """Return the most memory that the run had; what an earlier run computed is not in it."""
    stages = [read_json(path) for path in facts.path.glob("stages/*/result.json")]
    peaks = [stage["peak_memory"] for stage in stages if stage.get("peak_memory")]
    return f"up to {wording.size(max(peaks))}" if peaks else ""


def _every_file(root: Path, names: Sequence[str]) -> Iterator[Path]:
    for name in names:
        path = root / name
        if path.is_file():
            yield path
        elif path.is_dir():
            yield from sorted(one for one in path.rglob("*") if one.is_file() and not one.name.startswith("."))
