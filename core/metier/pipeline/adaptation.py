"""Runs the first half of a plan: the adapted model is the product, and other runs start from it."""

from __future__ import annotations

from metier.files import copy_folder, write_json
from metier.models import digest_folder
from metier.pipeline.run import RunOptions, industry_of, opened
from metier.pipeline.training import Trainer, first_job
from metier.plan import Plan
from metier.registry import Registry
from metier.run_directory import RunDirectory

SUFFIX = "-adapted"
"""What the runs' folder is called after the recipe, so that LATEST never means a model without a task."""


def adapt(plan: Plan, registry: Registry, *, recipe: str, options: RunOptions) -> RunDirectory:
    """Adapt the plan's model to its corpus, and return the folder of the finished run: model, card, figures.

    Takes a plan made with `adapts_only`. Stages are kept, so that a later run of the same recipe goes on from here.
    Raises `MetierError`.
    """
    from metier.report import write_adapted_card

    plan = plan.model_copy(update={"name": f"{plan.name}{SUFFIX}"})
    with opened(plan, registry, recipe=recipe, options=options) as (context, model, prepared):
        write_json(context.run.path / "data" / "report.json", prepared.report)
        adapted, _, _ = Trainer(context, industry_of(plan, registry)).adapted(first_job(context, model, prepared))
        folder = context.run.path / "model"
        copy_folder(adapted.path, folder)
        digest = digest_folder(folder)
        write_adapted_card(context.run.path)
        context.run.set_status("finished", digests={"model": digest})
        context.tell("run_finished")
    return context.run
