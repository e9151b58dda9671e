"""Distributions that misbehave, built as wheels and installed with pip into a folder of their own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import textwrap
import zipfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

INDUSTRY = """
    from metier.components import Industry

    class {name}(Industry):
        '''Knows {name}.'''
        name = '{name}'
"""
HOOK = """
    from metier.hookspecs import hookimpl
    @hookimpl
    def provide_industries():
        {body}
"""


def hook(body: str) -> str:
    """Return a plugin module whose `provide_industries` has this body."""
    return textwrap.dedent(HOOK).format(body=body)


def industry(name: str) -> str:
    """Return a plugin module that provides one industry."""
    return textwrap.dedent(INDUSTRY).format(name=name) + hook(f"return [{name}]")


PLUGINS: Mapping[str, str] = {
    "good": industry("shipping"),
    "import-error": "raise ImportError('libfoo.so.1: cannot open shared object file')\n",
    "syntax-error": "def provide_industries(:\n",
    "exits-at-import": "import sys\nsys.exit('licence expired')\n",
    "asserts-at-import": "assert 1 == 2, 'the world is as expected'\n",
    "missing-dependency": "import quite_unavailable\n",
    "exits-in-hook": hook("raise SystemExit(3)"),
    "raises-in-hook": hook("raise RuntimeError('no database')"),
    "asserts-in-hook": hook("assert False"),
    "missing-dependency-in-hook": hook("import quite_unavailable"),
    "returns-a-string": hook("return 'shipping'"),
    "returns-an-instance": industry("ferries") + hook("return [ferries()]"),
    "returns-a-class": industry("tankers") + hook("return tankers"),
    "returns-another-kind": "from metier.components import Transform\n" + hook("return [Transform]"),
    "returns-no-name": "from metier.components import Industry\n" + hook("return [Industry]"),
    "returns-a-bad-name": industry("Big_Ships"),
    "returns-unprintable": "class Unprintable:\n    def __repr__(self): raise ValueError('no')\n"
    + hook("return [Unprintable()]"),
    "yields-and-raises": hook("yield 1 / 0"),
    "same-name-twice": industry("canals") + hook("return [canals, canals]"),
    "half-good": industry("harbours")
    + textwrap.dedent("""
    @hookimpl
    def provide_transforms():
        raise OSError('disk on fire')
    """),
    "misspelt-hook": industry("barges") + "\n@hookimpl\ndef provide_industrys():\n    return []\n",
    "wrong-arguments": "from metier.hookspecs import hookimpl\n"
    "@hookimpl\ndef provide_industries(colour):\n    return []\n",
    "no-such-module": "",
    "not-a-module": "plugin = 3\n",
    "rival-one": industry("railways"),
    "rival-two": industry("railways"),
    "takes-the-builtin-name": "from metier.components import Transform\n"
    "class Mine(Transform):\n    '''Mine.'''\n    name = 'normalize'\n"
    "from metier.hookspecs import hookimpl\n@hookimpl\ndef provide_transforms():\n    return [Mine]\n",
}
ENTRY_POINTS = {
    "no-such-module": "hostile_no_such_module_at_all",
    "not-a-module": "hostile_not_a_module:plugin",
}
"""Where the entry point does not simply name the module."""


def module_of(name: str) -> str:
    """Return the import name of a hostile plugin."""
    return f"hostile_{name.replace('-', '_')}"


def build_wheel(folder: Path, name: str, *, files: Mapping[str, str], entry_point: str, plugin: str = "") -> Path:
    """Write a wheel of the distribution `metier-<name>` with these files and one entry point."""
    stem = f"metier_{name.replace('-', '_')}-1.0"
    info = f"{stem}.dist-info"
    members = {
        **files,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: metier-{name}\nVersion: 1.0\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nGenerator: tests\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{info}/entry_points.txt": f"[metier.plugins]\n{plugin or name} = {entry_point}\n",
    }
    members[f"{info}/RECORD"] = "".join(f"{member},,\n" for member in (*members, f"{info}/RECORD"))
    wheel = folder / f"{stem}-py3-none-any.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for member, text in members.items():
            archive.writestr(member, text)
    return wheel


@pytest.fixture(scope="session")
def hostile_site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder into which every hostile distribution is installed."""
    folder = tmp_path_factory.mktemp("wheels")
    wheels = [
        build_wheel(
            folder,
            name,
            files={f"{module_of(name)}.py": source},
            entry_point=ENTRY_POINTS.get(name, module_of(name)),
        )
        for name, source in PLUGINS.items()
    ]
    # Two distributions with the very same entry point and module: a fork installed beside its original.
    for fork in ("original", "fork"):
        files = {"hostile_forked.py": industry("lighthouses")}
        wheels.append(build_wheel(folder, fork, files=files, entry_point="hostile_forked", plugin="forked"))
    site = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", "--no-compile"]
    subprocess.run([*command, "--target", str(site), *map(str, wheels)], check=True, capture_output=True)
    return site


Ask = Callable[..., Any]


@pytest.fixture(scope="session")
def ask(hostile_site: Path) -> Ask:
    """Returns a function that runs a script among the hostile plugins and returns the JSON that it prints."""

    def run(script: str, *, plugins: str | None = None) -> Any:
        environment = {**os.environ, "PYTHONPATH": str(hostile_site)}
        environment.pop("METIER_PLUGINS", None)
        if plugins is not None:
            environment["METIER_PLUGINS"] = plugins
        answer = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(script)],
            capture_output=True,
            text=True,
            check=False,
            env=environment,
        )
        assert answer.returncode == 0, answer.stderr
        return json.loads(answer.stdout)

    return run


DISCOVER = """
    import json
    from metier.discovery import discover
    registry = discover()
    print(json.dumps({
        "entries": [[e.kind, e.name, e.provider.distribution] for e in registry.entries],
        "failures": [[f.provider.plugin, f.provider.distribution, f.provider.version, f.reason, f.hint]
                     for f in registry.failures],
    }))
"""


@pytest.fixture(scope="session")
def found(ask: Ask) -> Any:
    """What discovery finds among all the hostile plugins at once."""
    return ask(DISCOVER)
