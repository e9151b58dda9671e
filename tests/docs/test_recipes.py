"""Every recipe in the documentation, the READMEs and the plugins' READMEs makes a plan."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from metier.discovery import discover
from metier.plan import make_plan
from metier.recipe import load_recipe

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "README.zh-CN.md", *sorted(ROOT.glob("docs/**/*.md"))]
PAGES += sorted(ROOT.glob("plugins/*/*/README.md"))
BLOCK = re.compile(r"^```yaml[^\n]*\n(recipe: .*?)^```$", re.MULTILINE | re.DOTALL)
BLOCKS = [
    pytest.param(
        block.group(1), id=f"{path.relative_to(ROOT)}:{path.read_text('utf-8')[: block.start()].count(chr(10)) + 1}"
    )
    for path in PAGES
    for block in BLOCK.finditer(path.read_text(encoding="utf-8"))
]
ROWS = [("Profit rose in the quarter.", "positive"), ("Sales fell in the quarter.", "negative")] * 20


def write_files(recipe: Any, folder: Path) -> None:
    """Write small files in place of those that a recipe's data sources name, with the columns that it maps."""
    for split in ("train", "validation", "test", "corpus"):
        source = recipe.get("data", {}).get(split, "")
        options = source if isinstance(source, dict) else {"path": source}
        path = folder / str(options.get("path", "")).replace("**/", "").replace("*", "one")
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.suffix == ".csv":
            separator = options.get("separator", ",")
            columns = {"text": "text", "label": "label", **options.get("columns", {})}
            lines = [separator.join(columns[role] for role in ("text", "label"))]
            lines += [f"{text}{separator}{label}" for text, label in ROWS]
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        elif path.suffix == ".jsonl":
            columns = {"text": "text", "label": "label", **options.get("columns", {})}
            lines = [
                json.dumps({named: label if role == "label" else text for role, named in columns.items()})
                for text, label in ROWS
            ]
            path.write_text("\n".join(lines), encoding="utf-8")
        elif path.suffix == ".txt":
            path.write_text("The company made a profit.\n\nIt was large.\n", encoding="utf-8")


def test_there_are_recipes() -> None:
    assert len(BLOCKS) >= 10


@pytest.mark.parametrize("text", BLOCKS)
def test_recipe_plans(text: str, tmp_path: Path) -> None:
    write_files(yaml.safe_load(text), tmp_path)
    path = tmp_path / "recipe.yaml"
    path.write_text(text, encoding="utf-8")
    registry = discover()
    plan = make_plan(load_recipe(path, registry=registry), registry)
    assert plan.task.name
    assert plan.sources["train"].name
