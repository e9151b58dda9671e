"""Looks at the machine, the packages and the plugins, and says what is not as it should be."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from metier import versions
from metier.discovery import discover
from metier.environment import environment

DISK = 2 * 2**30
MEMORY = 4 * 2**30
"""Bytes below which a run of a small model may not end."""


@dataclass(frozen=True, slots=True)
class Check:
    """One thing looked at."""

    name: str
    ok: bool
    found: str
    hint: str = ""


def examine() -> list[Check]:
    """Return every check; imports no heavy package."""
    return [_python(), *_packages(), *_machine(), _disk(), _processor(), *_plugins()]


def _python() -> Check:
    return Check("python", sys.version_info >= (3, 11), sys.version.split()[0])


def _packages() -> list[Check]:
    found = versions.installed(*versions.COMPUTES)
    return [
        Check(name, name in found, found.get(name, "missing"), "" if name in found else f"pip install {name}")
        for name in versions.COMPUTES
    ]


def _machine() -> list[Check]:
    facts = environment()
    memory = facts["memory"]
    enough = memory is None or memory >= MEMORY
    text = "unknown" if memory is None else f"{memory / 2**30:.1f} GiB"
    hint = "" if enough else "use a smaller model or batch: training a 22M encoder takes about 2 GiB"
    return [Check("memory", enough, text, hint), Check("cores", True, str(facts["cores"]))]


def _disk() -> Check:
    free = shutil.disk_usage(Path.cwd()).free
    return Check(
        "disk",
        free >= DISK,
        f"{free / 2**30:.1f} GiB free here",
        "" if free >= DISK else "free some space: checkpoints need it",
    )


def _processor() -> Check:
    flags = ""
    path = Path("/proc/cpuinfo")
    if path.is_file():
        flags = next((line for line in path.read_text(encoding="utf-8").splitlines() if line.startswith("flags")), "")
    kinds = [kind for kind in ("amx_bf16", "avx512_bf16", "avx512f", "avx2") if kind in flags.split()]
    hint = "" if {"amx_bf16", "avx512_bf16"} & set(kinds) else "no bf16 in this processor: training runs in fp32"
    return Check("processor", True, ", ".join(kinds) or os.uname().machine, hint)


def _plugins() -> list[Check]:
    registry = discover()
    checks = [Check("plugins", True, ", ".join(sorted({p.distribution for p in registry.plugins})))]
    return checks + [
        Check(f"plugin {failure.provider.plugin}", False, failure.reason, failure.hint) for failure in registry.failures
    ]
