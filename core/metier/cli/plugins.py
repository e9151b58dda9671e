"""`metier plugins`: what is installed, what failed and why, and whether a plugin keeps its contracts."""

from __future__ import annotations

from pathlib import Path

import click

from metier.cli.options import json_option


@click.group("plugins", short_help="List, describe and check plugins.")
def command() -> None:
    """List, describe and check plugins."""


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List every component with its distribution, and every plugin that failed with the reason.

    \b
    Example:
      metier plugins list --json
    """
    from metier.cli import show
    from metier.discovery import discover

    registry = discover()
    entries = sorted(registry.entries, key=lambda entry: (entry.kind, entry.name))
    rows = [[e.kind, e.name, str(e.provider), e.component.summary()] for e in entries]
    failures = [
        {"plugin": f.provider.plugin, "distribution": str(f.provider), "reason": f.reason, "hint": f.hint}
        for f in registry.failures
    ]
    columns = ["kind", "name", "from", "summary"]
    if as_json:
        show.as_json({"components": [dict(zip(columns, row, strict=True)) for row in rows], "failures": failures})
        return
    show.table(columns, rows)
    for failure in failures:
        click.echo(
            f"failed: {failure['plugin']} ({failure['distribution']}): {failure['reason']}\n  hint: {failure['hint']}"
        )


@command.command("info")
@click.argument("name")
@json_option
def info(name: str, as_json: bool) -> None:
    """Describe the component NAME: what it does, where it is from, its options.

    \b
    Example:
      metier plugins info partial-layers
    """
    from metier.cli import show
    from metier.components.describe import descriptions
    from metier.discovery import discover
    from metier.errors import PluginError

    entries = [entry for entry in discover().entries if entry.name == name.replace("_", "-")]
    if not entries:
        raise PluginError(f"no component named '{name}'", hint="`metier plugins list` shows them all")
    for entry in entries:
        schema = entry.component.Config.model_json_schema()
        if as_json:
            show.as_json({"kind": entry.kind, "name": entry.name, "from": str(entry.provider), "options": schema})
            continue
        click.echo(f"{entry.name}: {entry.kind}, from {entry.provider}\n{entry.component.summary()}\n")
        fields = entry.component.Config.model_fields
        described = descriptions(entry.component.Config)
        rows = [
            [
                key,
                "required" if f.is_required() else repr(f.get_default(call_default_factory=True)),
                described.get(key, "").replace("\n", " "),
            ]
            for key, f in fields.items()
        ]
        if rows:
            show.table(["option", "default", "meaning"], rows)


@command.command("check")
@click.argument("path", type=click.Path(exists=True, path_type=Path))
def check(path: Path) -> None:
    """Run the contract tests of the plugin in the folder PATH; it must be installed (pip install -e PATH).

    \b
    Example:
      metier plugins check ./metier-shipping
    """
    import subprocess
    import sys

    from metier.errors import PluginError

    tests = path / "tests"
    if not tests.is_dir():
        hint = "`metier new plugin` writes one with its tests"
        raise PluginError("it has no tests/ folder, so no contract test", where=str(path), hint=hint)
    code = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "--import-mode=importlib", str(tests)], check=False
    ).returncode
    if code != 0:
        raise PluginError(
            "its contract tests do not pass", where=str(path), hint="each failing test's docstring says what to do"
        )
