"""The strategy `mined-negatives` keeps its contract, reads training rows alone, and trains to the end."""

from __future__ import annotations

import csv
import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

import metier
from metier.components import TaskHead
from metier.data.store import load, write
from metier.testing import StrategyContract
from metier.testing.models import build_model, load_tokenizer
from metier.testing.samples import rows
from metier.testing.strategy import Recorder
from metier.values import DatasetRef, Job, Outcome, Use
from metier_embedding.embedding import MINED, Embedding
from metier_embedding.mined_negatives import MinedNegatives
from metier_embedding.mined_rows import mine, with_negatives

PAIRS = (
    ("the pump leaks oil", "how to seal a pump that leaks"),
    ("the pump is loud", "how to make a pump quiet"),
    ("the belt slips", "how to tighten a belt"),
    ("the belt is torn", "how to change a belt of the pump"),
)


def sample(**columns: Any) -> list[dict[str, Any]]:
    """Return the pairs as rows."""
    made = [{"id": f"row:{at}", "text": text, "second": second} for at, (text, second) in enumerate(PAIRS)]
    return [{**row, **{name: values[at] for name, values in columns.items()}} for at, row in enumerate(made)]


def job_of(folder: Path, base: Job, some: list[dict[str, Any]], **options: Any) -> Job:
    """Return a job of the task `embedding` on some rows, held out like ones, and a tiny model."""
    model = build_model("bert", folder / "model")
    held = [{**row, "id": f"held:{at}", "second": f"{row['second']} held out"} for at, row in enumerate(some)]
    datasets = {"train": write(some, folder / "rows.arrow"), "test": write(held, folder / "test.arrow")}
    return replace(base, task=Use("task head", "embedding", options), datasets=datasets, model=model, state={})


class FileRecorder(Recorder):
    """Looks at the rows that a job trains on, and notes the job without where they lie."""

    def __call__(self, job: Job) -> Outcome:
        """Return an outcome as `Recorder` does, of the job as it is."""
        self.given = load(job.datasets["train"]).to_list()
        outcome = super().__call__(job)
        here = {split: replace(ref, path=Path(split)) for split, ref in job.datasets.items()}
        self.jobs[-1] = replace(job, datasets=here, model=replace(job.model, path=Path()))
        return outcome


class MinedContract(StrategyContract):
    component = MinedNegatives

    def train(self, folder: Path) -> FileRecorder:
        """Return what stands for the training."""
        return FileRecorder(folder / "trained")

    def job(self, folder: Path) -> Job:
        """Return a job of pairs."""
        return job_of(folder, super().job(folder), sample())


class TestByWords(MinedContract):
    options = {"retriever": "tf-idf", "relative_margin": None, "number": 2}

    def test_no_partner_and_no_held_out_text_is_mined(self, made: MinedNegatives, tmp_path: Path) -> None:
        train, job = self.train(tmp_path), self.job(tmp_path)
        outcome = made.run(job, train)
        assert outcome.job.datasets["train"] == job.datasets["train"]
        seconds = {second for _, second in PAIRS}
        for row in train.given:
            assert set(row[MINED]) <= seconds - {row["second"]}
        assert set(train.given[0][MINED]) == {PAIRS[1][1], PAIRS[3][1]}, "they name a pump; the other shares no word"
        counts, shown = outcome.details
        assert sum(row[1] for row in counts.rows) == len(PAIRS)  # type: ignore[union-attr]
        assert {row[2] for row in shown.rows} <= seconds  # type: ignore[union-attr]

    def test_pairs_without_any_are_counted(
        self, made: MinedNegatives, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        some = [*sample(), {"id": "row:9", "text": "zzz", "second": "yyy"}]
        with caplog.at_level(logging.INFO, logger="metier"):
            outcome = made.run(job_of(tmp_path, super().job(tmp_path), some), self.train(tmp_path))
        assert outcome.details[0].rows[-1] == (0, 1, 0.2)  # type: ignore[union-attr]
        assert "for 5 pairs; 1 pairs have none" in caplog.text

    def test_pairs_that_do_not_belong_together_have_none(self, made: MinedNegatives, tmp_path: Path) -> None:
        some = sample(label=[1.0, 0.0, 1.0, 1.0])
        train = self.train(tmp_path)
        made.run(job_of(tmp_path, super().job(tmp_path), some), train)
        assert [bool(row[MINED]) for row in train.given] == [True, False, True, True]

    def test_other_tasks_are_refused(self, made: MinedNegatives) -> None:
        cosine = Embedding(Embedding.Config.model_validate({"loss": "cosine"}))
        assert made.refuses(Embedding()) is None
        assert made.refuses(cosine) == "`loss: cosine` has no negatives"
        assert made.refuses(TaskHead()) == "the task  has no negatives"


class TestByVectors(MinedContract):
    options = {"compare": True}

    def test_they_are_the_likest_by_the_untouched_model(self, tmp_path: Path) -> None:
        job = self.job(tmp_path)
        found = mine(job, MinedNegatives.Config(number=1, relative_margin=None)).negatives
        model, tokenizer = Embedding().build(job.model.path, {}).eval(), load_tokenizer(job.model.path)
        with torch.no_grad():
            left, right = (np.array([_vector(model, tokenizer, pair[side]) for pair in PAIRS]) for side in (0, 1))
        cosines = left @ right.T - 9 * np.eye(len(PAIRS))
        assert [some[0].row for some in found] == cosines.argmax(axis=1).tolist()
        assert [some[0].similarity for some in found] == pytest.approx(cosines.max(axis=1).tolist(), abs=1e-5)

    def test_it_says_what_it_compares(self, made: MinedNegatives, tmp_path: Path) -> None:
        train = self.train(tmp_path)
        outcome = made.run(self.job(tmp_path), train)
        assert [job.label for job in train.jobs] == ["adapted", "adapted, without mined negatives"]
        assert [part.job.label for part in outcome.parts] == [job.label for job in train.jobs]
        assert MINED not in train.given[0], "the second training has the rows as they are"


def _vector(model: Any, tokenizer: Any, text: str) -> np.ndarray:
    states = model(**tokenizer(text, return_tensors="pt", return_token_type_ids=False)).last_hidden_state[0]
    vector: np.ndarray = torch.nn.functional.normalize(states.mean(dim=0), dim=-1).numpy()
    return vector


def test_rows_and_their_order_decide_alone(tmp_path: Path) -> None:
    job = TestByWords().job(tmp_path)
    digests = set()
    for seed in (1, 2):
        chosen = replace(job, seed=seed)
        made: DatasetRef = with_negatives(chosen, mine(chosen, MinedNegatives.Config()), tmp_path).datasets["train"]
        digests.add(made.digest)
    assert len(digests) == 1


def test_a_recipe_runs_to_the_end_and_predicts_as_before(tmp_path: Path) -> None:
    texts = [row["text"] for row in rows(16)]
    build_model("bert", tmp_path / "tiny", texts=texts)
    with (tmp_path / "pairs.csv").open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("text", "second"), *((one, " ".join(one.split()[::-1])) for one in texts)])
    recipe = f"""
recipe: 1
model: local:{tmp_path / "tiny"}
data:
  train: pairs.csv
  split: {{validation: 0.2, test: 0.2}}
task: embedding
improve: [{{use: mined-negatives, number: 2, relative_margin: null, compare: true}}]
training: {{num_train_epochs: 1, max_length: 32, per_device_train_batch_size: 4}}
"""
    (tmp_path / "pairs.yaml").write_text(recipe, encoding="utf-8")
    run = metier.run(tmp_path / "pairs.yaml", output=tmp_path / "runs")
    names = [arm["name"] for arm in run.metrics["arms"]]
    assert names == ["fine-tuned", "fine-tuned, without mined negatives"]
    found = [arm["runs"][0]["splits"]["test"]["metrics"]["mrr"] for arm in run.metrics["arms"]]
    assert all(0 < one <= 1 for one in found)
    titles = [detail["title"] for detail in run.metrics["details"]]
    assert titles[0] == "Mined negatives"
    (said,) = run.model().predict([texts[0]])
    assert set(said) == {"embedding"}
    assert np.linalg.norm(said["embedding"]) == pytest.approx(1, abs=1e-5)
