"""Compares methods of adaptation on real data, and writes docs/adaptation.md.

    python benchmarks/adaptation.py --data ../shared/data [--study pretraining] [--material chemprot] [--runs FOLDER]

Every arm is a run of metier on MiniLM with the rows, seeds and settings of plain fine-tuning; differences are paired.
What was trained is kept in the folder of runs and not trained again, so that parts can be made by themselves
(`--no-page`, with `--study` and `--material`), side by side, before a last call writes the page.
"""

from __future__ import annotations

import argparse
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pages
from studies import MATERIALS, STUDIES, Size, Study

import metier
from metier.components import TaskHead
from metier.discovery import discover
from metier.environment import environment
from metier.evaluation.predictions import read_table
from metier.evaluation.significance import compare, drawn
from metier.values import Use

PAGE = Path(__file__).parents[1] / "docs" / "adaptation.md"
HEADING = "# Methods compared\n\nWhat each method of adaptation brings on real data, beside plain fine-tuning.\n\n"
BEGIN, END = "<!-- written by benchmarks/adaptation.py -->", "<!-- end of what is written -->"
RATE, EPOCHS, BATCH, SEEDS = 2e-4, 4, 16, 3
HEAD = ("data", "arm", "macro F1 against plain, paired")
TIME = "training, s a seed"


def recipe(study: Study, material: str, arm: Mapping[str, Any], data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe of an arm."""
    chosen = MATERIALS[material]
    settings = {"num_train_epochs": EPOCHS, "per_device_train_batch_size": BATCH, "save_strategy": "no"}
    optimizer = {"use": "adamw", "learning_rate": RATE, "head_learning_rate_scale": 5}
    return {
        "recipe": 1,
        **({"industry": chosen.industry} if chosen.industry else {}),
        "model": "starter:minilm",
        "data": dict(data),
        "task": {"use": "text-classification", "pooling": "mean"},
        "training": {**settings, "max_length": chosen.max_length},
        "seeds": SEEDS,
        **study.common,
        **arm,
        "optimizer": {**optimizer, **arm.get("optimizer", {})},
    }


def run(name: str, made: Mapping[str, Any], folder: Path) -> metier.Run:
    """Run a recipe in `folder`."""
    path = folder / f"{name}.yaml"
    path.write_text(json.dumps(made, indent=1), encoding="utf-8")
    return metier.run(path, output=folder)


def rows(study: Study, material: str, size: Size, data: Path, folder: Path) -> Iterator[str]:
    """Yield the table's lines: plain fine-tuning, the arms, the baselines."""
    place = MATERIALS[material].write(data, folder / f"data-{material}", size)
    plain: metier.Run | None = None
    for name, arm in {"plain fine-tuning": {}, **study.arms}.items():
        file = f"{material}-{''.join(one if one.isalnum() else '-' for one in name.lower())}"
        done = run(file, recipe(study, material, arm, place), folder)
        (trained,) = done.metrics["arms"]
        plain = plain or done
        title = MATERIALS[material].title if done is plain else ""
        figures = [_spread(trained, split) for split in study.splits]
        against = difference(done, plain) if done is not plain else ""
        yield line(title, name, figures, against, seconds(trained) if study.timed else [])
    assert plain is not None
    for baseline in plain.metrics["baselines"]:
        # Baselines are judged on the test rows as they are.
        figures = [_figures(baseline["splits"][split]["metrics"]) if split == "test" else "" for split in study.splits]
        yield line("", baseline["name"], figures, "", "" if study.timed else [])


def difference(one: metier.Run, other: metier.Run) -> str:
    """Return how much higher the macro F1 of `one` is on the test rows, paired on rows and seeds."""
    head = discover().create(TaskHead, Use(TaskHead.kind, "text-classification"))
    state = {"labels": one.metrics["labels"]}
    sides = []
    for done in (one, other):
        found = [part["splits"]["test"]["predictions"] for part in done.metrics["arms"][0]["runs"]]
        tables = [read_table(done.path / name) for name in found]
        sides.append(drawn(head, state, tables, metric="f1_macro", seed=0))
    result = compare(*sides, paired=True, seed=0)
    assert result is not None, "macro F1 is always defined"
    return f"{result.difference:+.3f} [{result.interval[0]:+.3f}, {result.interval[1]:+.3f}]"


def line(*cells: Any) -> str:
    """Return a line of a Markdown table; a list is several cells."""
    flat = [one for cell in cells for one in (cell if isinstance(cell, list) else [cell])]
    return f"| {' | '.join(flat)} |"


def _figures(metrics: Mapping[str, float]) -> str:
    return f"{metrics['accuracy']:.3f}, {metrics['f1_macro']:.3f}"


def _spread(arm: Mapping[str, Any], split: str) -> str:
    figures = [arm["summary"][split][name] for name in ("accuracy", "f1_macro")]
    return ", ".join(f"{one['mean']:.3f} ± {one['half_width']:.3f}" for one in figures)


def seconds(arm: Mapping[str, Any]) -> str:
    """Return the mean time of a seed's trainings, adaptation included."""
    return f"{sum(one['seconds'] for one in arm['runs']) / len(arm['runs']):.0f}"


def section(study: Study, lines: list[str]) -> str:
    """Return a study's table, under its title."""
    columns = [f"accuracy, macro F1{f' ({what})' if what else ''}" for what in study.splits.values()]
    head = [*HEAD[:2], *columns, HEAD[2], *([TIME] if study.timed else [])]
    return "\n".join([study.title, "", line(*head), f"|{'---|' * len(head)}", *lines])


def write(parts: list[str], size: Size) -> None:
    """Put what was measured into the page; studies that were not run now stay as they are."""
    facts = environment()
    threads = os.environ.get("OMP_NUM_THREADS", "all")
    how = (
        f"MiniLM (22M), read by the mean over its tokens; at most {size.train:,} rows to train on, {size.test:,} to "
        f"judge by and {size.corpus:,} words of the domain's text, drawn by chance; {EPOCHS} epochs in batches of "
        f"{BATCH}, learning rate {RATE:g}. {SEEDS} seeds: mean ± half-width of the 95 % interval over seeds (Student's "
        "t); differences are paired on rows and seeds, with their 95 % interval. "
        f"{facts['processor']}, {facts['cores']} cores, OMP_NUM_THREADS: {threads}."
    )
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    written = page.partition(BEGIN)[2].partition(END)[0]
    kept = {one.partition("\n")[0]: one.strip() for one in [*written.split("\n## ")[1:], *parts]}
    tables = [f"## {kept[study.title]}" for study in STUDIES.values() if study.title in kept]
    pages.put(PAGE, "\n\n".join([BEGIN, how, *tables, END]), heading=HEADING)


def main() -> None:
    """Run what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with finance/, medical/ and so on")
    parser.add_argument("--study", action="append", choices=[*STUDIES])
    parser.add_argument("--material", action="append", choices=[*MATERIALS])
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--train", type=int, default=300)
    parser.add_argument("--test", type=int, default=400)
    parser.add_argument("--corpus", type=int, default=30_000)
    parser.add_argument("--no-page", action="store_true", help="leave docs/adaptation.md as it is")
    options = parser.parse_args()
    size = Size(options.train, options.test, options.corpus)
    options.runs.mkdir(parents=True, exist_ok=True)
    parts = []
    for name in options.study or STUDIES:
        study = STUDIES[name]
        wanted = [one for one in study.materials if one in (options.material or MATERIALS)]
        lines = [text for one in wanted for text in rows(study, one, size, options.data, options.runs)]
        parts.append(section(study, lines))
    print("\n\n".join(parts))
    if not options.no_page:
        write(parts, size)


if __name__ == "__main__":
    main()
