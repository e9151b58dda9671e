"""Says a plan in lines for people: what is used, with which options, and what is going to happen."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from metier.components import Strategy
from metier.plan.components import pretrains
from metier.plan.plan import Plan
from metier.registry import Registry
from metier.values import Json, Use

WIDTH = 12
"""Columns of the first word of a line."""


def describe(plan: Plan, registry: Registry) -> list[str]:
    """Return the plan as lines of plain text."""
    lines = [f"{plan.name}  {plan.digest[:8]}"]
    if plan.description:
        lines.append(plan.description)
    return [
        *lines,
        "",
        *_components(plan),
        "",
        "what will be done",
        *_numbered(_steps(plan, registry)),
        "",
        _versions(plan),
    ]


def strategies(plan: Plan) -> list[Use]:
    """Return every strategy that stands around the plan's training, outermost first."""
    uses = [Use(Strategy.kind, "seeds", {"number": plan.seeds})] if plan.seeds > 1 else []
    uses += [Use(Strategy.kind, "ablation")] if plan.ablate and plan.adapt else []
    return [*uses, *plan.improve]


def _components(plan: Plan) -> Iterator[str]:
    if plan.industry:
        yield _line("industry", plan.industry)
    yield f"{'model':<{WIDTH}}{plan.model}{_model(plan)}"
    for split, use in plan.sources.items():
        columns = "".join(f", {role} from '{column}'" for role, column in plan.mappings[split].items())
        yield f"{_line(split, use)}{columns}"
    for use in plan.prepare:
        yield _line("prepare", use)
    for use in plan.adapt:
        yield _line("adapt", use)
    if plan.task:
        yield _line("task", plan.task)
    yield _line("optimizer", plan.optimizer)
    defaults = type(plan.training)()
    changed = {name: value for name, value in plan.training if value != getattr(defaults, name)}
    yield f"{'training':<{WIDTH}}{_options(changed) or 'as by default'}"
    for use in plan.improve:
        yield _line("improve", use)


def _line(word: str, use: Use) -> str:
    source = f"  ({use.distribution} {use.version})" if use.distribution not in {"", "metier"} else ""
    options = _options(use.options)
    return f"{word:<{WIDTH}}{use.name}{f'  {options}' if options else ''}{source}"


def _options(options: Mapping[str, Json]) -> str:
    return ", ".join(f"{name}: {_value(value)}" for name, value in options.items() if value is not None)


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _model(plan: Plan) -> str:
    info = plan.model_info
    if info is None:
        return "  (known once it is fetched)"
    size = f", {info.parameters / 1e6:.0f} M parameters" if info.parameters else ""
    licence = f", {info.licence}" if info.licence else ""
    return f"  ({info.model_type} {info.architecture}, {info.layers} layers of {info.hidden_size}{size}{licence})"


def _steps(plan: Plan, registry: Registry) -> Iterator[str]:
    yield f"read {' and '.join(_reads(plan))}, {_prepares(plan)}"
    if plan.task:
        yield from _splits(plan)
    for use in plan.adapt:
        if pretrains(registry, use):
            yield f"adapt the model by {use.name}{' on the corpus' if 'corpus' in plan.sources else ''}"
    if plan.task is None:
        return
    acting = [use.name for use in plan.adapt if not pretrains(registry, use)]
    with_methods = f" with {', '.join(acting)}" if acting else ""
    yield f"train {plan.task.name}{with_methods}, {_passes(plan)}, seed {plan.seed}"
    for use in strategies(plan):
        yield from (f"{use.name}: {line}" for line in registry.create(Strategy, use).describe(plan.seed))
    yield "judge the model on the test rows beside the baselines, write model, card and report"


def _reads(plan: Plan) -> list[str]:
    return [f"{split} rows" if split != "corpus" else "the corpus" for split in plan.sources]


def _prepares(plan: Plan) -> str:
    return f"then {', '.join(use.name for use in plan.prepare)}" if plan.prepare else "prepare nothing"


def _splits(plan: Plan) -> Iterator[str]:
    shares = [f"{plan.split.validation:.0%} for validation"] if plan.split.validation else []
    shares += [f"{plan.split.test:.0%} for the test"] if plan.split.test else []
    if shares:
        by = f"group '{plan.split.group}'" if plan.split.by == "group" else plan.split.by
        yield f"put aside {' and '.join(shares)} of the training rows ({by})"
    what = {"error": "stop if there are", "drop": "leave out", "keep": "report and keep"}
    yield f"{what[plan.on_leak]} training rows that stand, or nearly stand, among the test rows"


def _passes(plan: Plan) -> str:
    training = plan.training
    much = f"{training.max_steps} steps" if training.max_steps > 0 else f"{training.num_train_epochs:g} epochs"
    batch = training.per_device_train_batch_size * training.gradient_accumulation_steps
    return f"{much} in batches of {batch}"


def _numbered(steps: Iterator[str]) -> Iterator[str]:
    return (f"  {number}. {step}" for number, step in enumerate(steps, start=1))


def _versions(plan: Plan) -> str:
    return "with " + ", ".join(f"{name} {version}" for name, version in plan.distributions.items())
