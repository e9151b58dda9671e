"""What tox, CI and pip install is what the repository has."""

from __future__ import annotations

import configparser
import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]


def tox() -> configparser.ConfigParser:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read(ROOT / "tox.ini", encoding="utf-8")
    return parser


def test_tox_installs_every_plugin() -> None:
    listed = {line.removeprefix("-e ").strip() for line in tox()["base"]["plugins"].split("\n") if line.strip()}
    assert listed == {str(path.parent.relative_to(ROOT)) for path in ROOT.glob("plugins/*/*/pyproject.toml")}


def test_extras_name_every_plugin() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = {name for names in extras.values() for name in names if not name.startswith("metier[")}
    assert named == {f"metier-{path.parent.name}" for path in ROOT.glob("plugins/*/*/pyproject.toml")}


def test_the_extra_all_is_all_of_them() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    left, seen = ["metier[all]"], set[str]()
    while left:
        extra = left.pop().removeprefix("metier[").removesuffix("]")
        seen.add(extra)
        left += [name for name in extras[extra] if name.startswith("metier[")]
    assert seen == set(extras)


def test_ci_runs_what_the_readme_says() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "set -euo pipefail" in script
    for readme in ("README.md", "README.zh-CN.md"):
        text = (ROOT / readme).read_text(encoding="utf-8")
        commands = re.findall(r"^python3 -m venv .*$", text, re.MULTILINE)
        assert [command.rsplit(" ", 1)[1] for command in commands] == ["demo", "check"]
    assert ".venv/bin/tox -e check" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111


def test_check_runs_every_check() -> None:
    commands = tox()["testenv:check"]["commands"]
    assert re.findall(r"testenv:(\w+)", commands) == ["lint", "layers", "types", "docs", "tests"]


def test_what_is_pinned_is_pinned_exactly() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert all(re.fullmatch(r"[A-Za-z0-9_.-]+==[0-9][0-9A-Za-z.]*", pin) for pin in pins), pins
    assert "torch==2.13.0" in pins
