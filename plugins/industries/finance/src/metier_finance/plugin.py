"""Registers the industry `finance` and readers of its data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.hookspecs import hookimpl

if TYPE_CHECKING:
    from metier.components import DataSource, Industry


@hookimpl
def provide_industries() -> Sequence[type[Industry]]:
    """Return the industry."""
    from metier_finance.finance import Finance

    return [Finance]


@hookimpl
def provide_data_sources() -> Sequence[type[DataSource]]:
    """Return the authored sample, and readers of the Financial PhraseBank, FinCUGE and TAT-QA."""
    from metier_finance.fincuge import FinCugeFinFe
    from metier_finance.phrasebank import FinancialPhraseBank
    from metier_finance.sample import FinanceSample
    from metier_finance.tatqa import TatQa

    return [FinanceSample, FinancialPhraseBank, FinCugeFinFe, TatQa]
