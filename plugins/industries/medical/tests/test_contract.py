"""The components of `metier-medical` keep their contracts."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from metier.testing import DataSourceContract, IndustryContract
from metier.values import Json
from metier_medical.icd10cm import Icd10Cm
from metier_medical.medical import Medical
from metier_medical.medquad import MedQuad
from metier_medical.mtsamples import MtSamples
from metier_medical.mtsdialog import MtsDialog
from metier_medical.pubmedqa import PubMedQa


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


class TestMtSamples(DataSourceContract):
    """Reports as Kaggle has them: an index without a name in front, a space before the specialty."""

    component = MtSamples

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "mtsamples.csv"
        header = ",description,medical_specialty,sample_name,transcription,keywords"
        rows = ['0,A visit., Urology, Stone ,"SUBJECTIVE:, Pain.",stone', "1,A scan., Radiology, CT ,Normal.,ct"]
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        return {"path": str(path)}


class TestMtSamplesOfFourClasses(DataSourceContract):
    """Reports with numbers for classes."""

    component = MtSamples

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        (folder / "classes.txt").write_text("Surgery\nOther\n", encoding="utf-8")
        path = folder / "mtsamples_test.csv"
        path.write_text("label,description,text\n1,Removal,Done.\n2,A visit,Well.\n", encoding="utf-8")
        return {"path": str(path)}


class TestMtsDialog(DataSourceContract):
    """Talks with their sections."""

    component = MtsDialog

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        path = folder / "MTS-Dialog-TrainingSet.csv"
        header = "ID,section_header,section_text,dialogue"
        rows = [
            '0,ALLERGY,Penicillin.,"Doctor: Any?\nPatient: Penicillin."',
            "1,CC,Cough.,Doctor: Why? Patient: A cough.",
        ]
        path.write_text("\n".join([header, *rows]), encoding="utf-8")
        return {"path": str(path)}

    def missing_options(self, folder: Path) -> Mapping[str, Json] | None:
        return {"path": str(folder / "MTS-Dialog-ValidationSet.csv")}


class TestPubMedQa(DataSourceContract):
    """Questions by PubMed id."""

    component = PubMedQa

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        one = {"QUESTION": "Does it?", "CONTEXTS": ["We asked.", "We saw."], "LONG_ANSWER": "It does.", "YEAR": "2011"}
        path = folder / "ori_pqal.json"
        path.write_text(json.dumps({pmid: {**one, "final_decision": "yes"} for pmid in "1234"}), encoding="utf-8")
        (folder / "test_ground_truth.json").write_text('{"2": "yes", "4": "yes"}', encoding="utf-8")
        return {"path": str(path)}


class TestPubMedQaTest(TestPubMedQa):
    """Those of the official test."""

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        return {**super().sample_options(folder), "part": "test"}


class TestMedQuad(DataSourceContract):
    """A folder of XML files."""

    component = MedQuad

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        collection = folder / "5_NIDDK_QA"
        collection.mkdir(exist_ok=True)
        for number in (1, 2):
            (collection / f"000000{number}.xml").write_text(
                f"""<?xml version="1.0" encoding="UTF-8"?>
<Document id="{number}" source="NIDDK" url="http://example.org"><Focus>Gout</Focus><QAPairs>
<QAPair pid="1"><Question qid="1-1" qtype="treatment">How is it\n treated ?</Question><Answer>Rest.</Answer></QAPair>
</QAPairs></Document>""",
                encoding="utf-8",
            )
        return {"path": str(collection)}
