"""Writes the pages of the documentation that are made from code; `--check` only says which are not true any more.

python docs/generate.py
python docs/generate.py --check
"""

from __future__ import annotations

import os
import sys
import tomllib
from collections.abc import Callable
from pathlib import Path

from _pages import commands, components, contract_tests, contracts, families, hooks, recipe

DOCS = Path(__file__).parent
ROOT = DOCS.parent
PAGES: dict[str, Callable[[], str]] = {
    "authors/hooks.md": hooks.page,
    "authors/components.md": contracts.page,
    "authors/contract-tests.md": contract_tests.page,
    "reference/cli.md": commands.page,
    "reference/recipe.md": recipe.page,
    "reference/components.md": components.page,
    "reference/families.md": families.page,
}


def own_plugins() -> list[str]:
    """Return the entry points of this repository's plugins: the pages must not depend on what else is installed."""
    names: list[str] = []
    for path in sorted(ROOT.glob("plugins/*/*/pyproject.toml")):
        project = tomllib.loads(path.read_text(encoding="utf-8"))["project"]
        names += project["entry-points"]["metier.plugins"]
    return names


def pages() -> dict[Path, str]:
    """Return every generated page's path and what it should hold."""
    os.environ["METIER_PLUGINS"] = ",".join(own_plugins())
    return {DOCS / page: f"<!-- Made by docs/generate.py. -->\n\n{make().strip()}\n" for page, make in PAGES.items()}


def main(arguments: list[str]) -> int:
    """Write the pages, or with `--check` name those that differ; return the exit code."""
    stale = {path: text for path, text in pages().items() if not path.is_file() or path.read_text("utf-8") != text}
    for path, text in stale.items():
        if "--check" in arguments:
            print(f"{path.relative_to(ROOT)}: not what the code says\n  hint: run python docs/generate.py")
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {path.relative_to(ROOT)}")
    return 1 if stale and "--check" in arguments else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
