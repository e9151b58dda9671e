"""Measures what mined negatives bring to a retriever, beside the batch's own, and beside the untouched model.

    python benchmarks/negatives.py --data ../shared/data [--arm NAME] [--runs FOLDER] [--no-page]

MedQuAD's answers by their questions, of documents that are whole: those of one illness look alike. Every arm is a run
of metier on MiniLM; what was trained is kept in the folder of runs and not trained again. The table goes into the
README of metier-embedding.
"""

from __future__ import annotations

import argparse
import csv
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pages
from adaptation import line, run

import metier
from metier.components import TaskHead
from metier.discovery import discover
from metier.environment import environment
from metier.evaluation.predictions import read_table
from metier.evaluation.significance import compare, drawn
from metier.values import Use

README = Path(__file__).parents[1] / "plugins" / "tasks" / "embedding" / "README.md"
BEGIN, END = "<!-- written by benchmarks/negatives.py -->", "<!-- end of what is written -->"
LONGEST = 1000
"""Characters of an answer that are looked at."""
SIZES = {"train": 600, "test": 300}
LENGTH, BATCH, EPOCHS, RATE, SEEDS = 128, 16, 2, 5e-5, 2
ARMS: dict[str, tuple[int, Mapping[str, Any]]] = {
    "the batch alone": (EPOCHS, {}),
    "the batch alone, 3 epochs": (3, {}),
    "1 mined, `dense`": (EPOCHS, {"number": 1, "retriever": "dense"}),
    "1 mined, `tf-idf`": (EPOCHS, {"number": 1, "retriever": "tf-idf"}),
    "2 mined, `dense`": (EPOCHS, {"number": 2, "retriever": "dense"}),
}
"""Epochs, and the options of `mined-negatives`. With a negative each a pair has three texts, as three epochs of two."""
FIGURES = ("recall_at_1", "recall_at_10", "mrr")
HEAD = ("negatives", "right text first", "among 10", "MRR", "MRR against the first arm, paired")


def documents(data: Path) -> list[list[tuple[str, str]]]:
    """Return questions and answers a document, in an order drawn by chance; each answer is there once."""
    found, known = [], set[str]()
    for file in sorted((data / "medical" / "medquad").glob("*/*.xml")):
        pairs = []
        for pair in ET.parse(file).getroot().iter("QAPair"):
            question, answer = (" ".join((pair.findtext(name) or "").split()) for name in ("Question", "Answer"))
            if question and answer and answer[:LONGEST] not in known:
                known.add(answer[:LONGEST])
                pairs.append((question, answer[:LONGEST]))
        found.append(pairs)
    random.Random(0).shuffle(found)
    return found


def write(data: Path, folder: Path) -> dict[str, str]:
    """Write pairs to train on and to judge by, of different documents, and return the recipe's `data`."""
    pairs = [pair for some in documents(data) for pair in some]
    made, start = dict[str, str](), 0
    for split, size in SIZES.items():
        path = folder / f"medquad-{split}.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([("text", "second"), *pairs[start : start + size]])
        made[split], start = str(path), start + size
    return made


def recipe(name: str, data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the recipe of an arm."""
    epochs, options = ARMS[name]
    settings = {"num_train_epochs": epochs, "per_device_train_batch_size": BATCH, "max_length": LENGTH}
    return {
        "recipe": 1,
        "model": "starter:minilm",
        "data": {**data, "split": {"validation": 0}},
        "task": "embedding",
        **({"improve": [{"use": "mined-negatives", **options}]} if options else {}),
        "training": {**settings, "save_strategy": "no"},
        "optimizer": {"use": "adamw", "learning_rate": RATE},
        "seeds": SEEDS,
    }


def rows(names: Sequence[str], data: Path, folder: Path) -> Iterator[str]:
    """Yield the table's lines: the untouched model, then the arms."""
    place, first = write(data, folder), None
    for name in names:
        file = "".join(one if one.isalnum() else "-" for one in name.lower())
        done = run(f"negatives-{file}", recipe(name, place), folder)
        if first is None:
            (untouched,) = (one for one in done.metrics["baselines"] if one["name"] == "frozen model")
            metrics = untouched["splits"]["test"]["metrics"]
            yield line("the untouched model", [f"{metrics[figure]:.3f}" for figure in FIGURES], "")
        (trained,) = done.metrics["arms"]
        against = difference(done, first) if first else ""
        yield line(name, [_spread(trained, figure) for figure in FIGURES], against)
        first = first or done


def difference(one: metier.Run, other: metier.Run) -> str:
    """Return how much higher the MRR of `one` is on the test rows, paired on rows and seeds."""
    head = discover().create(TaskHead, Use(TaskHead.kind, "embedding"))
    sides = []
    for done in (one, other):
        found = [part["splits"]["test"]["predictions"] for part in done.metrics["arms"][0]["runs"]]
        sides.append(drawn(head, {}, [read_table(done.path / name) for name in found], metric="mrr", seed=0))
    result = compare(*sides, paired=True, seed=0)
    assert result is not None, "every test row has a partner"
    return f"{result.difference:+.3f} [{result.interval[0]:+.3f}, {result.interval[1]:+.3f}]"


def _spread(arm: Mapping[str, Any], figure: str) -> str:
    """Return the mean of a figure over seeds, and each seed's."""
    each = [one["splits"]["test"]["metrics"][figure] for one in arm["runs"]]
    return f"{sum(each) / len(each):.3f} ({', '.join(f'{one:.3f}' for one in each)})"


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with finance/, medical/ and so on")
    parser.add_argument("--arm", action="append", choices=[*ARMS])
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--no-page", action="store_true")
    asked = parser.parse_args()
    asked.runs.mkdir(parents=True, exist_ok=True)
    facts = environment()
    how = (
        f"MiniLM on MedQuAD, {SIZES['train']} pairs to train on, and {SIZES['test']} of other documents to judge by, "
        f"each answer looked for among those of all {SIZES['test']}; {EPOCHS} epochs in batches of {BATCH}, learning "
        f"rate {RATE:g}, {LENGTH} tokens. The mean of {SEEDS} seeds, and each; differences with their 95 % interval. "
        f"{facts['processor']}."
    )
    lines = [line(*HEAD), f"|{'---|' * len(HEAD)}", *rows(asked.arm or [*ARMS], asked.data, asked.runs)]
    table = "\n".join([BEGIN, how, "", *lines, "", END])
    print(table)
    if not asked.no_page:
        pages.put(README, table)


if __name__ == "__main__":
    main()
