"""The transform `quality`: leaves out texts that the published heuristics of web corpora take for noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from metier.components import ComponentConfig, Transform, TransformContext
from metier_text.presets import PRESETS, Preset, Thresholds
from metier_text.rules import Rule, rules, without_lines
from metier_text.signals import Signals

if TYPE_CHECKING:
    from datasets import Dataset

CORPUS = "corpus"
HELD_OUT = ("validation", "test")
EMPTIED = "no line left"


class Quality(Transform):
    """Leaves out texts of the corpus that published heuristics take for noise: Gopher's, C4's, or milder ones."""

    name: ClassVar[str] = "quality"

    class Config(ComponentConfig):
        """Options of `quality`; a threshold that is not given is the preset's."""

        preset: Preset = "domain"
        """`gopher` and `c4` as published, for web pages; `domain` for the reports, contracts and notes of a trade."""
        labelled: bool = False
        """Also judge the rows of the task, not only the corpus; validation and test data of their own stay whole."""
        min_words: float | None = Field(None, ge=0)
        """The fewest words: what stands between spaces; of Chinese and Japanese, 1.5 characters count as one."""
        max_words: float | None = Field(None, ge=1)
        """The most words."""
        min_word_length: float | None = Field(None, ge=0)
        """The least mean length of a word, in characters; not asked of Chinese and Japanese."""
        max_word_length: float | None = Field(None, gt=0)
        """The greatest mean length of a word."""
        max_symbols: float | None = Field(None, ge=0)
        """The most hash signs and ellipses for each word."""
        max_bullet_lines: float | None = Field(None, ge=0, le=1)
        """The largest share of lines that begin with a bullet."""
        max_ellipsis_lines: float | None = Field(None, ge=0, le=1)
        """The largest share of lines that end with an ellipsis."""
        min_alphabetic: float | None = Field(None, ge=0, le=1)
        """The least share of words with a letter in them."""
        min_stop_words: int | None = Field(None, ge=0, le=8)
        """How many different ones of eight common English words must occur (the be to of and that have with); in
        Chinese, of ten common characters."""
        min_sentences: int | None = Field(None, ge=0)
        """The fewest sentences."""
        repetition_from: float | None = Field(None, ge=0)
        """From how many words on the following rules are asked: a short text repeats a word soon."""
        max_duplicate_lines: float | None = Field(None, ge=0, le=1)
        """The largest share of lines that were there before."""
        max_duplicate_paragraphs: float | None = Field(None, ge=0, le=1)
        """The largest share of paragraphs that were there before."""
        max_duplicate_line_characters: float | None = Field(None, ge=0, le=1)
        """The largest share of characters in such lines."""
        max_duplicate_paragraph_characters: float | None = Field(None, ge=0, le=1)
        """The largest share of characters in such paragraphs."""
        max_top_ngram: dict[int, float] | None = None
        """By words of an n-gram: the largest share of characters in the commonest one (`{2: 0.2}`)."""
        max_repeated_ngrams: dict[int, float] | None = None
        """By words of an n-gram: the largest share of characters in those that occur more than once."""
        closed_lines: bool | None = None
        """Take out lines that end without punctuation."""
        min_line_words: float | None = Field(None, ge=0)
        """Take out lines of fewer words."""
        boilerplate: bool | None = None
        """Take out lines on scripts, cookies and terms of use; leave out texts with `{` or `lorem ipsum`."""

    config: Config

    def rowwise(self) -> bool:
        """Return True."""
        return True

    def apply(self, rows: Dataset, context: TransformContext) -> Dataset:
        """Return the rows that pass; each one left out is said with its first reason, each line taken out with its."""
        from metier.data import tables

        if context.split in HELD_OUT or (context.split != CORPUS and not self.config.labelled):
            return rows
        limits = self.thresholds()
        asked = rules(limits)

        def change(batch: tables.Columns) -> tables.Columns:
            made: tables.Columns = {name: [] for name in batch}
            for values in zip(*batch.values(), strict=True):
                row = dict(zip(batch, values, strict=True))
                texts = {name: row[name] for name in context.text_columns}
                left = {name: without_lines(text, limits) for name, text in texts.items()}
                reason = _reason("\n".join(text for text, _ in left.values()), asked)
                if reason:
                    context.drop(reason, row["id"], " | ".join(texts.values()))
                    continue
                for name, (text, reasons) in left.items():
                    for said in reasons:
                        context.change(said, row["id"], texts[name], text)
                for name, value in {**row, **{name: text for name, (text, _) in left.items()}}.items():
                    made[name].append(value)
            return made

        return tables.rewrite(rows, change)

    def thresholds(self) -> Thresholds:
        """Return the preset's thresholds with those that the recipe gives."""
        names = [one.name for one in fields(Thresholds)]
        given = {name: value for name in names if (value := getattr(self.config, name)) is not None}
        return replace(PRESETS[self.config.preset], **given)


def _reason(text: str, asked: Sequence[Rule]) -> str | None:
    if not text.strip():
        return EMPTIED
    signals = Signals(text)
    return next((reason for rule in asked if (reason := rule(signals))), None)
