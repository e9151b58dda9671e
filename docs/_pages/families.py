"""The page of what works on which family of models: each task and method is asked, of tiny real models of each."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from metier.components import AdaptationMethod, TaskHead
from metier.values import TaskInfo, Use

FAMILIES = {"bert": "BERT", "gpt2": "GPT-2", "llama": "Llama", "t5": "T5"}
"""Types of the kit's tiny models and what their families are called."""
TASK = TaskInfo("text-classification")
LAYERS = 12
INTRODUCTION = """# Families of models

Which task and which method of adaptation, by its default options, serves which family: encoders (BERT), decoders
(GPT-2 with learned positions, Llama with rotary ones, as SmolLM2 has), encoder-decoders (T5). `metier plan` says the
same before anything is run. Where it says *yes*, the contract kit trains it on a tiny real model of the family in every
run of the tests. A Chinese BERT, GPT-2 or T5 is of the same family: it differs in its tokenizer.
"""


def page() -> str:
    """Return the page."""
    from metier.discovery import discover
    from metier.testing.models import build_model

    registry = discover()
    with tempfile.TemporaryDirectory() as folder:
        models = {
            name: replace(build_model(name, Path(folder) / name).info, reference=f"a {family}", layers=LAYERS)
            for name, family in FAMILIES.items()
        }
        heads = {
            head.name: [head.refuses(info) for info in models.values()]
            for head in (registry.create(TaskHead, Use(TaskHead.kind, name)) for name in registry.names(TaskHead))
        }
        methods = {
            method.name: [method.refuses(info, TASK) for info in models.values()]
            for method in (
                registry.create(AdaptationMethod, Use(AdaptationMethod.kind, name))
                for name in registry.names(AdaptationMethod)
            )
        }
    return "\n".join([INTRODUCTION, _table("task", heads), _table("method of adaptation", methods)])


def _table(what: str, answers: Mapping[str, list[str | None]]) -> str:
    """Return a table of what each family was told; reasons stand below it, once each."""
    reasons = list(dict.fromkeys(one for found in answers.values() for one in found if one is not None))
    lines = [f"| {what} | {' | '.join(FAMILIES.values())} |", f"|{'---|' * (len(FAMILIES) + 1)}"]
    for name, found in answers.items():
        cells = ["yes" if one is None else f"no ({reasons.index(one) + 1})" for one in found]
        lines.append(f"| `{name}` | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *(f"{number}. {reason}" for number, reason in enumerate(reasons, start=1)), ""])
