"""What a faulty recipe is: the recipe, the files beside it, and what a person must be told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

GOOD = """\
recipe: 1
model: starter:minilm
data:
  train: train.csv
  corpus: corpus.txt
adapt:
  - {use: continued-pretraining, epochs: 1}
task: text-classification
training: {num_train_epochs: 1}
"""
"""The recipe that every fault is put into."""
WORDS = (
    "amber birch cedar delta ember flint grove heron ivory jade kelp lotus maple north olive pearl quartz river stone"
)
LABELS = ("positive", "negative")
ROWS = "text,label\n" + "".join(f"{word} {word[::-1]},{LABELS[i % 2]}\n" for i, word in enumerate(WORDS.split()))
"""A header and nineteen rows, no two alike."""
FILES: Mapping[str, str | bytes] = {"train.csv": ROWS, "corpus.txt": "good news and bad news\n" * 10}
"""What lies beside the recipe."""


@dataclass(frozen=True)
class Case:
    """One fault."""

    name: str
    message: str
    """Part of what is said; `{folder}` is where the recipe lies."""
    hint: str
    """Part of the way out."""
    recipe: str | bytes = GOOD
    where: str = "recipe.yaml:"
    """How what is said begins: file, line and path."""
    files: Mapping[str, str | bytes] = field(default_factory=dict)
    """Laid beside the recipe, over `FILES`."""
    arguments: tuple[str, ...] = ()
    """Further arguments of the command: `--train`, `x.csv`, `--set`, `seed=1`."""
    exit_code: int = 2
    folders: tuple[str, ...] = ()
    unreadable: tuple[str, ...] = ()
    """Files that nobody may read; such cases are left out for root, who may."""
    real: bool = True
    """Whether it needs no more than the plugins of this repository; else it is shown with fakes alone."""


def changed(old: str, new: str) -> str:
    """Return the good recipe with `old` replaced."""
    assert GOOD.count(old) == 1, old
    return GOOD.replace(old, new)
