"""The test rows, changed: what is changed, what stays, and that every arm is judged on the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import Any, ClassVar

import pytest

from metier.components import Industry
from metier.data.store import load, write
from metier.errors import StageError
from metier.testing import StrategyContract
from metier.testing.samples import sample_datasets
from metier.testing.strategy import Recorder
from metier.values import Job, Outcome, Term
from metier_adversarial._candidates import exchanges, is_held_out
from metier_adversarial._perturbations import KEYS, Exchanger, in_other_case, neighbours, with_typos
from metier_adversarial.robustness import Robustness

TERMS = (Term("profit", "figure", ("earnings", "net gain")), Term("GDP", "macro", ("gross domestic product",)))
TEXT = "In 2024 the company's profit rose by 12.5 percent, strong sales lifted turnover."


class Trade(Industry):
    """A trade of two terms."""

    name: ClassVar[str] = "trade"

    def lexicon(self) -> Sequence[Term]:
        return TERMS


class FileRecorder(Recorder):
    """Looks that a job's files are there while it trains, and notes the job without where they lie."""

    def __call__(self, job: Job) -> Outcome:
        for ref in job.datasets.values():
            assert len(load(ref)) == ref.rows
        datasets = {split: replace(ref, path=Path(ref.path.name)) for split, ref in job.datasets.items()}
        outcome = super().__call__(replace(job, datasets=datasets))
        return replace(outcome, job=job)


class TestRobustness(StrategyContract):
    """With its defaults; no industry, so that `synonyms` has spelling alone."""

    component = Robustness

    def train(self, folder: Path) -> Recorder:
        return FileRecorder(folder / "trained")


def distance(one: str, other: str) -> int:
    """Return the optimal string alignment distance: insertions, deletions, substitutions, swaps of neighbours."""
    table = [[max(i, j) if min(i, j) == 0 else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            differs = one[i - 1] != other[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + differs)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


def test_a_word_has_one_error_inside() -> None:
    kinds = set()
    for seed in range(200):
        changed = with_typos(TEXT, Random(seed), rate=0.3)
        pairs = list(zip(TEXT.split(), changed.split(), strict=True))
        wrong = [(one, other) for one, other in pairs if one != other]
        assert len(wrong) == 2, "a third of seven long words"
        for one, other in wrong:
            assert distance(one, other) == 1
            assert one[0] == other[0]
            assert one[-1] == other[-1]
            assert len(one.strip(",.")) >= 4
            assert "'" not in one
            kinds.add(len(one) - len(other) if len(one) != len(other) else sorted(one) == sorted(other))
        assert "2024" in changed
        assert "12.5" in changed
    assert kinds == {1, False}, "some kind of error never occurs"


def test_short_and_foreign_words_stay() -> None:
    for text in ("the 12 of it", "2024Q4 x86_64", "利润上升", ""):
        assert with_typos(text, Random(0), rate=1.0) == text


def test_neighbours_of_a_key() -> None:
    assert set(neighbours("g")) == set("fhtyvb")
    assert set(neighbours("q")) == set("wa")
    assert set(neighbours("p")) == set("ol")
    assert all(letter in neighbours(other) for keys in KEYS for letter in keys for other in neighbours(letter))


def test_capitals_change_and_nothing_else() -> None:
    found = {in_other_case(TEXT, Random(seed)) for seed in range(20)}
    assert found == {TEXT.upper(), TEXT.lower()}
    assert in_other_case("profit rose", Random(1)) == "PROFIT ROSE"
    assert in_other_case("12", Random(0)) == "12"


def test_forms_take_the_place_and_the_capitals_of_others() -> None:
    exchanger = Exchanger(exchanges(TERMS, kind="synonyms", spelling=True))

    def every(text: str) -> set[str]:
        return {exchanger.exchanged(text, Random(seed)) for seed in range(30)}

    assert every("Profit rose.") == {"Earnings rose.", "Net gain rose."}
    assert every("PROFIT ROSE") == {"EARNINGS ROSE", "NET GAIN ROSE"}
    assert every("GDP and labour costs") == {"gross domestic product and labor costs"}
    assert every("gdp, profitable, non-profit, profit-taking") == {"gdp, profitable, non-profit, profit-taking"}
    assert every("profits, profit\nmargins") == {
        f"{one}, {other}\nmargins" for one in ("earnings", "net gains") for other in ("earnings", "net gain")
    }
    assert every("gross  domestic\nproduct rose") == {"GDP rose"}


def job_of(folder: Path, texts: Sequence[str] = (TEXT, "sales fell", "2024")) -> Job:
    rows = [{"id": f"test.csv:{i + 2}", "text": text, "label": "ab"[i % 2]} for i, text in enumerate(texts)]
    datasets = {**sample_datasets(folder), "test": write(rows, folder / "rows.arrow")}
    return replace(TestRobustness().job(folder), datasets=datasets)


def splits_of(job: Job, *, industry: Industry | None = None, **options: Any) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of the test splits that a training is given."""
    seen: dict[str, Any] = {}

    def train(job: Job) -> Outcome:
        seen.update({split: list(load(ref)) for split, ref in job.datasets.items() if split.startswith("test")})
        seen.update({f"{split} digest": ref.digest for split, ref in job.datasets.items()})
        return Outcome(job=job, model_path=Path(), metrics={"test-typos": {"f1": 1.0}}, predictions={}, seconds=0.0)

    strategy = Robustness(Robustness.Config.model_validate(options))
    strategy.industry = industry
    seen["outcome"] = strategy.run(job, train)
    return seen


def test_ids_labels_and_order_stay(tmp_path: Path) -> None:
    job = job_of(tmp_path)
    splits = splits_of(job)
    assert {"test", "test-typos", "test-casing"} <= set(splits)
    for split in ("test-typos", "test-casing"):
        for row, clean in zip(splits[split], splits["test"], strict=True):
            assert {**row, "text": ""} == {**clean, "text": ""}
        assert splits[split][2]["text"] == "2024"
        assert splits[split][0]["text"] != TEXT


def test_every_arm_and_seed_is_judged_on_the_same_rows(tmp_path: Path) -> None:
    job = job_of(tmp_path)
    first = splits_of(job, industry=Trade(), synonyms="all")
    other = splits_of(replace(job, seed=99, label="plain", methods=()), industry=Trade(), synonyms="all")
    assert first["test-synonyms"] == other["test-synonyms"]
    assert all(first[name] == other[name] for name in first if name.endswith("digest"))


def test_a_row_is_changed_by_its_id_alone(tmp_path: Path) -> None:
    texts = [TEXT, "strong demand lifted profit", "orders rose again"]
    together = splits_of(job_of(tmp_path / "a", texts))["test-typos"]
    alone = splits_of(job_of(tmp_path / "b", texts[:1]))["test-typos"]
    assert together[0] == alone[0]


def test_synonyms_are_those_that_training_left_out(tmp_path: Path) -> None:
    texts = [f"the {form} of the year" for term in TERMS for form in (term.term, *term.synonyms)] * 5
    forms = {form.casefold() for term in TERMS for form in (term.term, *term.synonyms)}
    job = job_of(tmp_path, texts)
    every = splits_of(job, industry=Trade(), synonyms="all")["test-synonyms"]
    assert all(row["text"] != text for row, text in zip(every, texts, strict=True))
    held_out = splits_of(job, industry=Trade()).get("test-synonyms", [{"text": text} for text in texts])
    for row, text in zip(held_out, texts, strict=True):
        form = row["text"].removeprefix("the ").removesuffix(" of the year").casefold()
        assert form in forms
        assert row["text"] == text or is_held_out(form)


def test_a_way_that_changes_nothing_is_no_split(tmp_path: Path) -> None:
    splits = splits_of(job_of(tmp_path, ["sales fell", "orders rose"]), perturbations=["synonyms", "typos"])
    assert "test-synonyms" not in splits
    assert "test-typos" in splits
    assert "test-casing" not in splits


def test_no_job_keeps_files_that_are_gone(tmp_path: Path) -> None:
    job = job_of(tmp_path)
    outcome = splits_of(job)["outcome"]
    assert outcome.job == job
    assert outcome.metrics == {"test-typos": {"f1": 1.0}}


def test_rows_without_text_are_an_error(tmp_path: Path) -> None:
    job = job_of(tmp_path)
    tokens = write([{"id": "a", "tokens": ["x"], "labels": ["O"]}], tmp_path / "tokens.arrow")
    with pytest.raises(StageError, match="have no column 'text'"):
        splits_of(replace(job, datasets={"test": tokens}))
    with pytest.raises(StageError, match="no test rows"):
        splits_of(replace(job, datasets={"train": tokens}))


def test_it_says_what_it_does() -> None:
    lines = Robustness(Robustness.Config(perturbations=("casing",))).describe(13)
    assert lines == ["judge on the test rows in capitals or without any, too"]
