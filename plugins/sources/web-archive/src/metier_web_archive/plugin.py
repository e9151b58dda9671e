"""Registers the data source `web-archive`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the source."""
    from metier_web_archive.web_archive import WebArchive

    return [WebArchive]
