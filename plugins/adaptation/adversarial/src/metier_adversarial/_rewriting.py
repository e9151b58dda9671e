"""Puts chosen forms into a batch: token ids, mask and labels of the texts that change, at their new lengths."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import torch

from metier.errors import StageError
from metier.training.padding import pad
from metier_adversarial._candidates import WHERE
from metier_adversarial._matching import Matcher, Place
from metier_adversarial._pieces import Tokens

if TYPE_CHECKING:
    from metier.components.objective import Batch

IGNORED = -100
"""The label of a token of which nothing is asked."""


class Choice(NamedTuple):
    """A place, and the form to put there: a position in `Matcher.forms`."""

    place: Place
    form: int


@dataclass(frozen=True, slots=True)
class Text:
    """A row of a batch without its padding."""

    row: int
    columns: tuple[int, ...]
    """Where its tokens stand in the batch."""
    tokens: Tokens
    labels: tuple[int, ...] | None
    """One label a token, where the task labels tokens."""


def texts_of(batch: Batch) -> list[Text]:
    """Return the rows of a batch (batch, sequence) as lists, brought to the processor at once."""
    ids, mask = batch["input_ids"], batch.get("attention_mask")
    rows = ids.tolist()
    kept = [[True] * len(row) for row in rows] if mask is None else mask.bool().tolist()
    labels = batch["labels"].tolist() if labels_tokens(batch) else None
    found = []
    for row, tokens in enumerate(rows):
        columns = tuple(i for i, real in enumerate(kept[row]) if real)
        own = None if labels is None else tuple(labels[row][i] for i in columns)
        found.append(Text(row, columns, tuple(tokens[i] for i in columns), own))
    return found


def labels_tokens(batch: Batch) -> bool:
    """Return whether the batch has a whole-number label for each token."""
    labels = batch.get("labels")
    return labels is not None and labels.shape == batch["input_ids"].shape and not labels.is_floating_point()


class Changed(NamedTuple):
    """A text with forms put in, one value a token."""

    tokens: list[int]
    labels: list[int]
    origins: list[int]
    """Where in the text before each token stood; what was put in, where the form that it replaces began."""


@dataclass(frozen=True, slots=True)
class Rewriter:
    """Writes changed texts as a batch of their own."""

    matcher: Matcher
    special: frozenset[int]
    """Ids that stand for no word; those at the end of a text stay there when it is cut."""
    padding: int
    max_length: int | None
    """Tokens that the model can take."""
    names: Sequence[str] = ()
    """Names of the labels of tokens (`B-ORG`), where the task tells them."""

    def rewritten(self, batch: Batch, chosen: Mapping[int, Sequence[Choice]], texts: Sequence[Text]) -> Batch:
        """Return the rows of `chosen`, changed, padded on the right to the longest of them.

        Columns of one entry a row come along; token labels move with their words. Raises `StageError` where there are
        other columns of one entry a token.
        """
        changed = [self.changed(texts[row], choices) for row, choices in chosen.items()]
        rows = torch.tensor(list(chosen), device=batch["input_ids"].device)
        made: Batch = {}
        for name, values in batch.items():
            if name == "input_ids":
                made[name] = _padded([one.tokens for one in changed], values, padding=self.padding)
            elif name == "attention_mask":
                made[name] = _padded([[1] * len(one.tokens) for one in changed], values, padding=0)
            elif name == "labels" and labels_tokens(batch):
                made[name] = _padded([one.labels for one in changed], values, padding=IGNORED)
            elif name == "token_type_ids":
                segments = [values[row, list(texts[row].columns)].tolist() for row in chosen]
                moved = [[own[i] for i in one.origins] for own, one in zip(segments, changed, strict=True)]
                made[name] = _padded(moved, values, padding=0)
            elif name != "labels" and values.shape[:2] == batch["input_ids"].shape:
                hint = "leave lexical-substitution out, or choose a task whose batches have ids, mask and labels alone"
                raise StageError(f"the batch's column {name!r} cannot move with its words", where=WHERE, hint=hint)
            else:
                made[name] = values[rows]
        return made

    def changed(self, text: Text, choices: Sequence[Choice]) -> Changed:
        """Return a text with its chosen forms put in, cut to what the model can take before its last special tokens."""
        made, labels, done = Changed([], [], []), text.labels or (IGNORED,) * len(text.tokens), 0
        for place, form in sorted(choices):
            pieces = self.matcher.forms[form]
            starts = self.matcher.pieces.word_starts(text.tokens[place.start : place.end])
            moved = moved_labels(labels[place.start : place.end], starts, self.matcher.pieces.word_starts(pieces))
            made.tokens.extend([*text.tokens[done : place.start], *pieces])
            made.labels.extend([*labels[done : place.start], *moved])
            made.origins.extend([*range(done, place.start), *[place.start] * len(pieces)])
            done = place.end
        made.tokens.extend(text.tokens[done:])
        made.labels.extend(labels[done:])
        made.origins.extend(range(done, len(text.tokens)))
        over = 0 if self.max_length is None else len(made.tokens) - self.max_length
        if over > 0:
            end = len(made.tokens) - next(i for i, one in enumerate(reversed(made.tokens)) if one not in self.special)
            for values in made:
                del values[end - over : end]
        return made

    def movable(self, text: Text, place: Place) -> bool:
        """Return whether a place's labels are those of one thing, so that they can move with its words."""
        if text.labels is None:
            return True
        asked = [label for label in text.labels[place.start : place.end] if label != IGNORED]
        if not self.names:
            return len(set(asked)) <= 1
        named = [self.names[label] for label in asked]
        kinds = {name.partition("-")[2] or name for name in named}
        return len(kinds) <= 1 and not any(name.startswith("B-") for name in named[1:])


def moved_labels(labels: Sequence[int], before: Sequence[bool], after: Sequence[bool]) -> list[int]:
    """Return the labels of a new form's tokens, of those of the form that it replaces.

    `before` and `after` say which tokens begin a word. The first token takes the first label. A later one takes the
    label that a later token of its kind had (another word's beginning, or a word's further piece), so that `B-`, `I-`
    and the habit of labelling first pieces alone are kept; where there was none, nothing is asked of it.
    """
    later = {kind: label for label, kind in reversed(list(zip(labels, before, strict=True))[1:])}
    return [labels[0], *(later.get(kind, IGNORED) for kind in after[1:])]


def _padded(rows: Sequence[Sequence[int]], like: torch.Tensor, *, padding: int) -> torch.Tensor:
    """Return rows of values as a tensor (rows, longest) of the kind of `like`."""
    return pad(rows, value=padding)[0].to(like)
