"""Reads MTS-Dialog: talks of doctors and patients with the section of the note that was written of each."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import ClassVar

from metier.builtin.sources.csv import CsvTable
from metier.builtin.sources.files import FilesConfig
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.values import Record

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "ALLERGY": "Allergies",
        "ASSESSMENT": "Assessment",
        "CC": "Chief complaint",
        "DIAGNOSIS": "Diagnosis",
        "DISPOSITION": "Disposition",
        "EDCOURSE": "Emergency department course",
        "EXAM": "Examination",
        "FAM/SOCHX": "Family and social history",
        "GENHX": "History of present illness",
        "GYNHX": "Gynecologic history",
        "IMAGING": "Imaging",
        "IMMUNIZATIONS": "Immunizations",
        "LABS": "Laboratory results",
        "MEDICATIONS": "Medications",
        "OTHER_HISTORY": "Other history",
        "PASTMEDICALHX": "Past medical history",
        "PASTSURGICAL": "Past surgical history",
        "PLAN": "Plan",
        "PROCEDURES": "Procedures",
        "ROS": "Review of systems",
    }
)
"""The files' section headers, and the headings that a record has."""
COLUMNS = ("section_header", "section_text", "dialogue")


class MtsDialog(CsvTable):
    """MTS-Dialog (Ben Abacha et al. 2023): talks of doctor and patient, each with one section of the clinical note."""

    name: ClassVar[str] = "mts-dialog"
    patterns: ClassVar[tuple[str, ...]] = ("MTS-Dialog-*.csv",)

    class Config(FilesConfig):
        """Options of `mts-dialog`."""

        path: RecipePath
        """`MTS-Dialog-TrainingSet.csv` or another file of the main data set."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the file, and for its columns."""
        problems = list(super().inspect())
        return problems or list(self._missing())

    def columns(self) -> Sequence[str] | None:
        """Return the columns; `answer` holds section and note, as a record's lines `Section: …` and `Note: …`."""
        return ("dialogue", "answer", "section", "note")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the talks; the answer is the section's heading and, behind it, its text."""
        if problems := list(self._missing()):
            raise DataError(problems=problems)
        for record in self.source.read(context):
            header, note, dialogue = (record.values[name].strip() for name in COLUMNS)
            if header not in SECTIONS:
                hint = f"the headers are {', '.join(SECTIONS)}"
                raise DataError(f"'{header}' is no section of MTS-Dialog", where=record.where, hint=hint)
            section = SECTIONS[header]
            answer = f"Section: {section}\nNote: {note}"
            yield Record(record.where, {"dialogue": dialogue, "answer": answer, "section": section, "note": note})

    def _missing(self) -> Iterator[Problem]:
        found = self.source.columns() or ()
        hint = "give a file of MTS-Dialog's main data set; `csv` with `columns:` reads others"
        for name in COLUMNS:
            if name not in found:
                yield Problem(f"there is no column '{name}'", where=self.config.path, hint=hint)
