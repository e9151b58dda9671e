"""Compares fine-tuning by metier with `transformers.Trainer`, as it comes and tuned by an expert.

    python benchmarks/training.py [--data rows.csv] [--rounds 5] [--epochs 3]

Every arm trains the same model on the same rows, with the same batch size and epochs, in a process of its own; arms
take turns, round by round, each round with another seed. Ratios are medians over rounds. The table goes to
docs/benchmarks.md. On a machine that others use too, `--cpu-time` with OMP_NUM_THREADS=1 counts this process's work.
"""

from __future__ import annotations

import argparse
import csv
import json
import platform
import random
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("training_arms.py")
PAGE = ROOT / "docs" / "benchmarks.md"
ARMS = ("Trainer, defaults", "Trainer, tuned", "metier")
BEGIN, END = "<!-- training: written by benchmarks/training.py -->", "<!-- end of training -->"
Results = dict[str, list[dict[str, float]]]


def read_rows(path: Path | None) -> dict[str, list[dict[str, str]]]:
    """Return rows to train on and rows to judge by: of a CSV file with `text` and `label`, or of ICD-10-CM."""
    if path is None:
        from metier_medical.sampling import diagnoses

        parts = {"train": diagnoses("train"), "held_out": diagnoses("test")}
        found = {part: [{"text": row.text, "label": row.label} for row in rows] for part, rows in parts.items()}
    else:
        with path.open(encoding="utf-8", newline="") as file:
            rows = [{"text": row["text"], "label": row["label"]} for row in csv.DictReader(file)]
        random.Random(13).shuffle(rows)
        cut = len(rows) * 4 // 5
        found = {"train": rows[:cut], "held_out": rows[cut:]}
    known = {row["label"] for row in found["train"]}
    found["held_out"] = [row for row in found["held_out"] if row["label"] in known]
    return found


def measure(options: argparse.Namespace, model: Path, rows: Path) -> Results:
    """Run all arms in turn, round by round; the order turns too, so that none always comes first."""
    results: Results = {arm: [] for arm in ARMS}
    for turn in range(options.rounds):
        for arm in (*ARMS[turn % len(ARMS) :], *ARMS[: turn % len(ARMS)]):
            arguments = [arm, model, rows, 13 + turn, options.epochs, options.batch, options.max_length]
            command = [sys.executable, SCRIPT, *arguments]
            done = subprocess.run([str(one) for one in command], capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stderr)
            found = json.loads(done.stdout.splitlines()[-1])
            results[arm].append({**found, "seconds": found["cpu_seconds"]} if options.cpu_time else found)
            print(f"round {turn + 1}, {arm}: {results[arm][-1]['seconds']:.1f} s", file=sys.stderr)
    return results


def ratio(results: Results, arm: str, against: str) -> str:
    """Return how many times as fast `arm` is as `against`: median over rounds, and range."""
    pairs = zip(results[arm], results[against], strict=True)
    ratios = sorted(theirs["seconds"] / ours["seconds"] for ours, theirs in pairs)
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


def table(results: Results) -> list[str]:
    """Return the table's lines."""
    head = ["arm", "examples a second", "against defaults", "against tuned", "peak memory, MiB", "loss", "accuracy"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    for arm, runs in results.items():
        speed = statistics.median(run["examples"] / run["seconds"] for run in runs)
        figures = [f"{speed:.0f}", ratio(results, arm, ARMS[0]), ratio(results, arm, ARMS[1])]
        figures.append(f"{statistics.median(run['peak_mib'] for run in runs):.0f}")
        figures += [spread([run["loss"] for run in runs]), spread([run["accuracy"] for run in runs])]
        lines.append(f"| {arm} | {' | '.join(figures)} |")
    return lines


def spread(values: Sequence[float]) -> str:
    """Return a mean with its standard deviation over rounds."""
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values) if len(values) > 1 else 0.0:.3f}"


def section(options: argparse.Namespace, rows: dict[str, list[Any]], results: Results) -> str:
    """Return the page's section."""
    data = options.data.name if options.data else "ICD-10-CM diagnoses to chapters"
    told = (
        f"MiniLM (22M) on {data}: {len(rows['train'])} rows to train on, {len(rows['held_out'])} to judge by, "
        f"{options.epochs:g} epochs in batches of {options.batch}, {options.rounds} rounds. "
        f"torch {version('torch')}, transformers {version('transformers')}, {processor()}."
    )
    how = (
        f"{'Processor time' if options.cpu_time else 'Time'} is from rows to trained weights, tokenisation included. "
        "Ratios are medians over rounds, with their range; loss and accuracy are of held-out rows in float32, mean and "
        "standard deviation over seeds. `Trainer, tuned` is bfloat16, lengths grouped, AdamW fused."
    )
    return "\n".join([BEGIN, "", "## Fine-tuning an encoder", "", told, "", how, "", *table(results), "", END])


def processor() -> str:
    """Return the processor's name and the cores used."""
    import torch

    found = torch.cpu.get_capabilities().get("cpu_name") if hasattr(torch.cpu, "get_capabilities") else None
    return f"{found or platform.processor() or platform.machine()}, {torch.get_num_threads()} threads"


def write(text: str) -> None:
    """Put the section into the page, in place of the former one."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Benchmarks\n"
    if BEGIN in page:
        page = page[: page.index(BEGIN)].rstrip() + "\n" + page[page.index(END) + len(END) :]
    PAGE.parent.mkdir(exist_ok=True)
    PAGE.write_text(f"{page.rstrip()}\n\n{text}\n", encoding="utf-8")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, help="CSV file with columns text and label")
    parser.add_argument("--model", type=Path, help="model folder; by default starter:minilm")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--epochs", type=float, default=3)
    parser.add_argument("--batch", type=int, default=32)
    parser.add_argument("--max-length", type=int, default=256)
    parser.add_argument("--cpu-time", action="store_true", help="compare processor time, not time on the clock")
    options = parser.parse_args()
    rows = read_rows(options.data)
    with tempfile.TemporaryDirectory() as folder:
        model = options.model or starter(Path(folder))
        file = Path(folder) / "rows.json"
        file.write_text(json.dumps(rows), encoding="utf-8")
        results = measure(options, model, file)
    text = section(options, rows, results)
    write(text)
    print(text)


def starter(cache: Path) -> Path:
    """Return the folder of `starter:minilm`."""
    from metier.components import FetchContext
    from metier_starter.starter import Starter

    return Starter().fetch("minilm", FetchContext(cache=cache)).path


if __name__ == "__main__":
    main()
