"""Registers the industry `legal` and readers of its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource, Industry


@hookimpl
def provide_industries() -> Sequence[type[Industry]]:
    """Return the industry."""
    from metier_legal.legal import Legal

    return [Legal]


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the readers of CUAD's clauses and questions, and of LawBench."""
    from metier_legal.cuad import Cuad
    from metier_legal.cuad_questions import CuadQuestions
    from metier_legal.lawbench import LawBench

    return [Cuad, CuadQuestions, LawBench]
