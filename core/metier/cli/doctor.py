"""`metier doctor`: whether this machine can do the work."""

from __future__ import annotations

import click

from metier.cli.options import json_option


@click.command("doctor", short_help="Check this machine, the packages and the plugins.")
@json_option
def command(as_json: bool) -> None:
    """Check Python, packages, processor, memory, disk, plugins, and whether models can be had.

    \b
    Example:
      metier doctor
    """
    from metier.cli import show
    from metier.doctor import examine
    from metier.errors import PluginError

    checks = examine()
    if as_json:
        show.as_json([{"check": c.name, "ok": c.ok, "found": c.found, "hint": c.hint} for c in checks])
    else:
        show.table(["", "check", "found"], [["ok" if c.ok else "!!", c.name, c.found] for c in checks])
        for check in checks:
            if check.hint:
                click.echo(f"{check.name}: {check.hint}")
    if not all(check.ok for check in checks):
        raise PluginError("something here is not as it should be", hint="see the lines marked !! above")
