"""The transform `redact`: personal data replaced by placeholders or by consistent surrogates."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field, field_validator

from metier.components import ComponentConfig, Pattern, Transform, TransformContext

if TYPE_CHECKING:
    from datasets import Dataset

    from metier_redact.finding import Entity, Finder

PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*")
AROUND = 60
"""Characters shown before and behind a value in the report."""
MASK = "█████"
Replace = Callable[["Entity", str], str]


class Redact(Transform):
    """Replaces personal data by placeholders like `[PERSON]`, or by values that are nobody's."""

    name: ClassVar[str] = "redact"

    class Config(ComponentConfig):
        """Options of `redact`."""

        mode: Literal["placeholder", "surrogate"] = "placeholder"
        """`placeholder` writes `[EMAIL]`, `[PERSON]`; `surrogate` writes a made-up value in the same form, the same one
        for the same value in the whole run."""
        leave: tuple[str, ...] = ()
        """Types that stay as they are: `[URL]`, or a placeholder of the industry's or of `patterns`."""
        patterns: dict[str, Pattern] = Field({})
        """Your own regular expressions by placeholder: `{BADGE: 'badge \\d{4}'}`. Where one has a group named `value`,
        only that is replaced."""
        regions: tuple[str, ...] = ("US", "GB", "CN")
        """Whose telephone numbers are known without a country code, as ISO 3166 codes."""

        @field_validator("patterns")
        @classmethod
        def _named(cls, patterns: dict[str, str]) -> dict[str, str]:
            for name in patterns:
                if not PLACEHOLDER.fullmatch(name):
                    raise ValueError(f"the placeholder {name!r} is not written in capitals: BADGE")
            return patterns

    config: Config

    def __init__(self, config: Config | None = None) -> None:
        super().__init__(config)
        self._replace: Replace | None = None

    def rowwise(self) -> bool:
        """Return whether placeholders are written: a surrogate is the same one in all rows."""
        return self.config.mode == "placeholder"

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        """Return rows without personal data in their texts, and count each value that was replaced.

        What the context keeps as examples shows no value that was found. Surrogates are the same in all splits that one
        transform is given.
        """
        from metier.data import tables
        from metier_redact.finding import Finder

        config = self.config
        finder = Finder.of(config.patterns, context.industry, regions=config.regions, leave=config.leave)
        self._replace = self._replace or self._replacing(context.seed)

        def change(batch: tables.Columns) -> tables.Columns:
            return {
                name: [
                    self._text(text, row, finder, context) for row, text in zip(batch["id"], batch[name], strict=True)
                ]
                for name in context.text_columns
            }

        return tables.rewrite(rows, change)

    def _replacing(self, seed: int) -> Replace:
        if self.config.mode == "placeholder":
            return lambda entity, value: f"[{entity.type}]"
        from metier_redact.surrogates import Surrogates

        surrogates = Surrogates(seed)
        return lambda entity, value: surrogates.of(entity.type, value)

    def _text(self, text: str, row: str, finder: Finder, context: TransformContext) -> str:
        assert self._replace is not None
        entities = finder.find(text)
        values = [self._replace(one, text[one.start : one.end]) for one in entities]
        for place, one in enumerate(entities):
            before = _around(text, entities, place, [MASK] * len(entities))
            context.change(f"{one.type} replaced", row, before, _around(text, entities, place, values))
        return _written(text, entities, values, 0, len(text))


def _around(text: str, entities: list[Entity], place: int, values: list[str]) -> str:
    """Return what stands around an entity, with `values` in the place of all that was found there."""
    start, end = max(0, entities[place].start - AROUND), min(len(text), entities[place].end + AROUND)
    near = [number for number, one in enumerate(entities) if one.start < end and one.end > start]
    start, end = min(start, entities[near[0]].start), max(end, entities[near[-1]].end)
    written = _written(text, [entities[number] for number in near], [values[number] for number in near], start, end)
    return f"{'…' if start else ''}{written}"


def _written(text: str, entities: list[Entity], values: list[str], start: int, end: int) -> str:
    """Return `text[start:end]` with `values` in the place of `entities`."""
    pieces: list[str] = []
    for entity, value in zip(entities, values, strict=True):
        pieces += [text[start : entity.start], value]
        start = entity.end
    return "".join([*pieces, text[start:end]])
