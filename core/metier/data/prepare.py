"""Prepares a plan's data: read, transform, split, look for leaks, write, describe."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from datasets import Dataset

from metier.columns import CORPUS_SPLIT
from metier.components import TaskHead
from metier.data import leakage, report, splits, steps, store, tables
from metier.data.apart import corpus_leaks, hold_apart
from metier.data.audit import Audit
from metier.data.keys import key
from metier.data.sources import read_sources, with_own_ids
from metier.plan import Plan
from metier.registry import Registry
from metier.values import DatasetRef, Json

ORDER = ("train", "validation", "test", CORPUS_SPLIT)


@dataclass(frozen=True, slots=True)
class Prepared:
    """Data ready to train on."""

    datasets: Mapping[str, DatasetRef]
    """By split; columns `id`, the task's (`text` for the corpus), and the group where rows are split by one."""
    state: Mapping[str, Json]
    """What the task head learnt of the training split."""
    report: Mapping[str, Json]
    """`data/report.json`."""


def prepare(plan: Plan, registry: Registry, directory: Path, *, offline: bool, tokenizer_path: Path | None) -> Prepared:
    """Read the plan's sources and write its splits into `directory`; the same content gives the same files.

    `tokenizer_path` is a tokenizer.json or a model's folder. Raises `DataError` where the data cannot be used.
    """
    directory.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(dir=directory, prefix=".work-"))
    try:
        return _prepare(plan, registry, directory, work, offline=offline, tokenizer_path=tokenizer_path)
    finally:
        shutil.rmtree(work)


def _prepare(
    plan: Plan, registry: Registry, directory: Path, work: Path, *, offline: bool, tokenizer_path: Path | None
) -> Prepared:
    head = registry.create(TaskHead, plan.task) if plan.task else None
    audit = Audit.of(plan, head, tokenizer_path)
    taken = read_sources(plan, registry, head, work, offline=offline)
    rows = with_own_ids({split: intake.rows for split, intake in taken.items()})
    rows, log = steps.apply(
        plan, registry, rows, text_columns=audit.texts, label_column=audit.label, span_columns=audit.spans
    )
    carved: dict[str, Json] = {"by": plan.split.by, "group": plan.split.group, "carved": {}}
    pairs: list[Json] = []
    state: Mapping[str, Json] = {}
    if head is not None:
        rows, carved, pairs = _split(plan, rows, audit)
        state = head.learn(rows["train"])
        for split, some in rows.items():
            if split != CORPUS_SPLIT:
                head.check(split, some, state)
    rows = {split: rows[split] for split in ORDER if split in rows}
    told: dict[str, Json] = {
        "sources": {split: report.of_source(plan.sources[split].name, intake) for split, intake in taken.items()},
        "transforms": [report.of_step(step) for step in log],
        "splits": audit.splits(rows),
        "split": carved,
        "duplicates": audit.duplicates(rows),
        "leakage": {
            "on_leak": plan.on_leak,
            "threshold": leakage.THRESHOLD,
            "pairs": pairs,
            "corpus": corpus_leaks(rows, audit),
        },
    }
    datasets = {split: store.write_rows(some, directory / f"{split}.arrow") for split, some in rows.items()}
    return Prepared(datasets, state, told)


def _split(
    plan: Plan, rows: dict[str, Dataset], audit: Audit
) -> tuple[dict[str, Dataset], dict[str, Json], list[Json]]:
    """Put rows aside, and hold the splits apart: a test split of its own is before the training rows are divided."""
    first = "test" in rows
    pairs: list[Json] = []
    if first:
        rows, pair = hold_apart(plan, rows, audit, of="train", into="test", judged=True)
        pairs.append(pair)
    rows, carved = _carve(plan, rows, audit)
    for of, into in (("train", "test"), ("train", "validation"), ("validation", "test")):
        if of in rows and into in rows and not (first and of == "train" and into == "test"):
            judged = into == "test" and (of == "train" or of in carved["carved"])
            rows, pair = hold_apart(plan, rows, audit, of=of, into=into, judged=judged)
            pairs.append(pair)
    return rows, carved, pairs


def _carve(plan: Plan, rows: Mapping[str, Dataset], audit: Audit) -> tuple[dict[str, Dataset], dict[str, Json]]:
    """Put validation and test rows aside from the training rows, where they have no source of their own."""
    options, train = plan.split, rows["train"]
    shares = splits.Shares(
        validation=0.0 if "validation" in rows else options.validation, test=0.0 if "test" in rows else options.test
    )
    carved: dict[str, Json] = {"by": options.by, "group": options.group, "carved": {}}
    if not (shares.validation or shares.test):
        return dict(rows), carved
    sides = splits.split(
        [key(text) for text in tables.texts(train, audit.content)],
        shares,
        by=options.by or "hash",
        labels=audit.labels(train),
        groups=tables.column(train, options.group) if options.group else None,
    )
    made = dict(rows)
    for side in ("train", "validation", "test"):
        if side not in rows or side == "train":
            some = tables.keep(train, [one == side for one in sides])
            if side == "train" or len(some):
                made[side] = some
    carved["carved"] = {side: share for side, share in shares.by_side().items() if share}
    return made, carved
