"""What tests of several folders use."""

from __future__ import annotations

import os
import site
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

Done = subprocess.CompletedProcess[str]


@dataclass(frozen=True)
class Environment:
    """A virtual environment that sees what this one has installed, and into which more can be installed."""

    folder: Path

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.folder / "bin" / "python"

    def install(self, *projects: Path) -> None:
        """Install projects into it, built with what is here already."""
        options = ["--quiet", "--no-deps", "--no-index", "--no-build-isolation", "--disable-pip-version-check"]
        command = [sys.executable, "-m", "pip", "--python", str(self.python), "install", *options, *map(str, projects)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr

    def execute(self, command: Sequence[str | Path], *, cwd: Path, timeout: float) -> Done:
        """Run a command in `cwd` with this environment's programs first; its exit code is the caller's to judge."""
        paths = [str(self.folder / "bin"), sysconfig.get_path("scripts"), os.environ["PATH"]]
        environment = {**os.environ, "PATH": os.pathsep.join(paths), "HF_HUB_OFFLINE": "1"}
        environment.pop("METIER_PLUGINS", None)
        return subprocess.run(
            [str(part) for part in command],
            cwd=cwd,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
        )

    def run(self, *arguments: str | Path, cwd: Path, timeout: float = 300) -> Done:
        """Run its Python with `arguments`."""
        return self.execute([self.python, *arguments], cwd=cwd, timeout=timeout)


@pytest.fixture(scope="session")
def fresh_environment(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Environment]:
    """Returns a function that makes a new virtual environment on top of this one."""

    def make() -> Environment:
        folder = tmp_path_factory.mktemp("environment")
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)
        # `addsitedir` also follows the .pth files there, through which editable installs are found.
        lines = [f"import site; site.addsitedir({path!r})" for path in site.getsitepackages()]
        version = f"python{sys.version_info.major}.{sys.version_info.minor}"
        (folder / "lib" / version / "site-packages" / "parent.pth").write_text(
            "\n".join(lines) + "\n", encoding="utf-8"
        )
        return Environment(folder)

    return make
