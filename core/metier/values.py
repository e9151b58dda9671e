"""Frozen values that pass between the core and components; nothing here imports anything heavy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, TypeAlias

Json: TypeAlias = Any
"""What `json` can write: None, bool, int, float, str, lists and string-keyed mappings of these."""

Metrics: TypeAlias = Mapping[str, float]
"""Figures by name: shares lie in 0..1, seconds and tokens per second are plain."""

Architecture = Literal["encoder", "decoder", "encoder-decoder"]


class Record(NamedTuple):
    """One record as a source read it."""

    where: str
    """The place for messages and row ids: `train.csv:17`."""
    values: dict[str, Any]
    """Column name to value, as the source names its columns."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that a task needs in every record."""

    name: str
    kind: Literal["text", "label", "labels", "number", "spans", "any"] = "text"
    """`spans` are lists of `{start, end, label}`: characters of the column `text`, the end not included."""
    aliases: tuple[str, ...] = ()
    """Names under which people keep it; used where `columns:` does not map it and just one is there."""
    required: bool = True
    answer: bool = False
    """Whether a text, or anything, is what the model is to say. Labels, numbers and spans are answers as they stand."""

    @property
    def asked(self) -> bool:
        """Whether a prediction needs it: it is read, and no answer."""
        return self.required and not self.answer and self.kind in {"text", "any"}


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What can be known of a model without loading it."""

    reference: str
    model_type: str
    """transformers' `config.model_type`: `bert`, `gpt2`, `llama`, `t5`, …"""
    architecture: Architecture
    layers: int
    hidden_size: int
    vocabulary_size: int
    parameters: int | None = None
    max_length: int | None = None
    """Positions that the model was trained for; None where it has no bound."""
    licence: str = ""
    languages: tuple[str, ...] = ()
    summary: str = ""


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A model folder that transformers' `from_pretrained` loads."""

    info: ModelInfo
    path: Path
    digest: str
    """sha256 over the names and bytes of the folder's files."""


@dataclass(frozen=True, slots=True)
class TaskInfo:
    """What a method may know of the task that follows."""

    name: str
    state: Mapping[str, Json] = field(default_factory=dict)
    """What the head learnt of its data (label names, …); empty while planning."""


@dataclass(frozen=True, slots=True)
class Use:
    """A component chosen by a recipe: its name, its checked options, and where it comes from."""

    kind: str
    name: str
    options: Mapping[str, Json] = field(default_factory=dict)
    distribution: str = ""
    version: str = ""
    path: str = ""
    """The place in the recipe: `adapt[1]`."""


@dataclass(frozen=True, slots=True)
class ParameterGroup:
    """Parameters that share optimizer options."""

    names: tuple[str, ...]
    """Names as `model.named_parameters()` gives them."""
    options: Mapping[str, float]
    """`learning_rate_scale` multiplies the learning rate; `weight_decay` replaces it."""


@dataclass(frozen=True, slots=True)
class DatasetRef:
    """A prepared data set on disk: an Arrow file that `metier.data.store.load` opens memory-mapped."""

    path: Path
    digest: str
    rows: int


@dataclass(frozen=True, slots=True)
class Job:
    """One training as strategies pass it around: change a copy with `dataclasses.replace`, call `train`."""

    label: str
    """Names the job among its siblings in the report: `adapted, seed 13`."""
    model: LocalModel
    datasets: Mapping[str, DatasetRef]
    """By split: `train`, `validation`, `test`, `corpus` where there is one; the model is judged on further splits whose
    names begin with `test` (`test-typos`) as well."""
    task: Use
    state: Mapping[str, Json]
    """What the task head learnt of the training split."""
    methods: tuple[Use, ...]
    optimizer: Use
    settings: Mapping[str, Json]
    """`TrainingSettings.model_dump()`."""
    seed: int


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a job."""

    job: Job
    model_path: Path
    metrics: Mapping[str, Mapping[str, float]]
    """By split, then by name; `metrics["test"]["f1_macro"]`."""
    predictions: Mapping[str, Path]
    """By split, a parquet file: id, reference, prediction, probabilities."""
    seconds: float
    stages: tuple[str, ...] = ()
    """Digests of the stages that made it."""
    parts: tuple[Outcome, ...] = ()
    """Where a strategy trained several jobs: the outcome of each."""
    details: tuple[Detail, ...] = ()
    """What a strategy found beside figures, for the report."""

    def on_rows_of(self, job: Job) -> Outcome:
        """Return the outcome whose jobs, those of parts too, name the training rows of `job`.

        For a strategy that trained on rows of its own, whose folder goes.
        """
        datasets = {**self.job.datasets, "train": job.datasets["train"]}
        parts = tuple(part.on_rows_of(job) for part in self.parts)
        return replace(self, job=replace(self.job, datasets=datasets), parts=parts)


@dataclass(frozen=True, slots=True)
class TableDetail:
    """A table for the report."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Json, ...], ...]


@dataclass(frozen=True, slots=True)
class MatrixDetail:
    """Counts of reference (rows) against prediction (columns) for the report."""

    title: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]


Detail: TypeAlias = TableDetail | MatrixDetail


@dataclass(frozen=True, slots=True)
class RunInfo:
    """A run as observers see it."""

    name: str
    directory: Path
    digest: str
    status: Literal["running", "finished", "failed"]


@dataclass(frozen=True, slots=True)
class StageInfo:
    """A stage of a run as observers see it."""

    name: str
    digest: str
    job: str = ""
    reused: bool = False
    seconds: float = 0.0
    result: Mapping[str, Json] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Term:
    """An entry of an industry's lexicon."""

    term: str
    category: str
    synonyms: tuple[str, ...] = ()
    """Interchangeable with the term in a sentence, true to its meaning."""
    chinese: str = ""


@dataclass(frozen=True, slots=True)
class ModelOffer:
    """A model that a source has, for `metier models list`."""

    reference: str
    summary: str
    parameters: int | None = None
    languages: tuple[str, ...] = ()
    licence: str = ""
    available: bool = True
    """Whether it is on this machine already."""


def names(terms: Sequence[Term]) -> set[str]:
    """Return every surface form of `terms`, synonyms included."""
    return {form for term in terms for form in (term.term, *term.synonyms)}
