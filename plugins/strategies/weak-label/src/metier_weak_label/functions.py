"""Labelling functions: each says a label of a text, or nothing."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from metier.components import Industry, TaskHead
from metier.errors import StageError
from metier_weak_label.options import FunctionConfig, WeakLabelConfig
from metier_weak_label.phrases import Phrases
from metier_weak_label.prompts import Answered, Prompted

WHERE = "weak-label"
SHOWN = 40
"""Characters of what a function looks for that its name shows."""


@dataclass(frozen=True, slots=True)
class LabellingFunction:
    """What one function says of texts."""

    name: str
    labels: tuple[str, ...]
    """The labels that it may say."""
    say: Callable[[Sequence[str]], Sequence[str | None]]
    """Return its label of each text; None where it abstains."""
    notes: Callable[[], Iterable[str]] = tuple
    """What is to be known of it besides, when it has read the texts."""


def says_one_label(head: TaskHead) -> bool:
    """Return whether a task reads a text alone, and says one label of it."""
    needs = [(column.name, column.kind) for column in head.columns if column.required]
    return needs == [("text", "text"), ("label", "label")]


def functions_of(
    config: WeakLabelConfig, industry: Industry | None, labels: Sequence[str], answered: Answered | None = None
) -> list[LabellingFunction]:
    """Return the functions of a recipe, each under a name of its own, for a task with `labels`.

    What prompts have answered before is taken from `answered`, and what they answer is put there.

    Raises `StageError` for a label that the task has not, a category or file that is not there, a model that says
    other things than one label a text, or a prompt whose model cannot be had or does not write.
    """
    made = [*_of_config(config, industry), *_of_models(config), *_of_prompts(config, labels, answered)]
    for function in made:
        unknown = [label for label in function.labels if label not in labels]
        if unknown:
            hint = f"the training rows have {', '.join(labels)}: correct the label, or give rows with it"
            raise StageError(f"{function.name} says '{unknown[0]}', which no row has", where=WHERE, hint=hint)
    names = [function.name for function in made]
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise StageError(f"two functions are called '{twice}'", where=WHERE, hint="give one of them a `name`")
    return made


def _of_config(config: WeakLabelConfig, industry: Industry | None) -> Iterator[LabellingFunction]:
    for one in config.functions:
        if one.pattern is not None:
            found, what = _by_pattern(one.pattern), one.pattern
        elif one.lexicon is not None:
            found, what = Phrases(_terms(one.lexicon, industry)).are_in, one.lexicon
        else:
            found, what = Phrases(one.keywords).are_in, ", ".join(one.keywords)
        yield _saying(one.label, one.name or _name(one, what), found)
    for label, path in config.word_lists.items():
        yield _saying(label, f"{label}: {Path(path).name}", Phrases(_lines(path)).are_in)


def _saying(label: str, name: str, found: Callable[[str], bool]) -> LabellingFunction:
    return LabellingFunction(name, (label,), lambda texts: [label if found(text) else None for text in texts])


def _name(config: FunctionConfig, what: str) -> str:
    text = f"{config.label}: {what}"
    return text if len(text) <= SHOWN else f"{text[: SHOWN - 1]}…"


def _by_pattern(pattern: str) -> Callable[[str], bool]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return lambda text: compiled.search(text) is not None


def _terms(category: str, industry: Industry | None) -> list[str]:
    """Return what the industry calls the things of a category; raises `StageError` where there are none."""
    if industry is None:
        hint = "name one: `industry: finance`"
        raise StageError("a function asks for a lexicon, and the recipe names no industry", where=WHERE, hint=hint)
    lexicon = industry.lexicon()
    terms = [term for term in lexicon if term.category == category]
    if not terms:
        hint = f"its categories are {', '.join(sorted({term.category for term in lexicon})) or 'none'}"
        raise StageError(f"the lexicon of {industry.name} has no category '{category}'", where=WHERE, hint=hint)
    return [form for term in terms for form in (term.term, *term.synonyms, term.chinese) if form]


def _lines(path: str) -> list[str]:
    """Return the lines of a UTF-8 file; raises `StageError` where it cannot be read or is empty."""
    try:
        lines = [line.strip() for line in Path(path).read_text(encoding="utf-8-sig").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        raise StageError(f"cannot be read: {error}", where=path, hint="give a UTF-8 file, a word a line") from error
    found = [line for line in lines if line]
    if not found:
        raise StageError("there is no word in it", where=path, hint="write a word or phrase a line")
    return found


def _of_models(config: WeakLabelConfig) -> Iterator[LabellingFunction]:
    from metier import load
    from metier.api import Loaded

    def saying(loaded: Loaded) -> Callable[[Sequence[str]], Sequence[str | None]]:
        return lambda texts: [
            one["label"] if one["score"] >= config.confidence else None for one in loaded.predict(list(texts))
        ]

    for path in config.models:
        loaded = load(path)
        if not says_one_label(loaded.head):
            hint = "name a model that was trained for `text-classification`"
            raise StageError(f"{loaded.head.name} says not one label a text", where=path, hint=hint)
        yield LabellingFunction(
            f"model: {Path(path).resolve().name}", tuple(loaded.note["state"]["labels"]), saying(loaded)
        )


def _of_prompts(
    config: WeakLabelConfig, labels: Sequence[str], answered: Answered | None
) -> Iterator[LabellingFunction]:
    for one in config.prompts:
        prompted = Prompted(one, labels, confidence=config.confidence, answered=answered)
        yield LabellingFunction(prompted.name, tuple(prompted.answers), prompted.say, prompted.notes)
