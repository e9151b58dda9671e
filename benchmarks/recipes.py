"""Runs the recipes that ship, each from its own sample, and writes docs/recipes.md and what each recipe says it takes.

    python benchmarks/recipes.py [finance/sentiment …] [--runs FOLDER] [--seeds 3] [--no-page] [--no-runs]

Every recipe is run as a user runs it, offline, with one thread: `metier run NAME`. What was trained is kept in the
folder of runs and not trained again, so that recipes can be run by themselves before a last call, with no name, writes
the page; with `--no-runs`, of those that were run. The first run of a recipe, with its own seed alone, is timed: its
minutes of processor time go, with the rows of the sample, into the recipe's file (`sample_rows`, `sample_minutes`),
where `metier recipes` reads them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import resource
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

import pages
from adaptation import line

from metier.cli.show import spread
from metier.components import Industry
from metier.discovery import discover
from metier.environment import environment
from metier.training.untouched import Untouched

PAGE = Path(__file__).parents[1] / "docs" / "recipes.md"
HEADING = """---
hide: [toc]
---

# Recipes measured

What each recipe makes of its own sample, beside what is simpler.

"""
BEGIN, END = "<!-- written by benchmarks/recipes.py -->", "<!-- end of what is written -->"
HEAD = ("recipe", "rows: train, test", "figure", "model", "best of what is simpler", "processor minutes, a seed")
TIME = "minutes.json"


def shipped() -> dict[str, Path]:
    """Return the recipes of the industries that are installed, by name."""
    made: dict[str, Path] = {}
    for entry in discover().entries_of(Industry):
        industry = entry.component()
        assert isinstance(industry, Industry)
        made |= {f"{entry.name}/{name}": path for name, path in industry.recipes().items()}
    return made


def run(name: str, place: Path, seeds: int) -> Path:
    """Run a recipe in a folder with one seed, timed, then with all; return the folder of the last run."""
    place.mkdir(parents=True, exist_ok=True)
    if not (place / TIME).exists():
        minutes = _command(name, place, 1)
        (place / TIME).write_text(json.dumps(minutes), encoding="utf-8")
    if seeds > 1:
        _command(name, place, seeds)
    (latest,) = place.glob("*/LATEST")
    return latest


def _command(name: str, place: Path, seeds: int) -> float:
    """Run `metier run` and return the minutes of processor time that it took."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    command = [sys.executable, "-m", "metier", "run", name, "--offline", "--output", str(place)]
    settings = {**os.environ, "OMP_NUM_THREADS": "1"}
    done = subprocess.run([*command, "--set", f"seeds={seeds}"], env=settings, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{name}: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / 60


def finished(place: Path, seeds: int) -> Path | None:
    """Return the folder of the last run in a folder with so many seeds; None where there is none."""
    for latest in place.glob("*/LATEST"):
        plan = json.loads((latest / "plan.json").read_text("utf-8"))
        if (latest / "report.html").is_file() and plan["seeds"] == seeds:
            return latest
    return None


def measured(latest: Path) -> tuple[str, ...]:
    """Return the cells of a run: its rows, the figure, every arm, the best baseline, that of the untouched model where
    there is one, and the minutes of a seed."""
    metrics = json.loads((latest / "evaluation" / "metrics.json").read_text("utf-8"))
    splits = json.loads((latest / "data" / "report.json").read_text("utf-8"))["splits"]
    counts = ", ".join(f"{splits[split]['rows']:,}" for split in ("train", "test"))
    primary = metrics["primary"]
    found = {arm["name"]: arm["summary"]["test"][primary] for arm in metrics["arms"]}
    arms = [f"{arm} {spread(figure['mean'], figure['half_width'])}" for arm, figure in found.items()]
    judged = {one["name"]: one["splits"]["test"]["metrics"] for one in metrics["baselines"]}
    figures = {name: figure[primary] for name, figure in judged.items() if primary in figure}
    best = max(figures, key=figures.__getitem__)
    beside = "<br>".join(f"{name} {figure:.3f}" for name, figure in figures.items() if name in (best, Untouched.name))
    return counts, primary, "<br>".join(arms), beside, f"{_minutes(latest):.1f}"


def _minutes(latest: Path) -> float:
    return float(json.loads((latest.parents[1] / TIME).read_text("utf-8")))


def note(recipe: Path, latest: Path) -> None:
    """Write into a recipe what its sample takes, below its description."""
    sources = json.loads((latest / "data" / "report.json").read_text("utf-8"))["sources"]
    rows = sum(source["rows"] for split, source in sources.items() if split != "corpus")
    kept = [one for one in recipe.read_text("utf-8").splitlines() if not re.match("sample_(rows|minutes):", one)]
    (at,) = [number for number, one in enumerate(kept) if one.startswith("description:")]
    kept[at + 1 : at + 1] = [f"sample_rows: {rows}", f"sample_minutes: {_minutes(latest):.1f}"]
    recipe.write_text("\n".join(kept) + "\n", encoding="utf-8")


def write(page: Path, lines: Sequence[str], seeds: int) -> None:
    """Put what was measured into the page, in place of what was there."""
    facts = environment()
    how = (
        f"{len(lines)} of {len(shipped())} recipes as they ship, from their authored samples, offline. {seeds} seeds: "
        "mean ± half-width of the 95 % interval over seeds (Student's t); baselines have none, and of two to five the "
        "best stands here, and beside it, of models that write, the untouched model: the report of a run has all. The "
        "samples are small and show that a recipe works: what it does on your rows, only your rows tell. "
        "Minutes are of processor time, all of a run included, for one seed. "
        f"{facts['processor']}, {facts['cores']} cores."
    )
    text = "\n".join([BEGIN, "", how, "", line(*HEAD), f"|{'---|' * len(HEAD)}", *lines, "", END])
    pages.put(page, text, heading=HEADING)


def rows(names: Sequence[str], folder: Path, seeds: int, *, runs: bool) -> Iterator[str]:
    """Yield the table's lines, each as its recipe is done, and write into the recipe what it took.

    Without `runs`, those of recipes that were run before.
    """
    known = shipped()
    for name in names or known:
        place = folder / name.replace("/", "-")
        latest = run(name, place, seeds) if runs else finished(place, seeds)
        if latest is None:
            print(f"{name}: not run yet")
            continue
        note(known[name], latest)
        made = line(name, *measured(latest))
        print(made, flush=True)
        yield made


def main() -> None:
    """Run what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", help="recipes; all that are installed where none is named")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--no-runs", action="store_true", help="write of what was run before, and run nothing")
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--no-page", action="store_true", help="leave the page as it is")
    options = parser.parse_args()
    lines = list(rows(options.names, options.runs, options.seeds, runs=not options.no_runs))
    if not options.no_page:
        write(options.page, lines, options.seeds)


if __name__ == "__main__":
    main()
