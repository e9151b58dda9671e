"""What `metier-finance` ships is what its README says."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from metier.components import ReadContext
from metier.errors import DataError
from metier.testing import authored
from metier_finance.finance import Finance
from metier_finance.phrasebank import FinancialPhraseBank
from metier_finance.sample import FinanceSample

REAL = Path(__file__).parents[5] / "shared" / "data" / "finance" / "financial_phrasebank" / "Sentences_50Agree.txt"


@pytest.mark.parametrize(("labels", "each"), [("three", 120), ("five", 60)])
def test_the_sample_is_balanced_and_varied(labels: str, each: int) -> None:
    source = FinanceSample(FinanceSample.Config.model_validate({"labels": labels}))
    rows = [record.values for record in source.read(ReadContext())]
    counts = Counter(row["label"] for row in rows)
    assert set(counts.values()) == {each}
    assert sorted(counts) == sorted(Finance().label_sets()["sentiment" if labels == "three" else "sentiment-five"])
    assert len(rows) >= 300
    authored.check_varied([row["text"] for row in rows], size=3)


def test_the_sample_says_that_it_is_authored() -> None:
    context = ReadContext()
    list(FinanceSample().read(context))
    assert any("authored" in note for note in context.notes)


def test_the_lexicon_is_as_large_as_the_readme_says() -> None:
    terms = Finance().lexicon()
    assert len(terms) >= 300
    assert len({term.category for term in terms}) >= 10
    assert sum(bool(term.synonyms) for term in terms) >= 150
    assert all(term.chinese for term in terms)


def test_an_at_sign_belongs_to_its_sentence(tmp_path: Path) -> None:
    path = tmp_path / "Sentences_66Agree.txt"
    path.write_text("Write to info@example.com for the report .@neutral\n", encoding="latin-1")
    (record,) = FinancialPhraseBank(FinancialPhraseBank.Config(path=str(path))).read(ReadContext())
    assert record.values == {"sentence": "Write to info@example.com for the report .", "sentiment": "neutral"}


def test_a_line_without_a_label_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "Sentences_66Agree.txt"
    path.write_text("Sales rose .@positive\nNo label here\n", encoding="latin-1")
    with pytest.raises(DataError, match=r"Sentences_66Agree\.txt:2"):
        list(FinancialPhraseBank(FinancialPhraseBank.Config(path=str(path))).read(ReadContext()))


@pytest.mark.skipif(not REAL.is_file(), reason="the Financial PhraseBank is not beside this checkout")
def test_the_real_file_reads_as_published() -> None:
    context = ReadContext()
    rows = [record.values for record in FinancialPhraseBank(FinancialPhraseBank.Config(path=str(REAL))).read(context)]
    counts = Counter(row["sentiment"] for row in rows)
    assert counts == {"neutral": 2879, "positive": 1363, "negative": 604}
    assert any("latin-1" in note.lower() or "iso-8859" in note.lower() or "1252" in note for note in context.notes)
