"""The transform `labelled-rows`: a step for labelled rows alone, where a pipeline has done it to the corpus."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import ValidationError, field_validator

from metier.components import ComponentConfig, Transform, TransformContext
from metier.values import Use

if TYPE_CHECKING:
    from datasets import Dataset

CORPUS = "corpus"


class LabelledRows(Transform):
    """Applies a step to labelled rows and leaves the corpus, to which a pipeline has applied it already."""

    name: ClassVar[str] = "labelled-rows"

    class Config(ComponentConfig):
        """Options of `labelled-rows`."""

        step: str | dict[str, Any]
        """The transform: its name, or a mapping with `use:` and its options. Paths in it must be absolute."""

        @field_validator("step")
        @classmethod
        def _exists(cls, step: str | dict[str, Any]) -> str | dict[str, Any]:
            from metier.discovery import discover
            from metier.errors import PluginError
            from metier.plan import faults

            use = use_of(step)
            try:
                discover().create(Transform, use)
            except PluginError as error:
                raise ValueError("; ".join(f"{one.message} ({one.hint})" for one in error.problems)) from error
            except ValidationError as error:
                raise ValueError(f"{use.name}: {faults(error)}") from error
            return step

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)
        self._step: Transform | None = None

    def rowwise(self) -> bool:
        """Return whether the step is done row by row."""
        return self._made().rowwise()

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        """Return the rows as the step leaves them; those of the corpus as they are."""
        return rows if context.split == CORPUS else self._made().apply(rows, context)

    def _made(self) -> Transform:
        """Return the step, one for all splits: surrogates, for instance, are the same in all of them."""
        if self._step is None:
            from metier.discovery import discover

            self._step = discover().create(Transform, use_of(self.config.step))
        return self._step


def use_of(step: str | dict[str, Any]) -> Use:
    """Return the component that a step names, as recipes write it; raises `ValueError` where it names none."""
    options = {"use": step} if isinstance(step, str) else {key.replace("-", "_"): one for key, one in step.items()}
    name = options.pop("use", None)
    if not isinstance(name, str):
        raise ValueError("name the transform: {use: normalize}")
    return Use(kind=Transform.kind, name=name, options=options)
