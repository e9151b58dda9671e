"""Measures memory and processor time of preparing a corpus that is larger than memory ought to be.

    python benchmarks/streaming.py [--gigabytes 5]

A corpus of that size is generated, one copy in ten, and prepared in a process of its own: read, normalised, copies
left out, written, described. The table goes to docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pages

from metier.environment import environment

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- streaming: written by benchmarks/streaming.py -->", "<!-- end of streaming -->"
LIMIT = 2.0
"""GB of memory that the process may take at most."""
COPIES = 0.1
PREPARE = ["normalize", {"use": "deduplicate", "near": False}]
ENDS = ("a", "e", "i", "o", "u", "an", "er", "it", "on")
SYLLABLES = [first + last for first in "bcdfghjklmnprstvwz" for last in ENDS]
CHILD = """
import sys
from pathlib import Path
from metier.data.prepare import prepare
from metier.discovery import discover
from metier.pipeline.preparation import fetch_model
from metier.plan import make_plan
from metier.recipe import load_recipe
registry, folder = discover(), Path(sys.argv[1])
plan = make_plan(load_recipe(folder / "recipe.yaml", registry=registry), registry, adapts_only=True)
model = fetch_model(plan.model, registry, offline=True)
made = prepare(plan, registry, folder / "prepared", offline=True, tokenizer_path=model.path)
print(made.datasets["corpus"].rows)
"""


def generate(path: Path, size: int) -> int:
    """Write documents of about 200 words, one a paragraph, until the file has `size` bytes; return how many."""
    drawn = random.Random(0)
    words = ["".join(drawn.choices(SYLLABLES, k=drawn.randint(1, 4))) for _ in range(50_000)]
    written, count, kept = 0, 0, [""]
    with path.open("w", encoding="utf-8") as file:
        while written < size:
            again = drawn.random() < COPIES and count > 0
            text = drawn.choice(kept) if again else " ".join(drawn.choices(words, k=drawn.randint(50, 350)))
            if len(kept) < 1000:
                kept.append(text)
            written += file.write(f"{text or words[0]}\n\n")
            count += 1
    return count


def measure(gigabytes: float) -> str:
    """Return the table's line for a corpus of a size."""
    with tempfile.TemporaryDirectory(prefix="streaming-") as name:
        folder = Path(name)
        documents = generate(folder / "corpus.txt", int(gigabytes * 1e9))
        recipe = {
            "recipe": 1,
            "model": "starter:minilm",
            "data": {"corpus": {"use": "text", "path": "corpus.txt", "unit": "paragraph"}, "prepare": PREPARE},
            "adapt": ["continued-pretraining"],
        }
        (folder / "recipe.yaml").write_text(json.dumps(recipe), encoding="utf-8")
        rows, peak = watched([sys.executable, "-c", CHILD, name])
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        minutes = (used.ru_utime + used.ru_stime) / 60
    return f"| {gigabytes:g} | {documents:,} | {rows:,} | {minutes:.1f} | {peak:.2f} | < {LIMIT:g} |"


def watched(command: list[str]) -> tuple[int, float]:
    """Run a command; return the number that it prints, and the most memory of its own that it had, in GB.

    Pages of files that are mapped are not counted: the system takes them back when it needs them.
    """
    peak = 0.0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, own_memory(process.pid))
            time.sleep(0.1)
        assert process.stdout is not None
        printed = process.stdout.read()
    if process.returncode:
        raise SystemExit(f"preparing failed: {process.returncode}")
    return int(printed.split()[-1]), peak


def own_memory(process: int) -> float:
    """Return the anonymous memory of a process in GB; 0 where it has just ended."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="ascii")
    except ProcessLookupError:
        return 0.0
    found = re.search(r"RssAnon:\s+(\d+) kB", status)
    return int(found.group(1)) * 1024 / 1e9 if found else 0.0


def main() -> None:
    """Measure, print, and write the section of the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gigabytes", type=float, default=5.0)
    parser.add_argument("--no-page", action="store_true", help="leave docs/benchmarks.md as it is")
    options = parser.parse_args()
    facts = environment()
    head = ["corpus, GB", "documents", "documents kept", "processor minutes", "peak memory, GB", "goal, GB"]
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", measure(options.gigabytes)]
    what = f"Read, normalised, copies left out, written and described; {facts['processor']}, {facts['cores']} cores."
    section = "\n".join([BEGIN, "", "## A corpus that is not held in memory", "", what, "", *lines, "", END])
    print(section)
    if not options.no_page:
        pages.put(PAGE, section)


if __name__ == "__main__":
    main()
