"""Every plugin in this repository has the same shape, so that who knows one knows all."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from metier.discovery import discover

ROOT = Path(__file__).parents[1]
PLUGINS = sorted(path.parent for path in ROOT.glob("plugins/*/*/pyproject.toml"))
FAMILIES = {
    "industries", "sources", "models", "transforms", "adaptation", "tasks", "optimizers", "strategies", "explainers",
    "exporters", "launchers", "trackers",
}  # fmt: skip
CONTRACT = re.compile(r"^    component(?:: [^=]+)? = (?:\w+\.)?(\w+)$", re.MULTILINE)
"""A contract test names its component."""
OWN = {"description", "dependencies"}
"""What a plugin's `[project]` may say in its own words."""


def test_there_are_plugins() -> None:
    assert len(PLUGINS) >= 7


@pytest.mark.parametrize("plugin", PLUGINS, ids=lambda path: path.name)
def test_a_plugin_has_the_common_shape(plugin: Path) -> None:
    assert not faults(plugin), "\n".join(faults(plugin))


def test_every_component_has_its_contract_test() -> None:
    own = {f"metier-{plugin.name}" for plugin in PLUGINS} | {"metier"}
    wanted = {e.component.__name__ for e in discover().entries if e.provider.distribution in own}
    texts = [path.read_text(encoding="utf-8") for path in ROOT.glob("plugins/*/*/tests/test_*.py")]
    texts += [path.read_text(encoding="utf-8") for path in ROOT.glob("tests/builtin/**/test_*.py")]
    tested = {name for text in texts for name in CONTRACT.findall(text)}
    assert len(wanted) > 80
    assert not wanted - tested


def faults(plugin: Path) -> list[str]:
    """Return everything that is wrong with a plugin's shape."""
    package = f"metier_{plugin.name.replace('-', '_')}"
    wanted = [
        "README.md",
        "recipes/smoke.yaml",
        f"src/{package}/__init__.py",
        f"src/{package}/plugin.py",
        "tests/test_contract.py",
    ]
    found = [f"missing: {plugin / name}" for name in wanted if not (plugin / name).is_file()]
    if plugin.parent.name not in FAMILIES:
        found.append(f"unknown family: {plugin.parent.name}")
    project = tomllib.loads((plugin / "pyproject.toml").read_text(encoding="utf-8"))
    expected = {
        "name": f"metier-{plugin.name}",
        "version": "0.1.0",
        "readme": "README.md",
        "license": "Apache-2.0",
        "requires-python": ">=3.11",
        "entry-points": {"metier.plugins": {plugin.name: f"{package}.plugin"}},
    }
    said = {key: value for key, value in project["project"].items() if key not in OWN}
    if said != expected:
        found.append(f"pyproject.toml: [project] is {said}, the template's is {expected}")
    if project["tool"] != {"hatch": {"build": {"targets": {"wheel": {"packages": [f"src/{package}"]}}}}}:
        found.append("pyproject.toml: [tool] differs from the template")
    if "metier>=0.1,<1" not in project["project"]["dependencies"]:
        found.append("pyproject.toml: it does not depend on 'metier>=0.1,<1'")
    text = (plugin / "src" / package / "plugin.py").read_text(encoding="utf-8") if not found else ""
    if heavy := re.findall(
        r"^(?:from|import) (torch|transformers|datasets|peft|sklearn|metier_\w+)", text, re.MULTILINE
    ):
        found.append(f"plugin.py imports {', '.join(heavy)} outside its hooks")
    return found
