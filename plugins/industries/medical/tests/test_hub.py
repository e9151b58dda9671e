"""Without a path the readers give of the Hub's copy what they give of the files; the copy is a local folder here."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import Features, List, Value
from pydantic import ValidationError

from metier.builtin.sources.published import Published
from metier.components import ReadContext
from metier.errors import DataError
from metier.testing.copies import put_copy, values_of
from metier_medical.medquad import MedQuad
from metier_medical.mtsamples import MtSamples
from metier_medical.pubmedqa import PubMedQa

TEXT = Value("string")
MEDQUAD = ("document_id", "document_source", "document_url", "category", "umls_cui", "question_id", "question_focus")

Put = Callable[..., None]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Return what points a reader at rows of splits in the Hub's columns."""
    return functools.partial(put_copy, tmp_path, monkeypatch)


def test_questions_on_abstracts_are_those_of_the_file(tmp_path: Path, put: Put) -> None:
    path = tmp_path / "ori_pqal.json"
    one = {"QUESTION": "Is it?", "CONTEXTS": ["One.", "Two."], "LONG_ANSWER": "It is.", "final_decision": "maybe"}
    path.write_text(json.dumps({"123": one}), encoding="utf-8")
    parts = {name: List(TEXT) for name in ("contexts", "labels", "meshes")}
    features = {
        "pubid": Value("int32"),
        "question": TEXT,
        "context": parts,
        "long_answer": TEXT,
        "final_decision": TEXT,
    }
    context = {"contexts": ["One.", "Two."], "labels": ["METHODS", "RESULTS"], "meshes": ["Humans"]}
    row = {"pubid": 123, "question": "Is it?", "context": context, "long_answer": "It is.", "final_decision": "maybe"}
    put(PubMedQa, Features(features), train=[row])
    assert values_of(PubMedQa) == values_of(PubMedQa, path=str(path))


def test_the_official_test_needs_a_path() -> None:
    with pytest.raises(ValidationError, match="the copy on the Hub has no official test"):
        PubMedQa.Config(part="test")


def test_pairs_are_those_of_the_files_but_for_the_documents_name(tmp_path: Path, put: Put) -> None:
    text = (
        '<Document id="0000001" source="NIDDK" url="https://example.org"><Focus>Gout</Focus><QAPairs>'
        '<QAPair pid="1"><Question qid="0000001-1" qtype="treatment">How is it\n treated ?</Question>'
        '<Answer> Rest. </Answer></QAPair><QAPair pid="2"><Question qtype="causes">Why ?</Question><Answer/></QAPair>'
        "</QAPairs></Document>"
    )
    (tmp_path / "0000001.xml").write_text(text, encoding="utf-8")
    names = ("0000001", "NIDDK", "https://example.org", None, None, "0000001-1", "Gout")
    row = {**dict(zip(MEDQUAD, names, strict=True)), "question_type": "treatment", "question": "How is it treated ?"}
    rows = [{**row, "answer": " Rest. "}, {**row, "question_type": "causes", "question": "Why ?", "answer": None}]
    put(MedQuad, Features(dict.fromkeys(rows[0], TEXT)), train=rows)
    context = ReadContext(offline=True)
    (found,) = values_of(MedQuad, context)
    assert found == {**values_of(MedQuad, path=str(tmp_path / "*.xml"))[0], "document": "NIDDK/0000001"}
    assert any("1 questions have no answer" in note for note in context.notes)


def test_reports_are_those_of_kaggles_file(tmp_path: Path, put: Put) -> None:
    path = tmp_path / "mtsamples.csv"
    header = ",description,medical_specialty,sample_name,transcription,keywords"
    path.write_text(f"{header}\n0,A visit., Urology, Stone ,Pain.,stone\n1,A scan., Radiology, CT ,,ct\n", "utf-8")
    columns = ("Unnamed: 0", *header.split(",")[1:])
    features = Features({name: Value("int64") if name == columns[0] else TEXT for name in columns})
    values = [
        (0, "A visit.", " Urology", " Stone ", "Pain.", "stone"),
        (1, "A scan.", " Radiology", " CT ", None, "ct"),
    ]
    put(MtSamples, features, train=[dict(zip(columns, one, strict=True)) for one in values])
    assert values_of(MtSamples) == values_of(MtSamples, path=str(path))


@pytest.mark.parametrize("component", [PubMedQa, MedQuad, MtSamples])
def test_a_copy_that_is_not_kept_is_an_error_offline(component: type[Published]) -> None:
    with pytest.raises(DataError, match=f"hub data set '{component.copy.dataset}'.*cannot be had offline") as raised:
        values_of(component)
    assert "give the files as `path`" in raised.value.problems[0].hint
