"""Registers the industry `manufacturing` and readers of its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource, Industry


@hookimpl
def provide_industries() -> Sequence[type[Industry]]:
    """Return the industry."""
    from metier_manufacturing.manufacturing import Manufacturing

    return [Manufacturing]


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the readers of NIST's work orders and of NASA's lessons."""
    from metier_manufacturing.nasa_llis import NasaLlis
    from metier_manufacturing.nestor import NestorWorkOrders

    return [NasaLlis, NestorWorkOrders]
