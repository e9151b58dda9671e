"""Writes a plugin: a distribution with one component, its contract test, and a recipe that runs."""

from __future__ import annotations

import keyword
import re
from dataclasses import asdict, dataclass
from pathlib import Path

from metier.errors import PluginError
from metier.files import write_text
from metier.scaffold.render import TEMPLATES, render

NAME = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)*")
TAKEN = frozenset({"plugin", "metier"})
"""Names that the plugin's own modules have."""


@dataclass(frozen=True, slots=True)
class Kind:
    """What the templates must know of a kind of component."""

    title: str
    base: str
    hook: str
    contract: str
    article: str = "a"


KINDS = {
    "industry": Kind("industry", "Industry", "provide_industries", "IndustryContract", article="an"),
    "data-source": Kind("data source", "DataSource", "provide_data_sources", "DataSourceContract"),
    "transform": Kind("transform", "Transform", "provide_transforms", "TransformContract"),
    "model-source": Kind("model source", "ModelSource", "provide_model_sources", "ModelSourceContract"),
    "adaptation-method": Kind(
        "adaptation method", "AdaptationMethod", "provide_adaptation_methods", "AdaptationMethodContract", article="an"
    ),
    "task-head": Kind("task head", "TaskHead", "provide_task_heads", "TaskHeadContract"),
    "optimizer": Kind("optimizer", "OptimizerFactory", "provide_optimizers", "OptimizerContract", article="an"),
    "strategy": Kind("strategy", "Strategy", "provide_strategies", "StrategyContract"),
}
"""What `metier new plugin` can write, by the kind's name in kebab-case."""


def new_plugin(kind: str, *, name: str, directory: Path) -> Path:
    """Write the distribution `metier-<name>` into `directory` and return its folder.

    Raises `PluginError` where the kind or name will not do, or where the folder is there already.
    """
    if kind not in KINDS:
        raise PluginError(f"no kind of plugin named '{kind}'", hint=f"there are: {', '.join(KINDS)}")
    _check(name)
    folder = directory / f"metier-{name}"
    if folder.exists():
        raise PluginError("it is there already", where=str(folder), hint="choose another name, or another --output")
    values = _values(kind, name)
    for group in ("common", kind):
        for template in sorted((TEMPLATES / group).rglob("*.jinja")):
            relative = template.relative_to(TEMPLATES / group).with_suffix("")
            target = folder / str(relative).replace("PACKAGE", str(values["package"])).replace("MODULE", _snake(name))
            text = render(template.relative_to(TEMPLATES).with_suffix("").as_posix(), values)
            write_text(target, text)
    return folder


def _check(name: str) -> None:
    if not NAME.fullmatch(name) or name in TAKEN or keyword.iskeyword(_snake(name)):
        hint = "use the field's words in lower case, joined by hyphens: partial-layers"
        raise PluginError(f"'{name}' will not do as a plugin's name", hint=hint)


def _values(kind: str, name: str) -> dict[str, object]:
    return {
        **asdict(KINDS[kind]),
        "kind": kind,
        "name": name,
        "distribution": f"metier-{name}",
        "package": f"metier_{_snake(name)}",
        "module": _snake(name),
        "component": "".join(word.capitalize() for word in name.split("-")),
        "words": name.replace("-", " "),
        "dependencies": ["metier-classification", "metier-starter"] if kind == "industry" else [],
    }


def _snake(name: str) -> str:
    return name.replace("-", "_")
