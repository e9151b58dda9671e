"""What becomes of people's rows, of the corpus and of the other splits."""

from __future__ import annotations

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metier.data.store import load, records, write
from metier.errors import StageError
from metier.testing import StrategyContract
from metier.testing.models import build_model
from metier.values import Job, Outcome, Use
from metier_weak_label._answers import AnswerScorer
from metier_weak_label._labelling import Labelled, label_corpus
from metier_weak_label.options import WeakLabelConfig
from metier_weak_label.weak_label import WeakLabel

FUNCTIONS = [
    {"label": "positive", "keywords": ["rose", "lifted", "strong"]},
    {"label": "positive", "pattern": r"\braised\b"},
    {"label": "negative", "keywords": ["loss", "fell", "weak"]},
]
CORPUS = {
    "c:1": "earnings rose at the mill in may",
    "c:2": "the ferry line made a loss after the fire",
    "c:3": "prices fell while volumes rose abroad",
    "c:4": "nothing happened at the harbour",
    "c:5": "the board raised the dividend for the year",  # as people's
    "c:6": "A weak market cut profit and the dividend again again again",  # as a test row
}


class Seen:
    """Stands for `train`: reads the rows while they are there."""

    def __init__(self) -> None:
        self.jobs: list[tuple[Job, list[dict[str, Any]]]] = []

    def __call__(self, job: Job) -> Outcome:
        self.jobs.append((job, list(records(load(job.datasets["train"])))))
        outcome = Outcome(job=job, model_path=Path(), metrics={}, predictions={}, seconds=0.1)
        return replace(outcome, parts=(outcome,))


@pytest.fixture
def job(tmp_path: Path) -> Job:
    """A job with sixteen labelled rows and six texts without a label."""
    made = StrategyContract().job(tmp_path)
    rows = [{"id": name, "text": text} for name, text in CORPUS.items()]
    return replace(made, datasets={**made.datasets, "corpus": write(rows, tmp_path / "texts.arrow")})


def labelled(job: Job, **options: Any) -> Labelled:
    config = WeakLabelConfig.model_validate({"functions": FUNCTIONS, **options})
    return label_corpus(job.datasets, job.task, job.state["labels"], config, None)


def test_rows_of_people_stay_and_others_follow(job: Job) -> None:
    train = Seen()
    outcome = WeakLabel(WeakLabelConfig.model_validate({"functions": FUNCTIONS})).run(job, train)
    ((seen, rows),) = train.jobs
    before = list(records(load(job.datasets["train"])))
    assert rows[: len(before)] == before
    more = {row["id"]: row["label"] for row in rows[len(before) :]}
    assert {name: more[name] for name in ("c:1", "c:2")} == {"c:1": "positive", "c:2": "negative"}
    assert not {"c:4", "c:5", "c:6"} & set(more)
    assert {name: ref for name, ref in seen.datasets.items() if name != "train"} == {
        name: ref for name, ref in job.datasets.items() if name != "train"
    }
    assert outcome.job == job
    assert [part.job for part in outcome.parts] == [job]
    (table,) = outcome.details
    assert [row[1] for row in table.rows] == [
        "positive",
        "-",
        "negative",
    ]  # what each says of texts that are not people's
    assert not seen.datasets["train"].path.exists()


def test_every_text_is_labelled_or_left_out_with_a_reason(job: Job) -> None:
    found = labelled(job, combine="majority-vote")
    assert [(row["id"], row["label"], row["score"]) for row in found.rows] == [
        ("c:1", "positive", 1.0),
        ("c:2", "negative", 1.0),
    ]
    assert found.left_out == {
        "on which as many functions say one label as another": 1,
        "of which no function says anything": 1,
        "that people labelled": 1,
        "that validation or test rows have too, or nearly": 1,
    }
    assert found.texts == len(CORPUS)
    assert list(found.lines()) == [
        "2 of 6 texts of the corpus are labelled: negative 1, positive 1",
        "1 texts are left out of which no function says anything",
        "1 texts are left out on which as many functions say one label as another",
        "1 texts are left out that people labelled",
        "1 texts are left out that validation or test rows have too, or nearly",
    ]


def test_unsure_texts_are_left_out(job: Job) -> None:
    every = labelled(job, min_probability=0).rows
    assert [row["id"] for row in every] == ["c:1", "c:2", "c:3"]
    middle = sorted(row["score"] for row in every)[1]
    assert 0.5 <= middle < 1
    sure = labelled(job, min_probability=middle - 0.001)
    assert [row["id"] for row in sure.rows] == [row["id"] for row in every if row["score"] >= middle]
    assert sure.left_out["whose likeliest label is not likely enough"] == 1


def test_each_function_is_told(job: Job) -> None:
    rose, raised, loss = labelled(job).functions
    assert (rose.polarity, raised.polarity, loss.polarity) == (("positive",), (), ("negative",))
    # Of the four texts that nobody else has: c:1 and c:3 rose, c:2 and c:3 fell.
    assert (rose.coverage, rose.overlaps, rose.conflicts) == (0.5, 0.25, 0.25)
    assert (raised.coverage, raised.estimated, raised.right, raised.judged) == (0.0, None, 2, 2)
    assert (loss.right, loss.judged) == (6, 6)
    assert rose.estimated is not None
    assert 0.5 < rose.estimated <= 1
    assert labelled(job, combine="majority-vote").functions[0].estimated is None


def test_the_table_is_said_before_it_trains(job: Job, caplog: pytest.LogCaptureFixture) -> None:
    strategy = WeakLabel(WeakLabelConfig.model_validate({"functions": FUNCTIONS, "compare": True}))
    with caplog.at_level(logging.INFO, logger="metier"):
        strategy.run(job, Seen())
    assert any("texts of the corpus are labelled" in line for line in caplog.messages)
    assert any("estimated accuracy" in line for line in caplog.messages)
    assert any(line.startswith("weak-label: positive: rose, lifted, strong") for line in caplog.messages)
    assert strategy.describe(13) == [
        "train on texts of the corpus too, labelled by 3 functions combined by dawid-skene; validation and test rows "
        "keep theirs",
        "train once more on people's labels alone, for as many steps, and compare",
    ]


def test_a_model_that_is_asked_is_planned() -> None:
    ask = {"model": "starter:smollm2", "prompt": "{text} Good or bad?"}
    lines = WeakLabel(WeakLabelConfig.model_validate({"functions": FUNCTIONS, "prompts": [ask]})).describe(13)
    assert "labelled by 4 functions" in lines[0]
    assert lines[1:] == ["ask starter:smollm2, as it is, for the label of each text"]


def test_a_prompt_is_asked_once_for_all_seeds(job: Job, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = build_model("gpt2", tmp_path / "speaker", texts=[*CORPUS.values(), "negative or positive ?"])
    ask = {"model": str(model.path), "prompt": "{text} negative or positive ?", "confidence": 0.0}
    strategy = WeakLabel(WeakLabelConfig.model_validate({"prompts": [ask]}))
    train = Seen()
    strategy.run(job, train)
    monkeypatch.setattr(AnswerScorer, "probabilities", None)  # would be called, if a text were asked again
    strategy.run(replace(job, seed=14), train)
    (_, first), (_, second) = train.jobs
    assert len(first) > 16
    assert second == first


def test_the_comparison_trains_on_the_rows_as_they_are(job: Job) -> None:
    train = Seen()
    outcome = WeakLabel(WeakLabelConfig.model_validate({"functions": FUNCTIONS, "compare": True})).run(job, train)
    (seen, more), (alone, fewer) = train.jobs
    assert len(more) > len(fewer) == 16
    assert alone.datasets == job.datasets
    assert seen.settings == job.settings
    passes = {name: value for name, value in alone.settings.items() if job.settings[name] != value}
    assert passes == {"num_train_epochs": pytest.approx(job.settings["num_train_epochs"] * len(more) / 16)}
    assert [part.job.label for part in outcome.parts] == ["adapted", "adapted, people's labels alone"]


def test_what_cannot_be_helped_is_said(job: Job, tmp_path: Path) -> None:
    bare = replace(job, datasets={name: ref for name, ref in job.datasets.items() if name != "corpus"})
    with pytest.raises(StageError, match="there is no corpus"):
        labelled(bare)
    several = Use("task head", "text-classification", {"multi_label": True})
    for task in (several, Use("task head", "pair-classification")):
        with pytest.raises(StageError, match="are not a text and its label"):
            labelled(replace(job, task=task))
    nothing = [{"label": "positive", "keywords": ["xylophone"]}]
    with pytest.raises(StageError, match="no text of the corpus is labelled: 5 of which no function") as error:
        labelled(job, functions=nothing)
    assert error.value.problems[0].hint
