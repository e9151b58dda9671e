"""The components of `metier-medical` keep their contracts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from metier.testing import DataSourceContract, IndustryContract
from metier.values import Json
from metier_medical.icd10cm import Icd10Cm
from metier_medical.medical import Medical


class TestMedical(IndustryContract):
    """The industry."""

    component = Medical


class TestIcd10Cm(DataSourceContract):
    """The labelled rows."""

    component = Icd10Cm

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        return {}


class TestIcd10CmCorpus(DataSourceContract):
    """The bare descriptions."""

    component = Icd10Cm

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        return {"part": "corpus"}

    def missing_options(self, folder: Path) -> Mapping[str, Json] | None:
        return None
