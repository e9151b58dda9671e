"""The strategy keeps its contract, with each way of combining."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from metier.data.store import write
from metier.testing import StrategyContract
from metier.testing.models import build_model
from metier.testing.strategy import Recorder
from metier.values import Job, Json, Outcome
from metier_weak_label.weak_label import WeakLabel

TEXTS = (
    "the mill reports that earnings rose in may",
    "a fire at the harbour led to a loss for the ferry line",
    "new orders lifted the shipyard this spring",
    "the bakery chain fell behind its plan",
)
FUNCTIONS: list[dict[str, Any]] = [
    {"label": "positive", "keywords": ["rose", "lifted"]},
    {"label": "negative", "keywords": ["loss", "fell"]},
    {"label": "negative", "pattern": "led to|behind"},
]


class FileRecorder(Recorder):
    """Looks that a job's files are there while it trains, and notes the job without where they lie."""

    def __call__(self, job: Job) -> Outcome:
        """Return an outcome as `Recorder` does, of the job as it is."""
        assert all(ref.path.is_file() for ref in job.datasets.values())
        outcome = super().__call__(job)
        here = {split: replace(ref, path=Path(split)) for split, ref in job.datasets.items()}
        self.jobs[-1] = replace(job, datasets=here, model=replace(job.model, path=Path()))
        return outcome


class WeakLabelContract(StrategyContract):
    component = WeakLabel

    def train(self, folder: Path) -> Recorder:
        """Return what stands for the training."""
        return FileRecorder(folder / "trained")

    def job(self, folder: Path) -> Job:
        """Return a job whose corpus has texts that no other split has."""
        job = super().job(folder)
        rows = [{"id": f"corpus:{number}", "text": text} for number, text in enumerate(TEXTS)]
        return replace(job, datasets={**job.datasets, "corpus": write(rows, folder / "texts.arrow")})


class TestWeakLabel(WeakLabelContract):
    options = {"functions": FUNCTIONS}


class TestByVotes(WeakLabelContract):
    options = {"functions": FUNCTIONS, "combine": "majority-vote"}


class TestWithComparison(WeakLabelContract):
    options = {"functions": FUNCTIONS, "compare": True}


class TestWithPrompt(WeakLabelContract):
    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        """Return options with a prompt for a tiny language model."""
        model = build_model("gpt2", folder / "language-model", texts=[*TEXTS, "is this negative or positive ?"])
        ask = {"model": str(model.path), "prompt": "{text} is this negative or positive ?", "confidence": 0.0}
        return {"functions": FUNCTIONS, "prompts": [ask]}
