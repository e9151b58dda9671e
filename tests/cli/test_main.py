"""The command line gives out exit codes in one place, and takes guests without letting them replace anything."""

from __future__ import annotations

import click
import pytest

from metier.cli.main import Guest, cli, guarded_exit
from metier.errors import DataError, PluginError, Problem, RecipeError, RunError, StageError


@pytest.mark.parametrize(
    ("error", "code"), [(RecipeError, 2), (PluginError, 3), (DataError, 4), (RunError, 5), (StageError, 6)]
)
def test_each_error_has_its_exit_code_and_no_traceback(
    error: type[RecipeError], code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail() -> None:
        raise error("is empty", where="train.csv", hint="give it rows")

    assert guarded_exit(fail) == code
    assert capsys.readouterr().err == "error: train.csv: is empty\n  hint: give it rows\n"


def test_all_problems_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        raise RecipeError(problems=[Problem("one", file="a.yaml", line=3, where="model"), Problem("two")])

    assert guarded_exit(fail) == 2
    assert capsys.readouterr().err == "error: 2 problems\na.yaml:3: model: one\ntwo\n"


def test_a_bug_in_a_stage_shows_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    def fail() -> None:
        try:
            raise ValueError("a bug")
        except ValueError as cause:
            raise StageError("ValueError: a bug", where="stage train") from cause

    assert guarded_exit(fail) == 6
    assert "Traceback" in capsys.readouterr().err


def test_anything_else_is_a_bug_and_keeps_its_traceback() -> None:
    def fail() -> None:
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        guarded_exit(fail)


def test_a_guest_adds_a_command_and_replaces_none() -> None:
    host = click.Group("metier", commands={"run": click.Command("run")})
    guest = Guest(host)
    guest.add_command(click.Command("ship"))
    guest.add_command(click.Command("run"))
    assert set(host.commands) == {"run", "ship"}
    assert guest.refused == ["run"]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[tuple[str, click.Command]]:
    found: list[tuple[str, click.Command]] = []
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            found += commands(command, (*path, name))
        else:
            found.append((" ".join((*path, name)), command))
    return found


@pytest.mark.parametrize(("name", "command"), commands(cli))
def test_every_command_has_an_example(name: str, command: click.Command) -> None:
    assert f"metier {name}" in (command.help or ""), f"add an example to the docstring of `metier {name}`"
