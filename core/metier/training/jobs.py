"""What a run trains, stage by stage: an adaptation, the task, and predictions of the model that was saved."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from metier.components import AdaptationMethod, Industry, MethodContext, OptimizerFactory, TaskHead
from metier.data.store import load
from metier.settings import TrainingSettings
from metier.training.engine import TrainingEngine
from metier.training.quiet import quiet_transformers
from metier.training.tokenizers import load_tokenizer
from metier.values import DatasetRef, Json, LocalModel, Metrics, TaskInfo

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

Log = Callable[[Metrics], None]
Predictions = Iterator[Sequence[Mapping[str, Json]]]


@dataclass(frozen=True, slots=True)
class Workplace:
    """Where and with what a stage trains."""

    folder: Path
    """The stage's folder; checkpoints go into it while training and are gone when the stage is done."""
    settings: TrainingSettings
    optimizer: OptimizerFactory
    seed: int
    log: Log
    progress: bool = False
    industry: Industry | None = None
    shared: Path | None = None


@quiet_transformers()
def adapt(
    method: AdaptationMethod,
    *,
    model: LocalModel,
    task: TaskInfo,
    datasets: Mapping[str, DatasetRef],
    place: Workplace,
) -> dict[str, Json]:
    """Run a method's own training phase and save the model it gives to `folder/model`; return what was logged last."""
    tokenizer = load_tokenizer(model.path)
    last: dict[str, Json] = {}

    def log(metrics: Metrics) -> None:
        last.update(metrics)
        place.log(metrics)

    engine = _engine(tokenizer, replace(place, log=log), (), place.folder / "checkpoints")
    context = _context(model, task, tokenizer, datasets, place, engine)
    torch.manual_seed(place.seed)
    adapted = method.pretrain(model.path, context)
    assert adapted is not None, "the caller asks only methods that override pretrain"
    _save(adapted, context.tokenizer, place.folder)
    return {**last, "choices": engine.choices}


@quiet_transformers()
def fine_tune(
    head: TaskHead,
    methods: Sequence[AdaptationMethod],
    *,
    model: LocalModel,
    task: TaskInfo,
    datasets: Mapping[str, DatasetRef],
    place: Workplace,
) -> dict[str, Json]:
    """Train `head` on the training split, with `methods` acting in order, and save the model to `folder/model`."""
    tokenizer = load_tokenizer(model.path)
    torch.manual_seed(place.seed)  # the head's first weights
    built = head.build(model.path, task.state)
    context = _context(model, task, tokenizer, datasets, place, None)
    acting = [(method, context) for method in methods]
    engine = _engine(tokenizer, place, acting, place.folder / "checkpoints")
    folder = place.folder / "model"
    if head.corpus_columns is not None:
        head.index(load(datasets["corpus"]), folder, model=model.path)
    rows = {
        split: retrieved(head, load(datasets[split]), folder, training=True)
        for split in ("train", "validation")
        if split in datasets
    }
    metrics = engine.train(head.objective(task.state), built, rows["train"], validation=rows.get("validation"))
    _save(engine.trained, tokenizer, place.folder)
    return {**metrics, "choices": engine.choices}


def predictions(
    head: TaskHead, *, folder: Path, state: Mapping[str, Json], rows: DatasetRef, place: Workplace
) -> Predictions:
    """Yield predictions for `rows`, a list a batch in row order, of the model saved at `folder`."""
    tokenizer = load_tokenizer(folder)
    engine = _engine(tokenizer, place, (), place.folder / "checkpoints")
    with quiet_transformers():
        model = head.build(folder, state)
    yield from engine.predict(head.objective(state), model, retrieved(head, load(rows), folder))


def retrieved(head: TaskHead, rows: Dataset, folder: Path, *, training: bool = False) -> Dataset:
    """Return rows with what the index in a model's folder has for each, where the head reads a corpus."""
    return rows if head.corpus_columns is None else head.retrieve(rows, folder, training=training)


def _engine(
    tokenizer: PreTrainedTokenizerFast,
    place: Workplace,
    methods: Sequence[tuple[AdaptationMethod, MethodContext]],
    directory: Path,
) -> TrainingEngine:
    return TrainingEngine(
        tokenizer=tokenizer,
        settings=place.settings,
        optimizer=place.optimizer,
        methods=methods,
        directory=directory,
        seed=place.seed,
        log=place.log,
        progress=place.progress,
    )


def _context(
    model: LocalModel,
    task: TaskInfo,
    tokenizer: PreTrainedTokenizerFast,
    datasets: Mapping[str, DatasetRef],
    place: Workplace,
    engine: TrainingEngine | None,
) -> MethodContext:
    return MethodContext(
        info=model.info,
        task=task,
        tokenizer=tokenizer,
        seed=place.seed,
        directory=place.folder,
        engine=engine,
        corpus=load(datasets["corpus"]) if "corpus" in datasets else None,
        train=load(datasets["train"]) if "train" in datasets else None,
        industry=place.industry,
        shared=place.shared,
    )


def _save(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, folder: Path) -> None:
    """Save model and tokenizer; the checkpoints on the way there are not needed any more."""
    model.save_pretrained(folder / "model")
    # Encoding leaves its truncation in the tokenizer, and a resumed training does not encode again.
    tokenizer.backend_tokenizer.no_truncation()
    tokenizer.backend_tokenizer.no_padding()
    tokenizer.save_pretrained(folder / "model")
    shutil.rmtree(folder / "checkpoints", ignore_errors=True)
