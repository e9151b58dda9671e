"""Asks a trained model about contracts that it has never seen, and tells how often it cites the right page.

    python benchmarks/page_citations.py --data ../shared/data [--runs FOLDER]

`legal/document-answers` is trained on its sample. The index is written anew over real contracts (PDF), then over these
and a manual of 400 pages. The table goes into the README of metier-retrieval.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import pages
from adaptation import line
from datasets import Dataset
from recipes import run

import metier
from metier.components import ReadContext
from metier.files import copy_folder, temporary_folder
from metier_documents.documents import Documents

README = Path(__file__).parents[1] / "plugins" / "tasks" / "retrieval" / "README.md"
BEGIN, END = "<!-- written by benchmarks/page_citations.py -->", "<!-- end of citations -->"
HEAD = ("documents", "pages", "questions", "answered", "the right page cited", "not there, and so said")
CONTRACTS, MANUAL = "legal/documents/contracts_pdf/*.pdf", "finance/documents/IRS_IRM_2.3.59_400p.pdf"
SHORTEST = 40
"""Characters of a paragraph that is a passage."""


class Question(NamedTuple):
    """A question, and the file and page of its answer, as a person found them; no page where there is none."""

    text: str
    file: str = ""
    page: int = 0


QUESTIONS = (
    Question("How long does the agreement between SpinRecords.com and NETTAXI remain in force?", "Rae", 4),
    Question("How many days of notice must NETTAXI give to terminate for its convenience?", "Rae", 4),
    Question("Which state's law governs the co-branding agreement with SpinRecords.com?", "Rae", 6),
    Question("What percentage of ad revenue does SpinRecords.com pay to NETTAXI?", "Rae", 10),
    Question("What fee is paid for a customer who becomes a paying customer on the co-branded site?", "Rae", 10),
    Question("How much advertising does Nettaxi.com procure in the fourth quarter?", "Rae", 9),
    Question("How much is the first Milestone Payment that ExxonMobil pays to FCE?", "Fuel", 14),
    Question("When does FCE send its monthly invoices?", "Fuel", 13),
    Question("Where does FuelCell Energy have its offices?", "Fuel", 3),
    Question("Who bears the costs of a Party attending the Steering Committee?", "Fuel", 4),
    Question("Which party owns the Program Results?", "Fuel", 8),
    Question("How long is the Post-Term Period of the franchise member?", "Pf", 2),
    Question("Who is the president of France?"),
    Question("How warm must the warehouse be?"),
    Question("What is the warranty period of the pump?"),
    Question("How many days of holiday does the employee have?"),
)


def passages(data: Path, patterns: Sequence[str]) -> list[dict[str, Any]]:
    """Return the paragraphs of documents."""
    found: list[dict[str, Any]] = []
    for pattern in patterns:
        source = Documents(Documents.Config.model_validate({"path": str(data / pattern), "unit": "paragraph"}))
        found += [record.values for record in source.read(ReadContext(offline=True))]
    return found


def row(title: str, model: Path, texts: Sequence[dict[str, Any]]) -> str:
    """Return the table's line for a corpus."""
    kept = [one for one in texts if len(one["text"]) > SHORTEST]
    columns: dict[str, list[Any]] = {"id": [str(number) for number in range(len(kept))]}
    columns |= {name: [str(one[name] or "") for one in kept] for name in ("text", "file", "page", "section")}
    with temporary_folder() as folder:
        copy_folder(model, folder / "model")
        loaded = metier.load(folder / "model")
        loaded.head.index(Dataset.from_dict(columns), loaded.folder, model=loaded.folder)
        said = list(metier.load(loaded.folder).predict([{"question": one.text} for one in QUESTIONS]))
    for question, one in zip(QUESTIONS, said, strict=True):
        print(f"{question.text} | {one['written']} | {_place(one)}")
    there = [(question, one) for question, one in zip(QUESTIONS, said, strict=True) if question.page]
    answered = [(question, one) for question, one in there if one["answer"]]
    right = sum(_is_right(question, one) for question, one in answered)
    absent = [one for question, one in zip(QUESTIONS, said, strict=True) if not question.page]
    count = len({(one["file"], one["page"]) for one in texts})
    unsaid = f"{sum(not one['answer'] for one in absent)} of {len(absent)}"
    return line(title, f"{count:,}", str(len(there)), str(len(answered)), f"{right} of {len(answered)}", unsaid)


def _place(said: dict[str, Any]) -> str:
    return ", ".join(f"{one['file']} page {one['page']}" for one in said["citations"]) or "-"


def _is_right(question: Question, said: dict[str, Any]) -> bool:
    (cited,) = said["citations"]
    return cited["file"].startswith(question.file) and cited["page"] == str(question.page)


def rows(data: Path, folder: Path) -> Iterator[str]:
    """Yield the table's lines."""
    model = run("legal/document-answers", folder / "legal-document-answers", 1) / "model"
    contracts = passages(data, [CONTRACTS])
    yield row("four contracts", model, contracts)
    yield row("and a manual", model, [*contracts, *passages(data, [MANUAL])])


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with finance/, medical/ and so on")
    parser.add_argument("--runs", type=Path, default=Path("runs"))
    options = parser.parse_args()
    table = "\n".join([BEGIN, "", line(*HEAD), f"|{'---|' * len(HEAD)}", *rows(options.data, options.runs), "", END])
    print(table)
    pages.put(README, table)


if __name__ == "__main__":
    main()
