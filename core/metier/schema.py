"""The JSON Schema of recipes for what is installed, from which an editor completes and checks a recipe."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from metier.components import (
    AdaptationMethod,
    Component,
    DataSource,
    Industry,
    ModelSource,
    OptimizerFactory,
    Strategy,
    TaskHead,
    Transform,
)
from metier.plan.keys import DATA, TOP
from metier.plan.plan import DataOptions, GeneralOptions, SplitOptions
from metier.recipe.shape import VERSION
from metier.registry import Entry, Registry
from metier.settings import TrainingSettings

Schema = dict[str, Any]
DRAFT = "https://json-schema.org/draft/2020-12/schema"
COLUMNS: Schema = {
    "description": "Role to your column: {text: sentence, label: sentiment}.",
    "type": "object",
    "additionalProperties": {"type": "string"},
}


def recipe_schema(registry: Registry) -> Schema:
    """Return the schema: every key with its description, every installed component with its options."""
    return Builder(registry).recipe()


class Builder:
    """Builds the schema; definitions of nested options are gathered in `definitions`."""

    def __init__(self, registry: Registry) -> None:
        self.registry = registry
        self.definitions: Schema = {}

    def recipe(self) -> Schema:
        """Return the whole schema."""
        properties: Schema = {
            "recipe": {"const": VERSION},
            "extends": {"type": "string", "examples": self._recipes()},
            "industry": self._component(Industry),
            "model": {"type": "string", "examples": self._models()},
            "data": self._data(),
            "adapt": self._list(AdaptationMethod),
            "task": self._component(TaskHead, partial=True),
            "optimizer": self._component(OptimizerFactory, partial=True),
            "training": self._object(TrainingSettings, prefix="training"),
            "improve": self._list(Strategy),
        }
        _describe(properties, TOP)
        properties |= self._object(GeneralOptions, prefix="general")["properties"]
        return {
            "$schema": DRAFT,
            "title": "metier recipe",
            "description": "What to adapt, to which industry's data, for which task.",
            "type": "object",
            "properties": {
                name: _nullable(schema) if name != "recipe" else schema for name, schema in properties.items()
            },
            "required": ["recipe"],
            "additionalProperties": False,
            "$defs": self.definitions,
        }

    def _data(self) -> Schema:
        sources = {split: self._source() for split in ("train", "validation", "test", "corpus")}
        properties = {
            **sources,
            "prepare": self._list(Transform),
            "split": self._object(SplitOptions, prefix="split"),
        }
        _describe(properties, DATA)
        properties |= self._object(DataOptions, prefix="data")["properties"]
        nullable = {name: _nullable(schema) for name, schema in properties.items()}
        return {"type": "object", "properties": nullable, "additionalProperties": False}

    def _source(self) -> Schema:
        """Return the forms of a data source: a path or name, a mapping with `use:`, or one with a path alone."""
        names = self.registry.names(DataSource)
        text = {"type": "string", "description": "A path, or a source's name.", "examples": ["train.csv", *names]}
        forms = self._forms(DataSource, extra={"columns": COLUMNS})
        return {"anyOf": [text, *forms, self._partial(DataSource, extra={"columns": COLUMNS})]}

    def _component(self, kind: type[Component], *, partial: bool = False) -> Schema:
        """Return the forms of a component: its name, or a mapping with `use:` and its options.

        With `partial`, options may stand without `use:`, for what a recipe that extends another changes.
        """
        names = self.registry.names(kind)
        forms: list[Schema] = (
            [{"enum": names, "description": f"The name of an installed {kind.kind}."}] if names else []
        )
        forms += self._forms(kind)
        if partial:
            forms.append(self._partial(kind))
        return {"anyOf": forms} if forms else {"not": {}, "description": f"No {kind.kind} is installed."}

    def _list(self, kind: type[Component]) -> Schema:
        return {"type": "array", "items": self._component(kind)}

    def _entries(self, kind: type[Component]) -> list[Entry]:
        names = self.registry.names(kind)
        return [entry for entry in self.registry.entries_of(kind) if entry.name in names]

    def _forms(self, kind: type[Component], *, extra: Schema | None = None) -> list[Schema]:
        forms = []
        for entry in self._entries(kind):
            options = self._options(entry)
            summary = f"{entry.component.summary()} ({entry.provider})"
            forms.append(
                {
                    "type": "object",
                    "title": entry.name,
                    "description": summary,
                    "properties": {
                        "use": {"const": entry.name, "description": summary},
                        **options["properties"],
                        **(extra or {}),
                    },
                    "required": ["use", *options["required"]],
                    "additionalProperties": False,
                }
            )
        return forms

    def _partial(self, kind: type[Component], *, extra: Schema | None = None) -> Schema:
        properties: dict[str, list[Schema]] = {}
        for entry in self._entries(kind):
            for name, schema in self._options(entry)["properties"].items():
                known = properties.setdefault(name, [])
                if schema not in known:
                    known.append(schema)
        merged = {name: found[0] if len(found) == 1 else {"anyOf": found} for name, found in properties.items()}
        return {
            "type": "object",
            "title": f"options of the {kind.kind} that is named elsewhere",
            "properties": {**merged, **(extra or {})},
            "additionalProperties": False,
        }

    def _options(self, entry: Entry) -> Schema:
        return self._object(entry.component.Config, prefix=f"{entry.kind}-{entry.name}".replace(" ", "-"))

    def _object(self, model: type[BaseModel], *, prefix: str) -> Schema:
        """Return the schema of a model's options; its nested models become definitions named after `prefix`."""
        schema = model.model_json_schema(ref_template=f"#/$defs/{prefix}-{{model}}")
        for name, definition in schema.pop("$defs", {}).items():
            self.definitions[f"{prefix}-{name}"] = definition
        return {
            "type": "object",
            "properties": {name: _untitled(option) for name, option in schema.get("properties", {}).items()},
            "required": schema.get("required", []),
            "additionalProperties": False,
        }

    def _recipes(self) -> list[str]:
        found = []
        for entry in self._entries(Industry):
            industry = entry.component()
            assert isinstance(industry, Industry)
            found += [f"{entry.name}/{name}" for name in sorted(industry.recipes())]
        return found

    def _models(self) -> list[str]:
        found = []
        for entry in self._entries(ModelSource):
            source = entry.component()
            assert isinstance(source, ModelSource)
            found += [f"{entry.name}:{offer.reference}" for offer in source.offers()]
        return found


def _describe(properties: Schema, texts: Mapping[str, str]) -> None:
    for name, text in texts.items():
        properties[name] = {"description": text, **properties[name]}


def _untitled(option: Schema) -> Schema:
    """Return an option's schema without the title that pydantic makes of its name; editors show the name anyway."""
    return {key: value for key, value in option.items() if key != "title"}


def _nullable(schema: Schema) -> Schema:
    """Return a schema that takes null too: a recipe that extends another takes a key out with it."""
    description: Schema = {key: schema[key] for key in ("description", "default") if key in schema}
    inner = {key: value for key, value in schema.items() if key not in description}
    if "anyOf" in inner and {"type": "null"} in inner["anyOf"]:
        return schema
    return {**description, "anyOf": [*(inner["anyOf"] if set(inner) == {"anyOf"} else [inner]), {"type": "null"}]}
