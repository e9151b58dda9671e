"""Chooses, of what a lexicon offers, the substitutes that raise the loss most, and trains on them too.

HotFlip (Ebrahimi, Rao, Lowd & Dou 2018, arXiv 1712.06751, section 3, equations 2 and 3) estimates from one gradient how
each exchange would change the loss. Here what is exchanged are terms, and what for says the trade's lexicon.
"""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any

import torch

from metier.components import MethodContext
from metier.errors import StageError
from metier_adversarial._candidates import WHERE
from metier_adversarial._embeddings import at_embeddings, special_ids
from metier_adversarial._matching import Matcher, Place
from metier_adversarial._padding import padding_id
from metier_adversarial._rewriting import Choice, Rewriter, Text, texts_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss


logger = logging.getLogger("metier")
LOOKED_AT = 1000
"""Training texts that are looked at before the training begins."""


def worst_substitution(loss: Loss, stage: MethodContext, *, matcher: Matcher, rate: float, weight: float) -> Loss:
    """Return `L(x) + weight · L(x')`; `x'` are the texts with a term that has a worse substitute, so exchanged.

    A text without one counts once. Both terms train all weights; which substitute is worst is taken as a constant.
    """
    _look_ahead(stage, matcher)
    special = frozenset(special_ids(stage.tokenizer))
    names = tuple(map(str, stage.task.state.get("labels", ())))
    limits = [limit for limit in (stage.info.max_length, stage.tokenizer.model_max_length) if limit]

    def wrapped(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        if not torch.is_grad_enabled():
            return loss(model, batch)
        padding = padding_id(model, stage.tokenizer)
        rewriter = Rewriter(matcher, special, padding, max_length=min(limits, default=None), names=names)
        texts = texts_of(batch)
        places = {
            text.row: found
            for text in texts
            if (found := [place for place in matcher.find(text.tokens) if rewriter.movable(text, place)])
        }
        if not places:
            return loss(model, batch)
        with watched(model) as seen:
            plain = loss(model, batch)
        stage.backward(plain)
        gradient = seen.gradient(batch["input_ids"])
        rises = estimated_rises(model, gradient, [(texts[row], found) for row, found in places.items()], matcher)
        chosen = choose(places, rises, rate=rate)
        if not chosen:
            return plain.detach()
        changed = loss(model, rewriter.rewritten(batch, chosen, texts))
        return plain.detach() + weight * changed

    return wrapped


@torch.no_grad()
def estimated_rises(
    model: PreTrainedModel, gradient: torch.Tensor, places: Sequence[tuple[Text, Sequence[Place]]], matcher: Matcher
) -> Iterator[float]:
    """Yield for each candidate of each place, in order, how much the loss would rise to first order.

    With one piece on both sides it is HotFlip's `(e_new - e_old) · ∇L` at that piece. With several, each side is the
    mean of its pieces' embeddings, and the gradients of all pieces replaced are added. `gradient` is (batch, sequence,
    hidden).
    """
    spans = [(text, place) for text, found in places for place in found]
    tokens = [token for text, place in spans for token in text.tokens[place.start : place.end]]
    rows = [text.row for text, place in spans for _ in range(place.start, place.end)]
    columns = [column for text, place in spans for column in text.columns[place.start : place.end]]
    sizes = [place.end - place.start for _, place in spans]
    used = sorted({number for _, place in spans for number in place.candidates})
    forms = [matcher.forms[number] for number in used]
    old = _means(model, tokens, sizes)
    new = _means(model, list(chain.from_iterable(forms)), [len(form) for form in forms])
    slope = _sums(gradient[rows, columns].float(), sizes)
    at = {number: i for i, number in enumerate(used)}
    of_place = [i for i, (_, place) in enumerate(spans) for _ in place.candidates]
    of_form = [at[number] for _, place in spans for number in place.candidates]
    yield from ((new[of_form] - old[of_place]) * slope[of_place]).sum(-1).tolist()


def choose(places: Mapping[int, Sequence[Place]], rises: Iterator[float], *, rate: float) -> dict[int, list[Choice]]:
    """Return for each row its worst exchanges: the worst candidate a place, at `rate` of the places, if it raises."""
    chosen: dict[int, list[Choice]] = {}
    for row, found in places.items():
        worst = []
        for place in found:
            rise, form = max((next(rises), -number) for number in place.candidates)
            worst.append((rise, Choice(place, -form)))
        worst.sort(key=lambda one: -one[0])
        kept = [choice for rise, choice in worst[: math.ceil(rate * len(found))] if rise > 0]
        if kept:
            chosen[row] = kept
    return chosen


@dataclass(slots=True)
class Seen:
    """What the word embeddings were asked while they were watched, and what they gave."""

    asked: list[tuple[torch.Tensor, torch.Tensor]] = field(default_factory=list)

    def gradient(self, ids: torch.Tensor) -> torch.Tensor:
        """Return the gradient at the embeddings of `ids`, (batch, sequence, hidden).

        An encoder-decoder that reads a text twice sees it one place later in its decoder. Raises `StageError` where no
        gradient arrived.
        """
        found: torch.Tensor | None = None
        for asked, embeddings in self.asked:
            if asked.shape != ids.shape or embeddings.grad is None:
                continue
            if asked.equal(ids):
                found = embeddings.grad + (0 if found is None else found)
            elif found is not None and asked[:, 1:].equal(ids[:, :-1]):
                found = found + torch.nn.functional.pad(embeddings.grad[:, 1:], (0, 0, 0, 1))
        if found is None:
            hint = "leave lexical-substitution out, or the method that keeps the embeddings from being asked"
            raise StageError("no gradient of the loss reaches the word embeddings", where=WHERE, hint=hint)
        return found


@contextmanager
def watched(model: PreTrainedModel) -> Iterator[Seen]:
    """Keep what the word embeddings give inside the block, such that it has its gradient after a backward pass."""
    seen = Seen()

    def watch(ids: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        if not embeddings.requires_grad:  # the word embeddings are frozen
            embeddings = embeddings.detach().requires_grad_()
        embeddings.retain_grad()
        seen.asked.append((ids, embeddings))
        return embeddings

    with at_embeddings(model, watch):
        yield seen


def _look_ahead(stage: MethodContext, matcher: Matcher) -> None:
    """Say in how many of the first training texts something can be exchanged; raise `StageError` where in none."""
    if stage.train is None or "text" not in stage.train.column_names or not len(stage.train):
        return
    texts = stage.train.select(range(min(LOOKED_AT, len(stage.train))))["text"][:]
    encoded = stage.tokenizer(texts, truncation=False, verbose=False)["input_ids"]
    count = sum(bool(matcher.find(tuple(tokens))) for tokens in encoded)
    if count == 0:
        hint = "choose the industry that the texts are from, or leave lexical-substitution out"
        message = f"none of the first {len(texts)} training texts has a term that can be exchanged"
        raise StageError(message, where=WHERE, hint=hint)
    logger.info(
        "lexical-substitution: %d of %d training texts have a term that can be exchanged, for %d forms in all",
        count, len(texts), len(matcher.forms),
    )  # fmt: skip


def _means(model: PreTrainedModel, tokens: Sequence[int], sizes: Sequence[int]) -> torch.Tensor:
    """Return the mean embedding of each run of tokens, (runs, hidden), float32."""
    words: Any = model.get_input_embeddings()
    embedded = words(torch.tensor(tokens, device=words.weight.device)).float()
    return _sums(embedded, sizes) / torch.tensor(sizes, device=embedded.device).unsqueeze(-1)


def _sums(vectors: torch.Tensor, sizes: Sequence[int]) -> torch.Tensor:
    """Return the sum of each run of vectors, (runs, hidden)."""
    runs = torch.arange(len(sizes)).repeat_interleave(torch.tensor(sizes)).to(vectors.device)
    return torch.zeros(len(sizes), vectors.shape[-1], device=vectors.device).index_add_(0, runs, vectors)
