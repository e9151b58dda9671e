"""Baselines that look words up: the spans of the training texts, or the terms of a lexicon."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from metier.builtin.sources import paths
from metier.errors import DataError
from metier.lexicon import read_lexicon
from metier.values import names
from metier_token_classification.baselines import SpanBaseline
from metier_token_classification.spans import Span
from metier_token_classification.words import words

if TYPE_CHECKING:
    from metier.values import Json
    from metier_token_classification.token_classification import TokenClassification

LONGEST = 12
"""Words of a training span that is looked up; longer ones hardly come again."""
MOSTLY = 0.5
"""Share of an entry's occurrences in the training texts that must be spans."""
Run = tuple[str, ...]
Entries = Mapping[Run, str]
"""Label by words."""


class TrainingGazetteer(SpanBaseline):
    """Looks the training spans up, the longest first; one that is no span as often is left out."""

    name = "gazetteer of the training spans"

    def spans(
        self, train: Sequence[str], truth: Sequence[Sequence[Span]], texts: Sequence[str]
    ) -> Sequence[Sequence[Span]]:
        """Return what is found, from left to right."""
        entries = _entries(train, truth)
        return [looked_up(text, entries) for text in texts]


class LexiconGazetteer(SpanBaseline):
    """Looks a lexicon's terms and their other names up, the longest first, in any case; it reads no training text."""

    name = "gazetteer of the lexicon"

    def __init__(self, head: TokenClassification, state: Mapping[str, Json], entries: Entries) -> None:
        super().__init__(head, state)
        self.entries = entries

    def spans(
        self, train: Sequence[str], truth: Sequence[Sequence[Span]], texts: Sequence[str]
    ) -> Sequence[Sequence[Span]]:
        """Return what is found, from left to right."""
        return [looked_up(text, self.entries, spelt=str.casefold) for text in texts]


def read_entries(path: str, categories: Mapping[str, str], labels: Sequence[str]) -> Entries:
    """Return the labels of a lexicon's terms, synonyms and Chinese names, in small letters; the first row has its way.

    `categories` gives each category's label, in any case; where it is empty, that is the label of the same name. What
    is none of `labels` is left out. Raises `DataError` where the file cannot be read, the lexicon has no such category,
    or, without `categories`, no category is a label.
    """
    if problem := next(iter(paths.look(path)), None):
        raise DataError(problems=[problem])
    terms = read_lexicon(Path(path))
    known = sorted({term.category for term in terms})
    if unknown := sorted(set(categories) - set(known)):
        message = f"the lexicon has no category '{unknown[0]}'"
        raise DataError(message, where="task.lexicon_labels", hint=f"it has {', '.join(known)}")
    asked = categories or {category: category for category in known}
    chosen = {category: _same(label, labels) for category, label in asked.items()}
    found = {
        tuple(word.text.casefold() for word in words(form)): chosen[term.category]
        for term in reversed(terms)
        if chosen.get(term.category)
        for form in (*names([term]), term.chinese)
    }
    found.pop((), None)
    if not found and not categories:
        hint = f"name the label of each category: `lexicon_labels: {{{known[0] if known else '…'}: {labels[0]}}}`"
        raise DataError(f"none of its categories is a label: {', '.join(labels)}", where=path, hint=hint)
    return found


def _same(name: str, labels: Sequence[str]) -> str:
    return next((label for label in labels if label.casefold() == name.casefold()), "")


def looked_up(text: str, entries: Entries, *, spelt: Callable[[str], str] = str) -> list[Span]:
    """Return what of a text is in `entries`, from left to right, the longest first; `spelt` is how they are written."""
    tokens, at = words(text), 0
    spelling = [spelt(word.text) for word in tokens]
    longest = max(map(len, entries), default=0)
    found: list[Span] = []
    while at < len(tokens):
        for size in range(min(longest, len(tokens) - at), 0, -1):
            label = entries.get(tuple(spelling[at : at + size]))
            if label is not None:
                found.append({"start": tokens[at].start, "end": tokens[at + size - 1].end, "label": label})
                at += size
                break
        else:
            at += 1
    return found


def _entries(texts: Sequence[str], truth: Sequence[Sequence[Span]]) -> Entries:
    """Return the label of each run of words that is mostly a span where it occurs."""
    named: dict[Run, Counter[str]] = {}
    for text, spans in zip(texts, truth, strict=True):
        for span in spans:
            run = tuple(word.text for word in words(text[span["start"] : span["end"]]))
            if 0 < len(run) <= LONGEST:
                named.setdefault(run, Counter())[span["label"]] += 1
    occurring = Counter(
        run
        for text in texts
        for run in _runs([word.text for word in words(text)], {len(one) for one in named})
        if run in named
    )
    return {
        run: labels.most_common(1)[0][0]
        for run, labels in named.items()
        if labels.total() >= MOSTLY * max(occurring[run], 1)
    }


def _runs(tokens: Sequence[str], sizes: set[int]) -> list[Run]:
    return [tuple(tokens[at : at + size]) for size in sizes for at in range(len(tokens) - size + 1)]
