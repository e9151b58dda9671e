"""What every component is: a named class with a checked, frozen configuration and an `__init__` that does no work."""

from __future__ import annotations

import inspect
from typing import Annotated, ClassVar

from pydantic import BaseModel, ConfigDict


class PathMark:
    """Marks an option as a file path: a relative one is taken from the folder of the recipe that gives it."""


RecipePath = Annotated[str, PathMark()]
"""A file path or glob. In a recipe file it is relative to that file; on the command line, to the working directory."""


class ComponentConfig(BaseModel):
    """The options of a component: unknown keys are refused, each is documented once, under its field."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


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
