"""Asks how hard the test rows of a Financial PhraseBank run are, beside other random fifths; for docs/splits.md.

    python benchmarks/splits.py Sentences_50Agree.txt runs/finance-sentiment/LATEST

One split is one draw. The linear baselines cost seconds, so they can be fitted on many random fifths: where the run's
own test rows lie among these tells how its figures compare with those that others published on a split of theirs.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import pages
from datasets import Dataset
from studies.materials import phrasebank_rows

from metier.components import FetchContext
from metier.pipeline.preparation import cache_folder
from metier.training.features import frozen_features
from metier_classification.baselines import Linear, Probe
from metier_classification.classification import TextClassification
from metier_starter.starter import Starter

PAGE = Path(__file__).parents[1] / "docs" / "splits.md"
BEGIN, END = "<!-- splits: written by benchmarks/splits.py -->", "<!-- end of splits -->"
SPLITS = 12
MAX_LENGTH = 128
FIGURES = ("accuracy", "f1_macro")


def rows_of(path: Path) -> Dataset:
    """Return the sentences with their labels."""
    return Dataset.from_list([{"id": str(i), **row} for i, row in enumerate(phrasebank_rows(path))])


def on_random_fifths(rows: Dataset) -> dict[str, np.ndarray]:
    """Return each linear baseline's accuracy and macro F1 on random fifths: (splits, 2)."""
    head = TextClassification()
    state = head.learn(rows)
    local = Starter().fetch("minilm", FetchContext(cache=cache_folder() / "starter", offline=True))
    seen = frozen_features(local.path, rows, max_length=MAX_LENGTH)
    found: dict[str, list[list[float]]] = {}
    for seed in range(SPLITS):
        order = np.random.default_rng(seed).permutation(len(rows))
        test, train = (rows.select(part) for part in np.split(order, [len(rows) // 5]))
        for baseline in (Linear(head, state), Probe(head, state)):
            table = baseline.predict(train, test, features=lambda some: seen[[int(one) for one in some["id"]]])
            figures = head.measure(table, state)
            found.setdefault(baseline.name, []).append([figures[name] for name in FIGURES])
    return {name: np.array(values) for name, values in found.items()}


def main() -> None:
    """Measure, print, and write the section of the page."""
    data, run = Path(sys.argv[1]), Path(sys.argv[2])
    metrics = json.loads((run / "evaluation" / "metrics.json").read_text("utf-8"))
    own = {one["name"]: one["splits"]["test"]["metrics"] for one in metrics["baselines"]}
    lines = [
        BEGIN,
        "",
        f"Accuracy and macro F1 of the linear baselines on {SPLITS} random fifths of Financial PhraseBank (mean ± "
        "standard deviation over the splits), and on the test rows of `finance/sentiment`:",
        "",
        "| baseline | random fifths | this split |",
        "|---|---|---|",
    ]
    for name, values in on_random_fifths(rows_of(data)).items():
        spread = ", ".join(
            f"{mean:.3f} ± {sd:.3f}" for mean, sd in zip(values.mean(0), values.std(0, ddof=1), strict=True)
        )
        lines.append(f"| {name} | {spread} | {', '.join(f'{own[name][figure]:.3f}' for figure in FIGURES)} |")
    section = "\n".join([*lines, "", END])
    print(section)
    pages.put(PAGE, section)


if __name__ == "__main__":
    main()
