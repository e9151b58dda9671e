"""Registers the industry `education` and readers of its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource, Industry


@hookimpl
def provide_industries() -> Sequence[type[Industry]]:
    """Return the industry."""
    from metier_education.education import Education

    return [Education]


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the readers of graded answers, graded texts, exams, word problems and classroom talk."""
    from metier_education.gaokao_bench import GaokaoBench
    from metier_education.gsm8k import Gsm8k
    from metier_education.one_stop_english import OneStopEnglish
    from metier_education.scientsbank import SciEntsBank
    from metier_education.talk_moves import TalkMoves

    return [GaokaoBench, Gsm8k, OneStopEnglish, SciEntsBank, TalkMoves]
