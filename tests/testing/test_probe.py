"""The probe sees what a component does behind the back of a contract."""

from __future__ import annotations

import importlib
import itertools
import textwrap
from pathlib import Path

import pytest

from metier.testing.probe import probe

MODULE = """
    from __future__ import annotations
    {top}
    from metier.components import ComponentConfig, DataSource

    class Source(DataSource):
        '''Reads.'''
        name = 'probed'

        class Config(ComponentConfig):
            path: str = __file__

        def __init__(self, config=None):
            super().__init__(config)
            {construct}

        def inspect(self):
            {plan}
            return ()
"""


@pytest.fixture
def probed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Returns a function that probes a data source with these lines in it."""
    numbers = itertools.count()

    def write(*, top: str = "", construct: str = "pass", plan: str = "pass"):
        # a name of its own each time: bytecode is judged by size and second, which two of these may share
        name = f"probed_{tmp_path.name}_{next(numbers)}"
        text = textwrap.dedent(MODULE).format(top=top, construct=construct, plan=plan)
        (tmp_path / f"{name}.py").write_text(text, encoding="utf-8")
        monkeypatch.syspath_prepend(tmp_path)
        module = importlib.import_module(name)
        return probe(module.Source, {}, calls=[("inspect", ())])

    return write


def test_a_good_component_is_quiet(probed) -> None:
    seen = probed()
    assert not seen.imported
    assert not seen.planned
    assert not seen.construction
    assert not seen.connections


def test_heavy_import_is_seen(probed) -> None:
    assert "pandas" in probed(top="import pandas").imported


def test_heavy_import_while_planning_is_seen(probed) -> None:
    seen = probed(plan="import pandas")
    assert "pandas" not in seen.imported
    assert "pandas" in seen.planned


def test_opening_a_file_in_init_is_seen(probed) -> None:
    assert any("open" in event for event in probed(construct="open(__file__).close()").construction)


def test_a_file_opened_while_planning_is_allowed(probed) -> None:
    assert not probed(plan="open(__file__).close()").construction


def test_a_socket_is_seen(probed) -> None:
    import_socket = "import socket; socket.socket().close()"
    assert probed(construct=import_socket).construction
    assert probed(plan=import_socket).connections


def test_a_component_that_fails_elsewhere_says_how(probed) -> None:
    with pytest.raises(AssertionError, match="no such luck"):
        probed(construct="raise OSError('no such luck')")
