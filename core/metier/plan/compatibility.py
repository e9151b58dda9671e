"""Asks head, methods and sources whether they fit each other, before anything runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from metier.columns import CORPUS_SPLIT, of_split
from metier.columns import resolve as resolve_columns
from metier.components import AdaptationMethod, DataSource, Industry, Strategy, TaskHead
from metier.errors import DataError, MetierError
from metier.plan.components import create, pretrains
from metier.plan.context import Planning
from metier.plan.plan import SplitOptions
from metier.recipe import Path
from metier.recipe.near import did_you_mean
from metier.settings import TrainingSettings
from metier.values import Column, ModelInfo, TaskInfo, Use


def check_adaptation(
    planning: Planning, industry: Use | None, methods: Mapping[Path, Use], head: TaskHead | None
) -> None:
    """Note what the methods and the head miss in the recipe, and where methods cannot act beside each other."""
    needing = {path: use for path, use in methods.items() if create(planning, AdaptationMethod, use).needs_corpus()}
    check_corpus(planning, needing, head)
    check_adapts(planning, methods)
    check_methods(planning, methods)
    check_industry(planning, industry, methods)


def check_strategies(planning: Planning, strategies: Mapping[Path, Use], head: TaskHead | None) -> None:
    """Note what strategies miss in the recipe, and which refuse the task, in their own words."""
    made = {path: create(planning, Strategy, use) for path, use in strategies.items()}
    check_corpus(planning, {path: strategies[path] for path, one in made.items() if one.needs_corpus()}, None)
    for path, one in made.items():
        if head is not None and (reason := one.refuses(head)):
            hint = "leave it out of `improve`, or choose another task"
            planning.problems.add(path, f"{one.name} refuses: {reason}", hint)


def check_corpus(planning: Planning, needing: Mapping[Path, Use], head: TaskHead | None) -> None:
    """Note every component, and the head, that needs a corpus where there is none."""
    if planning.value("data", CORPUS_SPLIT) is not None:
        return
    hint = "add `data: {corpus: …}`, or give --corpus 'documents/*.txt'"
    for path, use in needing.items():
        planning.problems.add(path, f"{use.name} needs text of the industry, and there is no data.corpus", hint)
    if head is not None and head.corpus_columns is not None:
        planning.problems.add(("task",), f"{head.name} answers from documents, and there is no data.corpus", hint)


def check_industry(planning: Planning, industry: Use | None, methods: Mapping[Path, Use]) -> None:
    """Note every method that the industry has not enough for, in its own words."""
    asking = {path: create(planning, AdaptationMethod, use) for path, use in methods.items()}
    asking = {path: one for path, one in asking.items() if type(one).lacks is not AdaptationMethod.lacks}
    trade = create(planning, Industry, industry) if asking and industry is not None else None
    for path, method in asking.items():
        reason = method.lacks(trade)
        if reason:
            hint = "name another industry, or take this method out"
            planning.problems.add(path, f"{method.name}: {reason}", hint)


def check_model(planning: Planning, info: ModelInfo, task: Use | None, methods: Mapping[Path, Use]) -> None:
    """Note what refuses the model, in its own words."""
    if task is not None and (reason := create(planning, TaskHead, task).refuses(info)):
        planning.problems.add(("task",), f"{task.name} refuses {info.reference}: {reason}", "choose another model")
    for path, use in methods.items():
        reason = create(planning, AdaptationMethod, use).refuses(info, TaskInfo(task.name if task else ""))
        if reason:
            hint = "choose another model or task, or take this method out"
            planning.problems.add(path, f"{use.name} refuses: {reason}", hint)


def check_adapts(planning: Planning, methods: Mapping[Path, Use]) -> None:
    """Note that nothing would come of a plan that ends with the adapted model."""
    if planning.adapts_only and not any(pretrains(planning.registry, use) for use in methods.values()):
        hint = "add `adapt: [continued-pretraining]`, or train the task with `metier run`"
        planning.problems.add(("adapt",), "no method here has a training phase of its own", hint)


def check_methods(planning: Planning, methods: Mapping[Path, Use]) -> None:
    """Note every method that cannot act beside the others, in its own words."""
    for path, use in methods.items():
        others = [other for place, other in methods.items() if place != path]
        reason = create(planning, AdaptationMethod, use).conflicts(others)
        if reason:
            planning.problems.add(path, f"{use.name} refuses: {reason}", "take one of the two out of the recipe")


def check_length(planning: Planning, info: ModelInfo, training: TrainingSettings) -> TrainingSettings:
    """Return the settings with a length that the model can take; notes a problem where a longer one was asked for."""
    if info.max_length is None or training.max_length <= info.max_length:
        return training
    if planning.value("training", "max_length") is None:
        return training.model_copy(update={"max_length": info.max_length})
    message = f"must be {info.max_length} or less with {info.reference}, not {training.max_length}"
    hint = f"{info.reference} was trained for {info.max_length} positions; lower this, or choose another model"
    planning.problems.add(("training", "max_length"), message, hint)
    return training


def check_columns(
    planning: Planning, head: TaskHead, sources: Mapping[str, Use], mappings: Mapping[str, Mapping[str, str]]
) -> None:
    """Note columns that the task needs and a source does not have, where a quick look at the source tells."""
    for split, use in sources.items():
        path: Path = ("data", split)
        try:
            available = create(planning, DataSource, use).columns()
        except MetierError as error:
            planning.problems.take(path, error, hint="check the file")
            continue
        wanted = of_split(split, head.columns, head.corpus_columns)
        _check_mapping(planning, path, wanted, mappings[split])
        if available is not None:
            _check_available(planning, path, wanted, mappings[split], available)


def _check_mapping(planning: Planning, path: Path, wanted: Sequence[Column], mapping: Mapping[str, str]) -> None:
    roles = [column.name for column in wanted]
    for role in mapping:
        if role not in roles:
            hint = f"there are: {', '.join(roles)}; write it as {{<role>: <your column>}}"
            planning.problems.add((*path, "columns", role), f"nothing here has the role '{role}'", hint)


def _check_available(
    planning: Planning, path: Path, wanted: Sequence[Column], mapping: Mapping[str, str], available: Sequence[str]
) -> None:
    roles = {column.name for column in wanted}
    try:
        resolve_columns(wanted, {role: name for role, name in mapping.items() if role in roles}, available, where="")
    except DataError as error:
        columns = (*path, "columns")
        for problem in error.problems:
            at = columns if columns in planning.recipe.places else path
            planning.problems.add(at, problem.message, problem.hint)


def settle_split(planning: Planning, split: SplitOptions, head: TaskHead | None) -> SplitOptions:
    """Return the split with shares 0 where a split has its own source, and `by` decided; notes what cannot be."""
    has = {name: planning.value("data", name) is not None for name in ("validation", "test")}
    shares = {name: 0.0 if has[name] else getattr(split, name) for name in has}
    path: Path = ("data", "split")
    if sum(shares.values()) >= 1:
        message = f"the shares of validation and test together must be less than 1, not {sum(shares.values()):g}"
        planning.problems.add(path, message, "leave rows to train on: {validation: 0.1, test: 0.2}")
    if not has["test"] and shares["test"] == 0:
        hint = "give `data.test`, or a share: {test: 0.2}"
        planning.problems.add((*path, "test"), "no rows are left to judge the model by", hint)
    one_label = head is not None and any(column.kind == "label" for column in head.columns)
    by = split.by or ("group" if split.group else "stratified" if one_label else "hash")
    if by == "group" and not split.group:
        planning.problems.add(path, "`by: group` needs the column", "add `group: <your column>`")
    if by != "group" and split.group:
        planning.problems.add((*path, "group"), f"`by: {by}` reads no group", "write `by: group`, or leave `group` out")
    if by == "stratified" and head is not None and not one_label:
        message = f"the task {head.name} has not one label a row to stratify by"
        planning.problems.add((*path, "by"), message, "write `by: hash` or `by: group`")
    return split.model_copy(update={**shares, "by": by})


def check_group(planning: Planning, split: SplitOptions, sources: Mapping[str, Use]) -> None:
    """Note a group column that the training rows do not have, where a quick look tells."""
    if not split.group or "train" not in sources:
        return
    try:
        available = create(planning, DataSource, sources["train"]).columns()
    except MetierError:
        return  # noted by check_columns
    if available is not None and split.group not in available:
        message = f"the training rows have no column '{split.group}'"
        planning.problems.add(("data", "split", "group"), message, did_you_mean(split.group, available))


def check_validation(planning: Planning, training: TrainingSettings, split: SplitOptions) -> None:
    """Note training options that watch a validation split where there is none."""
    if planning.value("data", "validation") is not None or split.validation > 0:
        return
    watching = {
        "load_best_model_at_end": training.load_best_model_at_end,
        "early_stopping_patience": training.early_stopping_patience is not None,
    }
    for name, asked in watching.items():
        if asked:
            hint = "give `data.validation`, or a share: data.split.validation: 0.1"
            planning.problems.add(("training", name), "needs a validation split, and there is none", hint)
