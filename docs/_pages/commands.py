"""The page of the command line: the help of every command, as it prints it."""

from __future__ import annotations

from collections.abc import Iterator

import click

WIDTH = 100
INTRODUCTION = """# Command line

The help of every command, as it prints it. Exit codes: 0 done, 1 a fault, 2 the recipe or the command line, 3 a plugin,
4 the data, 5 a run, 6 a stage of a run failed.

Shell completion: `eval "$(_METIER_COMPLETE=bash_source metier)"` in `~/.bashrc` (or `zsh_source`,
`fish_source`).
"""


def page() -> str:
    """Return the page."""
    from metier.cli.main import cli

    parts = [INTRODUCTION]
    for path, command in _walk(cli, "metier"):
        context = click.Context(command, info_name=path, terminal_width=WIDTH, max_content_width=WIDTH)
        with context:
            text = "\n".join(line.rstrip() for line in command.get_help(context).splitlines())
        parts.append(f"## {path}\n\n```text\n{text}\n```\n")
    return "\n".join(parts)


def _walk(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        with click.Context(command) as context:
            names = command.list_commands(context)
        for name in names:
            child = command.get_command(click.Context(command), name)
            if child is not None and not child.hidden:
                yield from _walk(child, f"{path} {name}")
