"""The authors' tutorial is true: its files are written and its commands run, in order, in a fresh environment."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
TITLED = r"\{[^}\n]*title=\"(?P<braced>[^\"]+)\"\}"
PLAIN = r"(?P<language>\w+)(?: title=\"(?P<title>[^\"]+)\")?"
BLOCK = re.compile(rf"^```(?:{TITLED}|{PLAIN})\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)


def steps(page: str) -> Iterator[tuple[str, str]]:
    """Yield each file to write (its path, its text) and each command to run ("", the command), in order."""
    for block in BLOCK.finditer(page):
        title = block["braced"] or block["title"]
        if title:
            yield title, block["text"]
        elif block["language"] == "bash":
            yield from (("", line) for line in block["text"].splitlines())


@pytest.fixture
def shell(tmp_path: Path, fresh_environment: Any) -> Any:
    """Returns a function that runs a command line in a folder, with a fresh environment's `metier`, `pip`, `python`."""
    environment = fresh_environment()
    folder = environment.folder / "bin"
    pip = f"{sys.executable} -m pip --python {environment.python}"
    scripts = {
        "metier": f"exec {environment.python} -c 'from metier.cli.main import main; main()' \"$@\"",
        # What is installed already is not fetched again: nothing here needs an index.
        "pip": f'[ "$1" = install ] && shift && exec {pip} install --quiet --no-index --no-build-isolation "$@"',
    }
    for name, line in scripts.items():
        (folder / name).write_text(f"#!/bin/sh\n{line}\n", encoding="utf-8")
        (folder / name).chmod(0o755)

    def run(line: str) -> subprocess.CompletedProcess[str]:
        return environment.execute(["sh", "-c", line], cwd=tmp_path, timeout=300)

    return run


@pytest.mark.slow
def test_the_tutorial_is_true(shell: Any, tmp_path: Path) -> None:
    page = (ROOT / "docs" / "authors" / "tutorial.md").read_text(encoding="utf-8")
    said: dict[str, str] = {}
    for path, text in steps(page):
        if path:
            (tmp_path / path).write_text(text, encoding="utf-8")
            continue
        done = shell(text)
        assert done.returncode == 0, f"$ {text}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        said[text] = done.stdout
    assert "Carriage of goods by sea" not in said["metier plugins info shipping"]  # before it was made ours
    assert (tmp_path / "runs" / "shipping-incident" / "LATEST" / "report.html").is_file()
    assert '"label"' in said['metier predict runs/shipping-incident/LATEST "The crane failed again."']
    assert "passed" in said["metier plugins check metier-bias-only"]
    assert (tmp_path / "runs" / "mine").is_dir()
