"""The heuristics as rules: each says why a text goes, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from operator import attrgetter, methodcaller

from metier_text.presets import Thresholds
from metier_text.signals import Signals

Rule = Callable[[Signals], str | None]
Measure = Callable[[Signals], float | None]
CLOSED = re.compile(r"[.!?。！？…;；:：][\"'”’」』）)]*$")
BOILERPLATE = re.compile(
    r"javascript|terms of use|privacy policy|cookie policy|uses? cookies|use of cookies|使用条款|隐私政策|版权所有",
    re.IGNORECASE,
)
FILLER = re.compile(r"lorem ipsum", re.IGNORECASE)


def rules(limits: Thresholds) -> list[Rule]:
    """Return the rules of thresholds, the cheap ones first."""
    found = [
        _least("{:g} words", limits.min_words, attrgetter("words")),
        _most("{:g} words", limits.max_words, attrgetter("words")),
        _least("{:g} characters a word", limits.min_word_length, attrgetter("mean_word_length")),
        _most("{:g} characters a word", limits.max_word_length, attrgetter("mean_word_length")),
        _most("{:g} hash signs and ellipses a word", limits.max_symbols, attrgetter("symbols")),
        _most("{:.0%} of lines are bullets", limits.max_bullet_lines, attrgetter("bullet_lines")),
        _most("{:.0%} of lines end with an ellipsis", limits.max_ellipsis_lines, attrgetter("ellipsis_lines")),
        _least("{:.0%} of words have a letter", limits.min_alphabetic, attrgetter("alphabetic")),
        _least("{:g} of the commonest words", limits.min_stop_words, attrgetter("stop_words")),
        _least("{:g} sentences", limits.min_sentences, attrgetter("sentences")),
    ]
    if limits.boilerplate:
        found += [_holds("a curly bracket", re.compile("{")), _holds("filler text", FILLER)]
    return found + [_of_long_texts(rule, limits.repetition_from) for rule in _repetition(limits)]


def without_lines(text: str, limits: Thresholds) -> tuple[str, list[str]]:
    """Return the text without the lines that go, and why they do, each reason once."""
    if not (limits.closed_lines or limits.min_line_words or limits.boilerplate):
        return text, []
    lines = text.splitlines()
    reasons = [_line_reason(line, limits) if line.strip() else None for line in lines]
    if not any(reasons):
        return text, []
    left = "\n".join(line for line, reason in zip(lines, reasons, strict=True) if not reason).strip()
    return left, list(dict.fromkeys(reason for reason in reasons if reason))


def _line_reason(line: str, limits: Thresholds) -> str | None:
    if limits.closed_lines and not CLOSED.search(line.rstrip()):
        return "lines without closing punctuation taken out"
    if limits.min_line_words and Signals(line).words < limits.min_line_words:
        return f"lines of fewer than {limits.min_line_words:g} words taken out"
    if limits.boilerplate and BOILERPLATE.search(line):
        return "lines on scripts, cookies and terms of use taken out"
    return None


def _repetition(limits: Thresholds) -> Iterator[Rule]:
    yield _most("{:.0%} of lines repeat others", limits.max_duplicate_lines, attrgetter("duplicate_lines"))
    yield _most(
        "{:.0%} of paragraphs repeat others", limits.max_duplicate_paragraphs, attrgetter("duplicate_paragraphs")
    )
    yield _most(
        "{:.0%} of characters are in lines that repeat others",
        limits.max_duplicate_line_characters,
        attrgetter("duplicate_line_characters"),
    )
    yield _most(
        "{:.0%} of characters are in paragraphs that repeat others",
        limits.max_duplicate_paragraph_characters,
        attrgetter("duplicate_paragraph_characters"),
    )
    for size, most in limits.max_top_ngram.items():
        yield _most(f"{{:.0%}} of characters are in one {size}-gram", most, methodcaller("top_ngram", size))
    for size, most in limits.max_repeated_ngrams.items():
        said = f"{{:.0%}} of characters are in {size}-grams that repeat"
        yield _most(said, most, methodcaller("repeated_ngrams", size))


def _least(said: str, least: float | None, measure: Measure) -> Rule:
    def rule(text: Signals) -> str | None:
        value = measure(text) if least else None
        return f"fewer than {said.format(least)}" if value is not None and least and value < least else None

    return rule


def _most(said: str, most: float | None, measure: Measure) -> Rule:
    def rule(text: Signals) -> str | None:
        value = measure(text) if most is not None else None
        return f"more than {said.format(most)}" if value is not None and most is not None and value > most else None

    return rule


def _holds(said: str, pattern: re.Pattern[str]) -> Rule:
    return lambda text: f"holds {said}" if pattern.search(text.text) else None


def _of_long_texts(rule: Rule, least: float) -> Rule:
    """Return a rule that is asked of texts of so many words: a shorter one repeats a word soon."""
    return lambda text: rule(text) if text.words >= least else None
