"""Measures how long `metier --help` and `metier plan` take, with every plugin that is installed.

    python benchmarks/startup.py

Wall time of a fresh process, median of ten after two to warm up; the table goes to docs/benchmarks.md.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import time
from pathlib import Path

import pages

PAGE = Path(__file__).parents[1] / "docs" / "benchmarks.md"
BEGIN, END = "<!-- startup: written by benchmarks/startup.py -->", "<!-- end of startup -->"
COMMANDS = {"metier --help": 0.12, "metier plan finance/sentiment": 0.4, "metier plan medical/diagnosis-chapter": 0.4}
"""The command, and the seconds that it should stay under."""
WARM_UP, ROUNDS = 2, 10


def seconds(command: str) -> list[float]:
    """Return the wall time of each round; compiled modules are kept between them, as they are for a user."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    taken = []
    for _ in range(WARM_UP + ROUNDS):
        started = time.perf_counter()
        subprocess.run(command.split(), check=True, stdout=subprocess.DEVNULL, env=environment)
        taken.append(time.perf_counter() - started)
    return taken[WARM_UP:]


def main() -> None:
    """Measure, print, and write the section of the page."""
    lines = ["## Start-up", "", "| command | median, s | range, s | goal, s |", "|---|---|---|---|"]
    for command, goal in COMMANDS.items():
        taken = seconds(command)
        middle = statistics.median(taken)
        lines.append(f"| `{command}` | {middle:.3f} | {min(taken):.3f}–{max(taken):.3f} | < {goal} |")
    section = "\n".join([BEGIN, "", *lines, "", END])
    print(section)
    pages.put(PAGE, section)


if __name__ == "__main__":
    main()
