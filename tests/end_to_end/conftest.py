"""A small trade: authored rows, a corpus and a tiny model, for runs of the whole path in seconds."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from metier.testing.models import build_model

SUBJECTS = ("profit", "revenue", "cash flow", "the order book", "net income", "the margin", "turnover", "output")
RISES = ("rose", "grew", "climbed", "improved", "jumped", "recovered")
FALLS = ("fell", "shrank", "dropped", "worsened", "slumped", "collapsed")
STAYS = ("was unchanged", "stayed flat", "was reported", "was published", "was audited", "was restated")
ENDINGS = (
    "in the quarter",
    "this year",
    "in the north",
    "in the south",
    "after the review",
    "before the holiday",
    "abroad",
)


@dataclass(frozen=True)
class Trade:
    """Files of a small trade, and how to run the command line on them."""

    folder: Path
    recipe: Path

    def metier(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `metier` in the folder, in a process of its own."""
        done = subprocess.run(command(*arguments), cwd=self.folder, env=environment(), capture_output=True, text=True)
        if check:
            assert done.returncode == 0, done.stderr
        return done

    def start(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `metier` in the folder and return at once."""
        quiet = subprocess.DEVNULL
        return subprocess.Popen(command(*arguments), cwd=self.folder, env=environment(), stdout=quiet, stderr=quiet)

    def runs(self, output: str = "runs") -> list[Path]:
        """Return the folders of all runs, oldest first."""
        found = (path.parent for path in (self.folder / output).glob("*/*/plan.json"))
        return sorted(path for path in found if not path.is_symlink())


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-c", "from metier.cli.main import main; main()", *arguments]


def environment() -> dict[str, str]:
    return {**os.environ, "HF_HUB_OFFLINE": "1", "TOKENIZERS_PARALLELISM": "false", "OMP_NUM_THREADS": "1"}


def sentences() -> list[tuple[str, str]]:
    rows = [
        (f"{subject} {verb} {ending}", label)
        for subject in SUBJECTS
        for label, verbs in (("positive", RISES), ("negative", FALLS), ("neutral", STAYS))
        for verb in verbs
        for ending in ENDINGS
    ]
    random.Random(7).shuffle(rows)
    return rows[:240]


@pytest.fixture
def trade(tmp_path: Path) -> Trade:
    """Return a trade with 240 labelled rows, a corpus and a recipe that adapts and trains a tiny BERT."""
    rows = sentences()
    build_model("bert", tmp_path / "model", texts=[text for text, _ in rows])
    lines = ["text,label", *(f"{text},{label}" for text, label in rows)]
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    (tmp_path / "corpus.txt").write_text("\n".join(text for text, _ in rows[:120]) + "\n", encoding="utf-8")
    recipe = tmp_path / "small.yaml"
    recipe.write_text(RECIPE, encoding="utf-8")
    return Trade(tmp_path, recipe)


RECIPE = """\
recipe: 1
model: ./model
data:
  train: rows.csv
  corpus: {use: text, path: corpus.txt, unit: line}
  prepare: [normalize]
  split: {validation: 0.1, test: 0.2}
adapt:
  - {use: continued-pretraining, epochs: 2, learning_rate: 1.0e-3}
  - {use: adversarial, attack: fgm, epsilon: 0.02}
task: text-classification
optimizer: {use: adamw, learning_rate: 3.0e-3}
training:
  num_train_epochs: 20
  per_device_train_batch_size: 16
  max_length: 32
  logging_steps: 20
  save_strategy: steps
  save_steps: 20
seed: 3
"""
