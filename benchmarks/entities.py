"""Compares named entity models with what they must beat, on real data, and writes docs/entities.md.

    python benchmarks/entities.py --data ../shared/data [--runs FOLDER] [--set ncbi-disease] [--no-page]

Every arm is a run of metier on MiniLM, on the same rows and seeds. What was trained is kept in the folder of runs and
not trained again, so that sets can be made by themselves (`--set`, `--no-page`) before a last call writes the page.
"""

from __future__ import annotations

import argparse
import json
import os
import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pages
from adaptation import line, run, seconds
from studies import Size

from metier.cli.show import spread
from metier.components import ReadContext
from metier.environment import environment
from metier_annotations.annotations import Annotations

PAGE = Path(__file__).parents[1] / "docs" / "entities.md"
HEADING = "# Named entities\n\nHow well entities are found in published texts, beside what is simpler.\n\n"
BEGIN, END = "<!-- written by benchmarks/entities.py -->", "<!-- end of what is written -->"
RATE, EPOCHS, BATCH = 2e-4, 4, 16
HEAD = ("data", "rows to train on and to judge by", "what", "strict F1", "F1 of the borders", "training, s a seed")
FIGURES = ("f1", "f1_borders")
ARMS: Mapping[str, Mapping[str, Any]] = {"fine-tuned": {}, "fine-tuned, conditional random field": {"crf": True}}
HELD_OUT = 0.3
"""Share of the rows that are judged by where none are published for it."""
Row = dict[str, Any]


@dataclass(frozen=True)
class EntitySet:
    """A published data set: where its rows are, below the folder of all data."""

    title: str
    train: str
    test: str = ""
    max_length: int = 128
    reading: Mapping[str, Any] = field(default_factory=dict)
    """Options of the source `annotations`."""
    task: Mapping[str, Any] = field(default_factory=dict)

    def write(self, data: Path, folder: Path, size: Size) -> dict[str, Any]:
        """Write rows drawn by chance into `folder`; return the recipe's `data`.

        Rows with a label that no row to train on has are not judged by: a model cannot know of it.
        """
        folder.mkdir(parents=True, exist_ok=True)
        train, test = self._rows(data)
        kept = random.Random(0).sample(train, min(size.train, len(train)))
        known = {span["label"] for row in kept for span in row["spans"]}
        judged = [row for row in test if known.issuperset(span["label"] for span in row["spans"])]
        judged = random.Random(0).sample(judged, min(size.test, len(judged)))
        for name, rows in (("train", kept), ("test", judged)):
            lines = [json.dumps(row, ensure_ascii=False) for row in rows]
            (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        files = {name: str(folder / f"{name}.jsonl") for name in ("train", "test")}
        return {**files, "split": {"validation": 0}}

    def _rows(self, data: Path) -> tuple[list[Row], list[Row]]:
        if self.test:
            return self._read(data / self.train), self._read(data / self.test)
        every = self._read(data / self.train)
        random.Random(1).shuffle(every)
        cut = round(len(every) * HELD_OUT)
        return every[cut:], every[:cut]

    def _read(self, path: Path) -> list[Row]:
        source = Annotations(Annotations.Config.model_validate({"path": str(path), **self.reading}))
        return [record.values for record in source.read(ReadContext(offline=True))]


LONGEST = {"on_overlap": "longest"}
SETS = {
    "ncbi-disease": EntitySet(
        "NCBI diseases, English", "medical/ncbi_disease_ner/train.tsv", "medical/ncbi_disease_ner/test.tsv"
    ),
    "ebm-pico": EntitySet("EBM-NLP (PICO), English", "medical/ebm_pico_ner/dev.txt", "medical/ebm_pico_ner/test.txt"),
    "sec-filings": EntitySet(
        "SEC filings, English", "finance/sec_filings_ner/train/*.txt", "finance/sec_filings_ner/test/*.txt"
    ),
    "german-ler": EntitySet(
        "Court decisions, German", "legal/german_ler/ler_dev.conll", "legal/german_ler/ler_test.conll"
    ),
    "maintie": EntitySet(
        "MaintIE, the five upper classes, English",
        "manufacturing/maintie/gold_release.json",
        max_length=64,
        reading={"label_depth": 1},
        task=LONGEST,
    ),
    "nasa-fmea": EntitySet("NASA FMEA, English", "manufacturing/nasa_fmea_ner/*.jsonl"),
    "wnut17": EntitySet(
        "WNUT-17, English", "general/wnut17_ner/wnut17train.conll", "general/wnut17_ner/emerging.test.annotated"
    ),
    "cluener": EntitySet(
        "CLUENER, Chinese", "general/cluener_zh/train.json", "general/cluener_zh/dev.json", 64, task=LONGEST
    ),
}
"""Name to data set. MiniLM is English: German it reads in pieces of words, Chinese hardly."""


def recipe(chosen: EntitySet, arm: Mapping[str, Any], data: Mapping[str, Any], seeds: int) -> dict[str, Any]:
    """Return the recipe of an arm."""
    settings = {"num_train_epochs": EPOCHS, "per_device_train_batch_size": BATCH, "save_strategy": "no"}
    return {
        "recipe": 1,
        "model": "starter:minilm",
        "data": dict(data),
        "task": {"use": "token-classification", **chosen.task, **arm},
        "optimizer": {"use": "adamw", "learning_rate": RATE, "head_learning_rate_scale": 5},
        "training": {**settings, "max_length": chosen.max_length},
        "seeds": seeds,
    }


def rows(name: str, size: Size, data: Path, folder: Path, seeds: int) -> Iterator[str]:
    """Yield the table's lines: the arms, then what they must beat."""
    place = SETS[name].write(data, folder / f"data-{name}", size)
    done = [
        run(f"{name}-{'-'.join(arm) or 'plain'}", recipe(SETS[name], arm, place, seeds), folder)
        for arm in ARMS.values()
    ]
    splits = json.loads((done[0].path / "data" / "report.json").read_text("utf-8"))["splits"]
    counts = " and ".join(f"{splits[split]['rows']:,}" for split in ("train", "test"))
    titles = [SETS[name].title, counts]
    for what, finished in zip(ARMS, done, strict=True):
        (trained,) = finished.metrics["arms"]
        yield line(titles, what, [_figure(trained, name) for name in FIGURES], seconds(trained))
        titles = ["", ""]
    for baseline in done[0].metrics["baselines"]:
        figures = baseline["splits"]["test"]["metrics"]
        yield line(titles, baseline["name"], [f"{figures[figure]:.3f}" for figure in FIGURES], "")


def _figure(arm: Mapping[str, Any], name: str) -> str:
    found = arm["summary"]["test"][name]
    return spread(found["mean"], found["half_width"])


def write(page: Path, lines: list[str], size: Size, seeds: int) -> None:
    """Put what was measured into the page, in place of what was there."""
    facts = environment()
    how = (
        f"MiniLM (22M), an English model; at most {size.train:,} rows to train on and {size.test:,} to judge by, drawn "
        f"by chance; {EPOCHS} epochs in batches of {BATCH}, learning rate {RATE:g}. A span counts where both borders "
        f"and the label are right; F1 of the borders leaves labels aside. {seeds} seeds: mean ± half-width of the 95 % "
        "interval over seeds (Student's t). So few rows are for comparing on one machine, not with figures that others "
        f"published on whole data sets. {facts['processor']}, {facts['cores']} cores, "
        f"OMP_NUM_THREADS: {os.environ.get('OMP_NUM_THREADS', 'all')}."
    )
    text = "\n".join([BEGIN, "", how, "", line(*HEAD), f"|{'---|' * len(HEAD)}", *lines, "", END])
    pages.put(page, text, heading=HEADING)


def main() -> None:
    """Run what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with finance/, medical/ and so on")
    parser.add_argument("--set", dest="sets", action="append", choices=[*SETS])
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    parser.add_argument("--train", type=int, default=600)
    parser.add_argument("--test", type=int, default=400)
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--page", type=Path, default=PAGE)
    parser.add_argument("--no-page", action="store_true", help="leave the page as it is")
    options = parser.parse_args()
    size = Size(options.train, options.test, 0)
    options.runs.mkdir(parents=True, exist_ok=True)
    wanted = options.sets or SETS
    lines = [text for name in wanted for text in rows(name, size, options.data, options.runs, options.seeds)]
    print("\n".join(lines))
    if not options.no_page:
        write(options.page, lines, size, options.seeds)


if __name__ == "__main__":
    main()
