"""What is to be done: the steps that pieces of a corpus can take by themselves, and what each task must know."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from metier.columns import CORPUS_SPLIT, of_split, resolve
from metier.components import DataSource, ReadContext, TaskHead, Transform
from metier.errors import DataError, RecipeError
from metier.plan import Plan
from metier.registry import Registry
from metier.values import Column, Use
from metier_datatrove.files import File, files_of, path_option


@dataclass(frozen=True, slots=True)
class Job:
    """A corpus and its steps, as each task is given them; it can be pickled."""

    folder: Path
    """Where everything is written; absolute."""
    source: Use
    option: str
    """The option of `source` that names files."""
    columns: tuple[Column, ...]
    """What is read of a record; `text` first."""
    chosen: Mapping[str, str]
    """By column, its name in the source."""
    available: tuple[str, ...]
    """The columns of the first record."""
    steps: tuple[Use, ...]
    """The transforms, in order."""
    industry: Use | None
    seed: int
    offline: bool = False
    refuse: bool = False
    """Whether tasks refuse connections."""


def job_of(plan: Plan, registry: Registry, folder: Path, *, offline: bool, refuse: bool) -> tuple[Job, list[File]]:
    """Return the job that a plan asks for, and the corpus's files; raises `MetierError` where it cannot be divided."""
    use = plan.sources.get(CORPUS_SPLIT)
    if use is None:
        hint = "add `data: {corpus: …}`, or give --corpus 'documents/*.txt'"
        raise RecipeError("there is no corpus to prepare", where="data.corpus", hint=hint)
    source = registry.find(DataSource, use.name).component
    assert issubclass(source, DataSource)
    files = files_of(source, use)
    option = path_option(source)
    assert option is not None
    head = registry.create(TaskHead, plan.task) if plan.task else None
    columns = of_split(CORPUS_SPLIT, head.columns if head else (), head.corpus_columns if head else None)
    available = _available(registry, use, option, files, offline=offline)
    chosen = resolve(columns, plan.mappings.get(CORPUS_SPLIT, {}), available, where=f"data.{CORPUS_SPLIT}")
    job = Job(
        folder=folder.absolute(),
        source=use,
        option=option,
        columns=tuple(column for column in columns if column.name in chosen),
        chosen=chosen,
        available=available,
        steps=tuple(plan.prepare[number] for number in in_pieces(plan, registry)),
        industry=plan.industry,
        seed=plan.seed,
        offline=offline,
        refuse=refuse,
    )
    return job, files


def in_pieces(plan: Plan, registry: Registry) -> list[int]:
    """Return the numbers of the steps, counted from 0, that a piece of the corpus can take without the others.

    They are those before the first that looks at several rows. Steps that need labels leave a corpus as it is, so they
    stand in nobody's way.
    """
    found = []
    for number, use in enumerate(plan.prepare):
        transform = registry.create(Transform, use)
        if transform.needs_labels:
            continue
        if not transform.rowwise():
            break
        found.append(number)
    return found


def source_of(job: Job, registry: Registry, file: File) -> DataSource:
    """Return the corpus's source, with its own options, for one file alone."""
    return registry.create(DataSource, _only(job.source, job.option, file))


def _only(use: Use, option: str, file: File) -> Use:
    return Use(kind=use.kind, name=use.name, options={**use.options, option: file.path})


def _available(registry: Registry, use: Use, option: str, files: list[File], *, offline: bool) -> tuple[str, ...]:
    """Return the columns of the corpus's first record, as one machine would go by them."""
    for file in files:
        source = registry.create(DataSource, _only(use, option, file))
        first = next(iter(source.read(ReadContext(offline=offline))), None)
        if first is not None:
            return tuple(first.values)
    hint = "give a source with at least one record"
    raise DataError("there are no records", where=f"data.{CORPUS_SPLIT}", hint=hint)
