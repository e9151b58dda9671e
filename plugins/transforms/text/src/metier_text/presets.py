"""Published thresholds, and those for documents of a trade; None switches a rule off."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Preset = Literal["domain", "gopher", "c4"]


@dataclass(frozen=True, slots=True)
class Thresholds:
    """What a text must keep to."""

    min_words: float = 0
    max_words: float | None = None
    min_word_length: float | None = None
    max_word_length: float | None = None
    max_symbols: float | None = None
    max_bullet_lines: float | None = None
    max_ellipsis_lines: float | None = None
    min_alphabetic: float | None = None
    min_stop_words: int = 0
    min_sentences: int = 0
    repetition_from: float = 0
    max_duplicate_lines: float | None = None
    max_duplicate_paragraphs: float | None = None
    max_duplicate_line_characters: float | None = None
    max_duplicate_paragraph_characters: float | None = None
    max_top_ngram: Mapping[int, float] = field(default_factory=dict)
    max_repeated_ngrams: Mapping[int, float] = field(default_factory=dict)
    closed_lines: bool = False
    min_line_words: float = 0
    boilerplate: bool = False


GOPHER = Thresholds(
    min_words=50,
    max_words=100_000,
    min_word_length=3,
    max_word_length=10,
    max_symbols=0.1,
    max_bullet_lines=0.9,
    max_ellipsis_lines=0.3,
    min_alphabetic=0.8,
    min_stop_words=2,
    max_duplicate_lines=0.30,
    max_duplicate_paragraphs=0.30,
    max_duplicate_line_characters=0.20,
    max_duplicate_paragraph_characters=0.20,
    max_top_ngram={2: 0.20, 3: 0.18, 4: 0.16},
    max_repeated_ngrams={5: 0.15, 6: 0.14, 7: 0.13, 8: 0.12, 9: 0.11, 10: 0.10},
)
"""Rae et al. 2021, appendix A.1.1 and table A1."""

C4 = Thresholds(min_sentences=3, closed_lines=True, min_line_words=5, boilerplate=True)
"""Raffel et al. 2020, section 2.2; without its list of bad words, its language filter and its removal of copies."""

DOMAIN = Thresholds(
    min_words=5,
    min_word_length=2,
    max_word_length=15,
    max_symbols=0.1,
    max_ellipsis_lines=0.5,
    min_alphabetic=0.5,
    repetition_from=50,
    max_duplicate_lines=0.30,
    max_duplicate_paragraphs=0.30,
    max_duplicate_line_characters=0.20,
    max_duplicate_paragraph_characters=0.20,
    max_top_ngram={2: 0.30, 3: 0.27, 4: 0.24},
    max_repeated_ngrams={5: 0.30, 6: 0.28, 7: 0.26, 8: 0.24, 9: 0.22, 10: 0.20},
)
"""For reports, contracts and notes: lists, short paragraphs and formulae that repeat are what they are made of."""

PRESETS: Mapping[Preset, Thresholds] = {"domain": DOMAIN, "gopher": GOPHER, "c4": C4}
