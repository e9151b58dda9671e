"""The transform `filter`: leaves out rows by length and language."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, Transform, TransformContext

if TYPE_CHECKING:
    from datasets import Dataset

Reason = Callable[[str], str | None]


class Filter(Transform):
    """Leaves out rows whose text is too short, too long, or surely in another language."""

    name: ClassVar[str] = "filter"

    class Config(ComponentConfig):
        """Options of `filter`."""

        min_characters: int = Field(1, ge=0)
        """The fewest characters that a row's text may have, outer space aside."""
        max_characters: int | None = Field(None, ge=1)
        """The most characters."""
        min_words: int = Field(0, ge=0)
        """The fewest words; of Chinese, Japanese and Korean each character counts as one."""
        max_words: int | None = Field(None, ge=1)
        """The most words."""
        languages: tuple[str, ...] | None = None
        """Languages to keep, as ISO 639 codes (`[en, zh]`); None keeps all."""
        language_confidence: float = Field(0.5, ge=0, le=1)
        """How sure the identification must be for a row to go; short texts are seldom sure and stay."""

    config: Config

    def rowwise(self) -> bool:
        """Return True."""
        return True

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        """Return the rows that pass; each one left out is said with its first reason."""
        from metier.data import tables

        checks = self._checks()
        kept: list[bool] = []
        ids = tables.column(rows, "id")
        for row, joined in zip(ids, tables.texts(rows, context.text_columns), strict=True):
            text = tables.shown(joined).strip(" |") if len(context.text_columns) > 1 else joined.strip()
            reason = next((reason for check in checks if (reason := check(text))), None)
            kept.append(reason is None)
            if reason:
                context.drop(reason, row, text)
        return tables.keep(rows, kept)

    def _checks(self) -> list[Reason]:
        config = self.config
        checks = [_length(len, "characters", config.min_characters, config.max_characters)]
        if config.min_words or config.max_words is not None:
            from metier.data.keys import words

            checks.append(_length(lambda text: len(words(text)), "words", config.min_words, config.max_words))
        if config.languages is not None:
            checks.append(_language(frozenset(config.languages), config.language_confidence))
        return checks


def _length(measure: Callable[[str], int], unit: str, fewest: int, most: int | None) -> Reason:
    def check(text: str) -> str | None:
        length = measure(text)
        if length < fewest:
            return f"fewer than {fewest} {unit}"
        return f"more than {most} {unit}" if most is not None and length > most else None

    return check


@functools.cache
def _identifier() -> Any:
    """Return what tells languages; its model is read once."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


def _language(wanted: frozenset[str], confidence: float) -> Reason:
    identifier = _identifier()
    unknown = sorted(wanted - set(identifier.labels))
    if unknown:
        from metier.errors import DataError

        hint = "use ISO 639 codes, such as en, de, zh"
        raise DataError(f"the language '{unknown[0]}' cannot be identified", where="filter.languages", hint=hint)

    def check(text: str) -> str | None:
        language, share = identifier.classify(text)
        return f"language is {language}" if language not in wanted and share >= confidence else None

    return check
