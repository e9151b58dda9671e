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
    """Return the readers of ICD-10-CM, MedQuAD, MTS-Dialog, MTSamples and PubMedQA."""
    from metier_medical.icd10cm import Icd10Cm
    from metier_medical.medquad import MedQuad
    from metier_medical.mtsamples import MtSamples
    from metier_medical.mtsdialog import MtsDialog
    from metier_medical.pubmedqa import PubMedQa

    return [Icd10Cm, MedQuad, MtsDialog, MtSamples, PubMedQa]
