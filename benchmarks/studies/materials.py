"""Real data in the form that it is published in, drawn down to what two processor cores train in minutes."""

from __future__ import annotations

import json
import random
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from metier.components import ReadContext
from metier_finance.phrasebank import FinancialPhraseBank

Row = dict[str, str]


@dataclass(frozen=True)
class Size:
    """How much of the data is drawn."""

    train: int
    """Labelled rows to train on."""
    test: int
    """Rows to judge by."""
    corpus: int
    """Words of the domain's text."""


@dataclass(frozen=True)
class Material:
    """A data set with text of its domain; `labelled` and `corpus` read it from the folder of all data."""

    title: str
    industry: str | None
    max_length: int
    labelled: Callable[[Path], tuple[Sequence[Row], Sequence[Row]]]
    """Returns rows to train on, and rows to judge by."""
    corpus: Callable[[Path], Iterator[str]]

    def write(self, data: Path, folder: Path, size: Size) -> dict[str, Any]:
        """Write `train.jsonl`, `test.jsonl` and `corpus.txt` into `folder`; return the recipe's `data`."""
        folder.mkdir(parents=True, exist_ok=True)
        train, test = self.labelled(data)
        for name, rows, count in (("train", train, size.train), ("test", test, size.test)):
            drawn = random.Random(0).sample(list(rows), min(count, len(rows)))
            lines = [json.dumps(row, ensure_ascii=False) for row in drawn]
            (folder / f"{name}.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
        (folder / "corpus.txt").write_text("\n\n".join(_words(self.corpus(data), size.corpus)), encoding="utf-8")
        return {
            "train": str(folder / "train.jsonl"),
            "test": str(folder / "test.jsonl"),
            "corpus": str(folder / "corpus.txt"),
            "prepare": ["normalize", "deduplicate"],
            "split": {"validation": 0},
        }


def _words(texts: Iterator[str], limit: int) -> Iterator[str]:
    """Yield texts until they have `limit` words together; a text more than 25 words long, so that headings stay out."""
    count = 0
    for text in texts:
        words = text.split()
        if len(words) < 25:
            continue
        yield " ".join(words)
        count += len(words)
        if count >= limit:
            return


def _json_lines(folder: str, *parts: str) -> Callable[[Path], tuple[list[Row], list[Row]]]:
    def read(data: Path) -> tuple[list[Row], list[Row]]:
        sides = []
        for names in (parts[:-1], parts[-1:]):
            lines = [line for name in names for line in (data / folder / name).read_text("utf-8").splitlines()]
            sides.append([{key: row[key] for key in ("text", "label")} for row in map(json.loads, lines)])
        return sides[0], sides[1]

    return read


def phrasebank_rows(path: Path) -> list[Row]:
    """Return the sentences of a Financial PhraseBank file with their labels."""
    source = FinancialPhraseBank(FinancialPhraseBank.Config(path=str(path)))
    read = (record.values for record in source.read(ReadContext()))
    return [{"text": one["sentence"], "label": one["sentiment"]} for one in read]


def _phrasebank(data: Path) -> tuple[list[Row], list[Row]]:
    every = phrasebank_rows(data / "finance" / "financial_phrasebank" / "Sentences_50Agree.txt")
    random.Random(1).shuffle(every)
    cut = len(every) // 5
    return every[cut:], every[:cut]


def _scientsbank(data: Path) -> tuple[list[Row], list[Row]]:
    folder = data / "education" / "semeval2013_scientsbank_3way"
    return list(_answers(folder / "train")), list(_answers(folder / "test-unseen-questions"))


def _answers(folder: Path) -> Iterator[Row]:
    """Yield each student's answer after the reference answer, as one text."""
    for path in sorted(folder.glob("*.xml")):
        question = ElementTree.parse(path).getroot()
        reference = question.findtext("referenceAnswers/referenceAnswer", "").strip()
        for answer in question.iter("studentAnswer"):
            text = f"Reference: {reference} Answer: {(answer.text or '').strip()}"
            yield {"text": text, "label": answer.attrib["accuracy"]}


def _abstracts(data: Path) -> Iterator[str]:
    for entry in json.loads((data / "medical" / "pubmedqa" / "ori_pqal.json").read_text("utf-8")).values():
        yield " ".join(entry["CONTEXTS"])


def _computing_abstracts(data: Path) -> Iterator[str]:
    """Yield abstracts of computational linguistics: sentences in CoNLL columns, joined by the ten."""
    for name in ("train.txt", "dev.txt", "test.txt"):
        sentences = (data / "general" / "scierc_ner" / name).read_text("utf-8").split("\n\n")
        texts = [" ".join(line.split()[0] for line in one.splitlines() if line.split()) for one in sentences]
        yield from (" ".join(texts[i : i + 10]) for i in range(0, len(texts), 10))


def _paragraphs(pattern: str) -> Callable[[Path], Iterator[str]]:
    def read(data: Path) -> Iterator[str]:
        for path in sorted(data.glob(pattern)):
            yield from path.read_text("utf-8").split("\n")

    return read


MATERIALS = {
    "chemprot": Material(
        "ChemProt, PubMed abstracts",
        "medical",
        96,
        _json_lines("medical/chemprot", "train.txt", "dev.txt", "test.txt"),
        _abstracts,
    ),
    "acl-arc": Material(
        "ACL-ARC, abstracts of computational linguistics",
        None,
        96,
        _json_lines("general/acl_arc_citation_intent", "train.txt", "dev.txt", "test.txt"),
        _computing_abstracts,
    ),
    "phrasebank": Material(
        "Financial PhraseBank, minutes of the Federal Reserve",
        "finance",
        96,
        _phrasebank,
        _paragraphs("finance/fomc_minutes/*.txt"),
    ),
    "scientsbank": Material(
        "ScientsBank (unseen questions), a psychology textbook",
        None,
        96,
        _scientsbank,
        _paragraphs("education/openstax_psychology/text/*.txt"),
    ),
}
"""Name to material."""
