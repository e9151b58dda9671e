"""Which code computes: the distribution, version and source digest of a component, for keys that must not go stale."""

from __future__ import annotations

import functools
import hashlib
import importlib.metadata
import importlib.util
from pathlib import Path

COMPUTES = ("torch", "transformers", "tokenizers", "datasets", "peft", "numpy", "scikit-learn")
"""Distributions whose version can change a result."""
SHOWS = frozenset({"cli", "report", "testing", "scaffold"})
"""Parts of metier that show results and make none."""


def installed(*names: str) -> dict[str, str]:
    """Return versions by distribution name; one that is not installed is left out."""
    found = {}
    for name in names:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


@functools.cache
def source_digest(package: str) -> str:
    """Return the sha256 over a top-level package's Python files, so that an edit changes the key as a release does."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        return ""
    root = Path(next(iter(spec.submodule_search_locations)))
    total = hashlib.sha256()
    for path in sorted(root.rglob("*.py")):
        relative = path.relative_to(root)
        if package == "metier" and relative.parts[0] in SHOWS:
            continue
        total.update(f"{relative}\0".encode() + path.read_bytes())
    return total.hexdigest()


def of_component(component: type) -> dict[str, str]:
    """Return what identifies a component's code: its class and the source digest of its package."""
    package = component.__module__.partition(".")[0]
    return {"class": f"{component.__module__}.{component.__qualname__}", "source": source_digest(package)}
