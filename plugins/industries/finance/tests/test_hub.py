"""Without a path the readers give of the Hub's copy what they give of the files; the copy is a local folder here."""

from __future__ import annotations

import functools
from collections.abc import Callable
from pathlib import Path

import pytest
from datasets import ClassLabel, Features, Value

from metier.builtin.sources.published import Published
from metier.errors import DataError
from metier.testing.copies import put_copy, values_of
from metier_finance.phrasebank import LABELS, FinancialPhraseBank

Put = Callable[..., None]


@pytest.fixture
def put(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Put:
    """Return what points a reader at rows of splits in the Hub's columns."""
    return functools.partial(put_copy, tmp_path, monkeypatch)


@pytest.mark.parametrize("label", [ClassLabel(names=list(LABELS.values())), Value("int64")])
def test_sentences_are_those_of_the_files(label: ClassLabel | Value, tmp_path: Path, put: Put) -> None:
    path = tmp_path / "Sentences_50Agree.txt"
    path.write_bytes("Sales rose in Jyväskylä .@positive\r\nNet sales were EUR 7 mn .@neutral\r\n".encode("latin-1"))
    rows = [
        {"sentence": "Sales rose in Jyväskylä .", "label": 2},
        {"sentence": "Net sales were EUR 7 mn .", "label": 1},
    ]
    put(FinancialPhraseBank, Features({"sentence": Value("string"), "label": label}), train=rows)
    assert values_of(FinancialPhraseBank) == values_of(FinancialPhraseBank, path=str(path))


def test_a_number_that_is_no_label_is_an_error(put: Put) -> None:
    features = Features({"sentence": Value("string"), "label": Value("int64")})
    put(FinancialPhraseBank, features, train=[{"sentence": "Sales rose .", "label": -1}])
    with pytest.raises(DataError, match=r"train:1: not a row of this data set: KeyError\(-1\)"):
        values_of(FinancialPhraseBank)


@pytest.mark.parametrize("component", [FinancialPhraseBank])
def test_a_copy_that_is_not_kept_is_an_error_offline(component: type[Published]) -> None:
    with pytest.raises(DataError, match=f"hub data set '{component.copy.dataset}'.*cannot be had offline") as raised:
        values_of(component)
    assert "give the files as `path`" in raised.value.problems[0].hint
