"""Refuses connections out of this process, so that offline means offline."""

from __future__ import annotations

import os
import sys
from typing import Any

from metier.errors import RunError

LOOPBACK = ("127.", "::1", "localhost")
_state = {"refusing": False, "hooked": False}


def is_offline() -> bool:
    """Return whether the process is offline: by `refuse_connections`, or by `HF_HUB_OFFLINE`."""
    return _state["refusing"] or os.environ.get("HF_HUB_OFFLINE", "").lower() in {"1", "true", "yes", "on"}


def refuse_connections(refuse: bool = True) -> None:
    """Refuse every connection and name look-up beyond this machine from now on; the Hub's libraries are told too."""
    _state["refusing"] = refuse
    if not refuse:
        return
    os.environ["HF_HUB_OFFLINE"] = "1"
    if not _state["hooked"]:
        sys.addaudithook(_audit)
        _state["hooked"] = True


def _audit(event: str, arguments: tuple[Any, ...]) -> None:
    if not _state["refusing"] or event not in {"socket.connect", "socket.getaddrinfo", "socket.sendto"}:
        return
    if event == "socket.getaddrinfo":
        host = arguments[0]
    else:
        address = arguments[1]
        host = address[0] if isinstance(address, tuple) else None  # a path: a Unix socket, on this machine
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    if host is None or str(host).startswith(LOOPBACK):
        return
    raise RunError(
        "a connection was refused: this run is offline", where=str(host), hint="leave out --offline to allow it"
    )
