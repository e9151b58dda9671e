"""Registers the industry `medical` and the readers of its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource, Industry


@hookimpl
def provide_industries() -> Sequence[type[Industry]]:
    """Return the industry."""
    from metier_medical.medical import Medical

    return [Medical]


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the reader of ICD-10-CM."""
    from metier_medical.icd10cm import Icd10Cm

    return [Icd10Cm]
