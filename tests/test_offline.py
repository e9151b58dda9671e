"""Offline means that no connection leaves the machine."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from metier.errors import RunError
from metier.offline import is_offline, refuse_connections


@pytest.fixture(autouse=True)
def offline(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("HF_HUB_OFFLINE", "0")
    refuse_connections()
    yield
    refuse_connections(False)


def test_a_connection_beyond_this_machine_is_refused() -> None:
    assert is_offline()
    with socket.socket() as connection, pytest.raises(RunError, match=r"192\.0\.2\.1: a connection was refused"):
        connection.connect(("192.0.2.1", 80))


def test_a_name_is_not_looked_up() -> None:
    with pytest.raises(RunError, match=r"example\.invalid: a connection was refused"):
        socket.getaddrinfo("example.invalid", 80)


def test_this_machine_can_be_reached() -> None:
    server = socket.create_server(("127.0.0.1", 0))
    with server, socket.create_connection(server.getsockname()) as connection:
        assert connection.getpeername() == server.getsockname()


def test_online_again_means_that_nothing_is_refused() -> None:
    refuse_connections(False)
    with socket.socket() as connection:
        connection.settimeout(0.01)
        with pytest.raises(OSError):  # noqa: PT011 - refused or timed out by the network, not by metier
            connection.connect(("192.0.2.1", 80))
