"""Help, plugins and plan answer at once, because they import nothing that computes."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = {"torch", "transformers", "datasets", "peft", "sklearn", "pandas", "pyarrow", "scipy", "matplotlib"}
HELP_ONLY = HEAVY | {"pydantic", "yaml", "rich", "numpy"}
PROGRAM = """
import json, sys
from metier.cli.main import main
sys.argv = ["metier", *json.loads(sys.argv[1])]
try:
    main()
except SystemExit as stop:
    assert not stop.code, stop.code
finally:
    print("\\nMODULES " + json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""


def modules_after(*arguments: str) -> set[str]:
    program = [sys.executable, "-c", PROGRAM, json.dumps(arguments)]
    done = subprocess.run(program, capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.rpartition("MODULES ")[2]))


def test_help_imports_no_more_than_it_prints() -> None:
    assert not modules_after("--help") & HELP_ONLY


@pytest.mark.parametrize(
    "arguments",
    [
        ("plugins", "list"),
        ("plugins", "info", "text-classification"),
        ("recipes",),
        ("models", "list"),
        ("schema",),
        ("plan", "finance/sentiment"),
        ("plan", "medical/diagnosis-chapter", "--json"),
    ],
)
def test_looking_imports_nothing_that_computes(arguments: tuple[str, ...]) -> None:
    assert not modules_after(*arguments) & HEAVY
