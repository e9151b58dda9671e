"""The transform keeps the contract, and the plugin adds its command."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar

import click

from metier.components import Transform
from metier.testing import TransformContract
from metier.values import Json
from metier_datatrove.labelled_rows import LabelledRows
from metier_datatrove.plugin import register_commands


class TestLabelledRows(TransformContract):
    component: ClassVar[type[Transform]] = LabelledRows

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        return {"step": {"use": "normalize", "whitespace": "collapse"}}


class TestLabelledRowsOfSeveralRows(TransformContract):
    component: ClassVar[type[Transform]] = LabelledRows

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        return {"step": "deduplicate"}


def test_the_command_is_registered() -> None:
    group = click.Group()
    register_commands(group)
    assert list(group.commands) == ["pipeline"]


def test_help_loads_neither_datatrove_nor_anything_else_that_is_heavy() -> None:
    code = (
        "import sys, click; from metier_datatrove.plugin import register_commands; group = click.Group()\n"
        "register_commands(group); group(['pipeline', '--help'], standalone_mode=False)\n"
        "print(sorted({'datatrove', 'datasets', 'torch', 'pyarrow', 'loguru'} & set(sys.modules)), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert "--slurm-partition" in done.stdout
    assert done.stderr.strip() == "[]"
