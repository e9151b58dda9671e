"""Compares training by metier with `transformers.Trainer`, as it comes and tuned by an expert, in one table.

    python benchmarks/training.py [--work short-texts --work masked-lm] [--rounds 3] [--cpu-time]

Every arm trains the same model on the same rows with the same batch size and epochs, in a process of its own; arms take
turns, round by round, each round with another seed. Ratios are medians over rounds. The table goes to
docs/benchmarks.md. On a machine that others use too, `--cpu-time` with OMP_NUM_THREADS=1 counts this process's work.
"""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from works import WORKS

ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("arm.py")
PAGE = ROOT / "docs" / "benchmarks.md"
ARMS = ("Trainer, defaults", "Trainer, tuned", "metier")
BEGIN, END = "<!-- training: written by benchmarks/training.py -->", "<!-- end of training -->"
HEAD = (
    *("work", "arm", "tokens a second", "against defaults", "against tuned", "of the peak"),
    *("memory, MiB", "loss", "accuracy"),
)
Results = dict[str, list[dict[str, float]]]


def measure(work: str, *, rounds: int, cpu_time: bool) -> Results:
    """Run all arms in turn, round by round; the order turns too, so that none always comes first."""
    results: Results = {arm: [] for arm in ARMS}
    for turn in range(rounds):
        for arm in (*ARMS[turn % len(ARMS) :], *ARMS[: turn % len(ARMS)]):
            command = [sys.executable, str(SCRIPT), work, arm, str(13 + turn)]
            done = subprocess.run(command, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(done.stderr)
            found = json.loads(done.stdout.splitlines()[-1])
            results[arm].append({**found, "seconds": found["cpu_seconds"]} if cpu_time else found)
            print(f"{work}, round {turn + 1}, {arm}: {results[arm][-1]['seconds']:.1f} s", file=sys.stderr)
    return results


def ratio(results: Results, arm: str, against: str) -> str:
    """Return how many times as fast `arm` is as `against`: median over rounds, and range."""
    pairs = zip(results[arm], results[against], strict=True)
    ratios = sorted(theirs["seconds"] / ours["seconds"] for ours, theirs in pairs)
    return f"{statistics.median(ratios):.2f} ({ratios[0]:.2f}–{ratios[-1]:.2f})"


def lines(title: str, results: Results) -> list[str]:
    """Return the table's lines of one work."""
    found = []
    for arm, runs in results.items():
        middle = {name: statistics.median(run[name] for run in runs) for name in ("seconds", "share", "peak_mib")}
        figures = [
            f"{runs[0]['tokens'] / middle['seconds']:.0f}",
            ratio(results, arm, ARMS[0]),
            ratio(results, arm, ARMS[1]),
        ]
        figures += [f"{middle['share']:.0%}", f"{middle['peak_mib']:.0f}", spread([run["loss"] for run in runs])]
        figures.append(spread([run["accuracy"] for run in runs]) if "accuracy" in runs[0] else "")
        found.append(f"| {title if arm == ARMS[0] else ''} | {arm} | {' | '.join(figures)} |")
    return found


def spread(values: Sequence[float]) -> str:
    """Return a mean with its standard deviation over rounds."""
    return f"{statistics.mean(values):.3f} ± {statistics.stdev(values) if len(values) > 1 else 0.0:.3f}"


def section(table: Sequence[str], *, rounds: int, cpu_time: bool) -> str:
    """Return the page's section."""
    where = f"{rounds} rounds. torch {version('torch')}, transformers {version('transformers')}, {processor()}."
    clock = "Processor time" if cpu_time else "Time"
    how = (
        f"{clock} is from rows to trained weights, tokenisation included. Ratios are medians over rounds, with their "
        "range; loss and accuracy are of held-out rows in float32, mean and standard deviation over seeds. `Trainer, "
        "tuned` is lengths grouped, AdamW fused, and bfloat16 where the processor multiplies it. `of the peak` is the "
        "share of the fastest matrix products measured on this machine; layers that are frozen or cached count as if "
        "they trained. MiniLM (22M) on ICD-10-CM, unless the work says otherwise."
    )
    heading = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    return "\n".join([BEGIN, "", "## Training", "", how, "", where, "", *heading, *table, "", END])


def processor() -> str:
    """Return the processor's name, the cores used, and whether it multiplies bfloat16."""
    import torch

    from metier.environment import environment
    from metier.training.precision import pick_device, supports_bf16

    name = environment()["processor"] or platform.machine()
    bf16 = "with" if supports_bf16(pick_device()) else "without"
    return f"{name}, {torch.get_num_threads()} threads, {bf16} bfloat16 products"


def write(text: str) -> None:
    """Put the section into the page, in place of the former one."""
    page = PAGE.read_text(encoding="utf-8") if PAGE.exists() else "# Benchmarks\n"
    if BEGIN in page:
        before, _, after = page.partition(BEGIN)
        page = f"{before}{text}{after.partition(END)[2]}"
    else:
        page = f"{page.rstrip()}\n\n{text}\n"
    PAGE.write_text(page, encoding="utf-8")


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", action="append", choices=[*WORKS], help="measure these alone; by default all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--cpu-time", action="store_true", help="compare processor time, not time on the clock")
    options = parser.parse_args()
    table = []
    for name in options.work or WORKS:
        results = measure(name, rounds=options.rounds, cpu_time=options.cpu_time)
        table += lines(WORKS[name].title, results)
    text = section(table, rounds=options.rounds, cpu_time=options.cpu_time)
    write(text)
    print(text)


if __name__ == "__main__":
    main()
