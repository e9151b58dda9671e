"""Runs a finished run's plan again, from nothing, and compares what comes out."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from metier.errors import RunError
from metier.files import read_json
from metier.pipeline.run import RunOptions, run
from metier.registry import Registry
from metier.run_directory import RunDirectory


@dataclass(frozen=True, slots=True)
class Reproduction:
    """What two runs of one plan gave."""

    expected: str
    """The digest of the first run's model."""
    found: str
    differences: tuple[str, ...]
    """Packages and machine facts that differ, in words; they explain a different digest."""

    @property
    def same(self) -> bool:
        """Whether both models are the same, byte for byte."""
        return self.expected == self.found


def reproduce(path: Path, registry: Registry, *, options: RunOptions) -> Reproduction:
    """Run the plan of the run at `path` again, sharing no finished stage, and compare the models' digests."""
    first = RunDirectory.open(path)
    if first.status() != "finished":
        raise RunError(
            "it did not finish, so there is nothing to compare with", where=str(path), hint="run it with --resume"
        )
    recipe = (path / "recipe.yaml").read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory(prefix=".reproduce-", dir=path.resolve().parent) as folder:
        second = run(first.plan(), registry, recipe=recipe, options=replace(options, root=Path(folder), resume=False))
        return Reproduction(
            expected=read_json(path / "status.json")["digests"]["model"],
            found=read_json(second.path / "status.json")["digests"]["model"],
            differences=tuple(_differences(path, second.path)),
        )


def _differences(first: Path, second: Path) -> list[str]:
    before, after = (read_json(path / "environment.json") for path in (first, second))
    found = [
        f"{key}: {before[key]} → {after[key]}" for key in before if key != "packages" and before[key] != after.get(key)
    ]
    old, new = before["packages"], after["packages"]
    found += [
        f"{name}: {old.get(name, 'absent')} → {new.get(name, 'absent')}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]
    return found
