"""What training must know of the answers: that they differ, and are what the options allow."""

from __future__ import annotations

import difflib
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from metier.errors import DataError
from metier.values import Json
from metier_text_generation.options import Options
from metier_text_generation.overlap import words

if TYPE_CHECKING:
    from datasets import Dataset


def learn(train: Dataset, options: Options) -> None:
    """Raise `DataError` where there is nothing to learn, and as `check` does."""
    check(train, options)
    if len({answer for _, answer in _rows(train)}) < 2:
        hint = "check the column of answers: `columns: {answer: …}`"
        raise DataError("all answers are the same", where="train", hint=hint)


def check(rows: Dataset, options: Options) -> None:
    """Raise `DataError` for an answer that does not begin with `prefix`, or is none of `choices`."""
    for row, answer in _rows(rows):
        rest = answer.removeprefix(options.prefix)
        if options.prefix and (rest == answer or rest != rest.strip()):
            hint = "correct the answer, or `task: {prefix: …}`, in which the space before the rest belongs"
            raise DataError(
                f"the answer does not begin with {options.prefix!r}: {_shown(answer)}", where=row, hint=hint
            )
        if options.choices and answer not in options.choices:
            near = difflib.get_close_matches(answer, options.choices, n=1, cutoff=0.0)
            hint = f"the nearest is {near[0]!r}; correct the answer, or add it to `choices`"
            raise DataError(f"the answer is none of the choices: {_shown(answer)}", where=row, hint=hint)


def described(answers: Iterable[str]) -> dict[str, Json]:
    """Return how many answers have so many words, in steps that double, and how many are different."""
    texts = list(answers)
    steps = Counter(len(words(text)).bit_length() for text in texts)
    lengths = {_between(step): steps[step] for step in range(min(steps, default=0), max(steps, default=-1) + 1)}
    return {"words of an answer": lengths, "different answers": len(set(texts))}


def _between(step: int) -> str:
    """Return the whole numbers of `step` binary digits: `4–7` for 3."""
    first, last = 1 << step >> 1, (1 << step) - 1
    return str(first) if first == last else f"{first}–{last}"


def _rows(rows: Dataset) -> Iterator[tuple[str, str]]:
    for batch in rows.select_columns(["id", "answer"]).iter(batch_size=1000):
        for row, answer in zip(batch["id"], batch["answer"], strict=True):
            yield row, answer.strip()


def _shown(text: str) -> str:
    return repr(text if len(text) <= 60 else f"{text[:60]}…")
