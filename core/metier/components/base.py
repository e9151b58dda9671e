"""What every component is: a named class with a checked, frozen configuration and an `__init__` that does no work."""

from __future__ import annotations

import inspect
import re
from typing import Annotated, ClassVar

from pydantic import AfterValidator, BaseModel, ConfigDict, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema

from metier.components.describe import descriptions


class PathMark:
    """Marks an option as a file path: a relative one is taken from the folder of the recipe that gives it."""


RecipePath = Annotated[str, PathMark()]
"""A file path or glob. In a recipe file it is relative to that file; on the command line, to the working directory."""


class ModelMark:
    """Marks an option as a model's name: a relative folder is taken from the folder of the recipe that gives it."""


ModelReference = Annotated[str, ModelMark()]
"""A model beside the recipe's own: `source:reference` (starter:minilm), a folder, or a Hub id."""


def _usable(pattern: str) -> str:
    try:
        empty = re.compile(pattern).search("")
    except re.error as error:
        raise ValueError(f"{pattern!r} is no regular expression: {error}") from error
    if empty:
        raise ValueError(f"{pattern!r} matches the empty text")
    return pattern


Pattern = Annotated[str, AfterValidator(_usable)]
"""An option that is a regular expression by which something is found, so that it may not match the empty text."""


class ComponentConfig(BaseModel):
    """The options of a component: unknown keys are refused, each is documented once, under its field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    @classmethod
    def __get_pydantic_json_schema__(cls, core_schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        schema = handler(core_schema)
        options = handler.resolve_ref_schema(schema).get("properties", {})
        for name, text in descriptions(cls).items():
            options[name] = {"description": text, **options[name]}
        return schema


class Component:
    """A part with a name that a recipe can `use:`; the docstring's first line is its summary."""

    kind: ClassVar[str]
    """The kind's name in messages: `task head`."""
    name: ClassVar[str] = ""
    """The name in recipes, in kebab-case."""
    Config: ClassVar[type[ComponentConfig]] = ComponentConfig

    config: ComponentConfig

    def __init__(self, config: ComponentConfig | None = None) -> None:
        self.config = config if config is not None else self.Config()

    @classmethod
    def summary(cls) -> str:
        """Return the docstring's first line."""
        return (inspect.cleandoc(cls.__doc__).splitlines() or [""])[0] if cls.__doc__ else ""
