"""Compares training by metier with `transformers.Trainer`, as it comes and tuned by an expert, in one table.

    python benchmarks/training.py [--work short-texts --work masked-lm] [--rounds 3] [--times 1] [--cpu-time]

Every arm trains the same model on the same rows with the same batch size and epochs, in a process of its own (on an
accelerator in one: it counts memory itself). Arms take turns, round by round, each round with another seed; ratios are
medians over rounds. The table goes to docs/benchmarks.md, or to `--page`; works that are not named keep their lines,
where these were measured under the same conditions. On a machine that others use too, `--cpu-time` with
OMP_NUM_THREADS=1 counts this process's work. On an accelerator take more epochs (`--times 20`), or little but its start
is measured. `--compile` adds an arm that compiles the Trainer's model.
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

import pages
from works import WORKS

ROOT = Path(__file__).parents[1]
SCRIPT = Path(__file__).with_name("arm.py")
PAGE = ROOT / "docs" / "benchmarks.md"
ARMS = ("Trainer, defaults", "Trainer, tuned", "metier")
COMPILED = "Trainer, tuned and compiled"
HEAD = (
    *("work", "arm", "tokens a second", "against defaults", "against tuned", "of the peak"),
    *("memory, MiB", "loss", "accuracy"),
)
Results = dict[str, list[dict[str, float]]]


def measure(work: str, arms: Sequence[str], *, rounds: int, times: float, cpu_time: bool) -> Results:
    """Run all arms in turn, round by round; the order turns too, so that none always comes first."""
    results: Results = {arm: [] for arm in arms}
    for turn in range(rounds):
        for arm in (*arms[turn % len(arms) :], *arms[: turn % len(arms)]):
            one = here if on_accelerator() else apart
            found = one(work, arm, seed=13 + turn, times=times)
            results[arm].append({**found, "seconds": found["cpu_seconds"]} if cpu_time else found)
            print(f"{work}, round {turn + 1}, {arm}: {results[arm][-1]['seconds']:.1f} s", file=sys.stderr)
    return results


def apart(work: str, arm: str, *, seed: int, times: float) -> dict[str, float]:
    """Measure in another process."""
    command = [sys.executable, str(SCRIPT), work, arm, str(seed), str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def here(work: str, arm: str, *, seed: int, times: float) -> dict[str, float]:
    """Measure in this process."""
    from arm import measured

    return measured(work, arm, seed=seed, times=times)


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


def section(table: Sequence[str], *, title: str, rounds: int, times: float, cpu_time: bool) -> str:
    """Return the page's section."""
    clock = "Processor time" if cpu_time else "Time"
    how = (
        f"{clock} is from rows to trained weights, tokenisation included. Ratios are medians over rounds, with their "
        "range; loss and accuracy are of held-out rows in float32, mean and standard deviation over seeds. `Trainer, "
        "tuned` is lengths grouped, AdamW fused, and bfloat16 where the processor multiplies it. `of the peak` is the "
        "share of the fastest matrix products measured on this machine; layers that are frozen or cached count as if "
        "they trained. MiniLM (22M) on ICD-10-CM, unless the work says otherwise."
    )
    heading = [f"| {' | '.join(HEAD)} |", f"|{'---|' * len(HEAD)}"]
    begin, end = marks(title)
    return "\n".join([begin, "", f"## {title}", "", how, "", conditions(rounds, times), "", *heading, *table, "", end])


def conditions(rounds: int, times: float) -> str:
    """Return what the figures were measured with."""
    often = f" Each work trains {times:g} times its epochs." if times != 1 else ""
    return f"{rounds} rounds. torch {version('torch')}, transformers {version('transformers')}, {processor()}.{often}"


def marks(title: str) -> tuple[str, str]:
    """Return the comments around a section."""
    name = title.lower()
    return f"<!-- {name}: written by benchmarks/training.py -->", f"<!-- end of {name} -->"


def processor() -> str:
    """Return what computes: the accelerator, or the processor with its threads; and whether it multiplies bfloat16."""
    import torch

    from metier.environment import environment
    from metier.training.precision import pick_device, supports_bf16

    device = pick_device()
    bf16 = "with" if supports_bf16(device) else "without"
    if device.type == "cuda":
        return f"{torch.cuda.get_device_name()}, {bf16} bfloat16 products"
    name = environment()["processor"] or platform.machine()
    return f"{name}, {torch.get_num_threads()} threads, {bf16} bfloat16 products"


def former(page: Path, title: str, where: str) -> dict[str, list[str]]:
    """Return the page's lines by work, where they were measured under the same conditions (`where` says them)."""
    begin, end = marks(title)
    text = page.read_text(encoding="utf-8") if page.exists() else ""
    section = text.partition(begin)[2].partition(end)[0]
    found: dict[str, list[str]] = {}
    if where not in section.splitlines():
        return found
    for row in section.splitlines():
        named = next((name for name, work in WORKS.items() if row.startswith(f"| {work.title} |")), None)
        if named is not None:
            found[named] = []
        if found and row.startswith("|"):
            found[[*found][-1]].append(row)
    return found


def on_accelerator() -> bool:
    """Return whether trainings run on an accelerator here."""
    from metier.training.precision import pick_device

    return pick_device().type != "cpu"


def main() -> None:
    """Measure and write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--work", action="append", choices=[*WORKS], help="measure these alone; by default all")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--times", type=float, default=1, help="times as many epochs")
    parser.add_argument("--cpu-time", action="store_true", help="compare processor time, not time on the clock")
    parser.add_argument("--compile", action="store_true", help="add an arm with torch.compile")
    parser.add_argument("--page", type=Path, default=PAGE)
    options = parser.parse_args()
    arms = (*ARMS, COMPILED) if options.compile else ARMS
    accelerated, works = on_accelerator(), options.work or [*WORKS]
    title = "Training on a GPU" if accelerated else "Training"
    how = {"rounds": options.rounds, "times": options.times, "cpu_time": options.cpu_time}
    table = former(options.page, title, conditions(options.rounds, options.times))
    if accelerated:  # the first training of all warms the device up
        here(works[0], arms[0], seed=13, times=options.times)
    for name in works:
        table[name] = lines(WORKS[name].title, measure(name, arms, **how))
        text = section([row for work in WORKS for row in table.get(work, ())], title=title, **how)
        # Each work as it is done: a run of an hour may be broken off.
        pages.put(options.page, text, heading="# Benchmarks\n")
    print(text)


if __name__ == "__main__":
    main()
