"""The entry of the command line: the group, plugins' commands, and the one place that gives out exit codes."""

from __future__ import annotations

import logging
import sys
import traceback
from collections.abc import Callable

import click

from metier.cli import (
    adapt,
    data,
    doctor,
    evaluate,
    models,
    new,
    plan,
    plugins,
    predict,
    recipes,
    report,
    reproduce,
    run,
    schema,
)
from metier.cli.options import offline_option
from metier.errors import MetierError, StageError

HANDLED = 130
"""The exit code after an interrupt, as shells have it."""


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="metier", message="%(prog)s %(version)s")
@offline_option
@click.option("-v", "--verbose", is_flag=True, help="Say more on the error stream.")
def cli(verbose: bool) -> None:
    """Give a language model a trade.

    A recipe takes your documents and labels and a pretrained model, adapts the model to your industry, trains the task,
    and shows with evidence how well it does the work, on this machine.

    \b
    Start here:
      metier recipes                               what can be run as it is
      metier run finance/sentiment                 run one, end to end
      metier run finance/sentiment --train my.csv  with your own rows
      metier plan my-recipe.yaml                   what would be done; every fault at once
    """
    logging.basicConfig(level=logging.DEBUG if verbose else logging.WARNING, format="%(message)s", stream=sys.stderr)
    logging.getLogger("metier").setLevel(logging.DEBUG if verbose else logging.INFO)


for _module in (
    run,
    adapt,
    plan,
    data,
    evaluate,
    predict,
    report,
    recipes,
    plugins,
    models,
    new,
    schema,
    doctor,
    reproduce,
):
    cli.add_command(_module.command)


def add_plugin_commands(group: click.Group) -> list[tuple[str, str]]:
    """Let plugins add commands to `group`; return (plugin, reason) of those that failed. None replaces a command."""
    from metier.discovery import Trouble, entry_points, guarded, hooks_of, load

    failed = []
    for point in entry_points():
        if not hasattr(guarded(point.load), "register_commands"):
            continue  # asked before its hooks are checked: few have commands, and every start waits for this
        module = load(point)
        if isinstance(module, Trouble):
            continue  # `metier plugins list` tells why one did not load
        guest = Guest(group)
        answer = guarded(lambda module=module, guest=guest: hooks_of(module).hook.register_commands(group=guest))  # type: ignore[misc]
        if isinstance(answer, Trouble):
            failed.append((point.name, answer.reason))
        failed += [(point.name, f"the command '{name}' exists already") for name in guest.refused]
    return failed


class Guest(click.Group):
    """The group as a plugin sees it: commands can be added, and none replaced."""

    def __init__(self, host: click.Group) -> None:
        super().__init__(host.name, commands=dict(host.commands))
        self.host = host
        self.refused: list[str] = []

    def add_command(self, cmd: click.Command, name: str | None = None) -> None:
        """Add a command to the host, unless one of that name is there."""
        wanted = name or cmd.name
        if wanted is None or wanted in self.host.commands:
            self.refused.append(str(wanted))
            return
        self.host.add_command(cmd, wanted)


def main() -> None:
    """Run the command line; known errors become their exit code, anything else is a bug and keeps its traceback."""
    sys.exit(guarded_exit(_run))


def _run() -> None:
    for plugin, reason in add_plugin_commands(cli):
        click.echo(f"warning: plugin '{plugin}': {reason}", err=True)
    cli(standalone_mode=False)


def guarded_exit(call: Callable[[], None]) -> int:
    """Call, and return the exit code that its outcome deserves."""
    try:
        call()
    except MetierError as error:
        cause = error.__cause__
        if isinstance(error, StageError) and cause is not None and not isinstance(cause, OSError | MetierError):
            traceback.print_exception(cause)
        click.echo(f"error: {error}" if len(error.problems) == 1 else _many(error), err=True)
        return error.exit_code
    except click.exceptions.Exit as stop:
        return stop.exit_code
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except (click.Abort, KeyboardInterrupt):
        click.echo("stopped; `metier run … --resume` goes on from the last checkpoint", err=True)
        return HANDLED
    return 0


def _many(error: MetierError) -> str:
    return "\n".join([f"error: {len(error.problems)} problems", *(str(problem) for problem in error.problems)])
