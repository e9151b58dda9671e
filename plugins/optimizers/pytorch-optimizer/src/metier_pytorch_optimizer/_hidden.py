"""Tells hidden matrices from embeddings, heads and vectors, by shape: a parameter does not know its name."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import torch

logger = logging.getLogger("metier")
REPEATS = 3
"""Trained matrices of a shape from which on it is a hidden one's. Layers repeat; embeddings and heads do not, and come
twice at most: in and out, or encoder and decoder."""


def split(
    groups: Sequence[dict[str, Any]],
    name: str,
    *,
    hidden: Mapping[str, Any],
    others: Mapping[str, Any],
    above: int = 0,
) -> list[dict[str, Any]]:
    """Return `groups`, each cut in two: its hidden matrices with the options `hidden`, the rest with `others`.

    Hidden are matrices with both sides longer than `above` whose shape, either way round, at least `REPEATS` of all
    parameters have. The log says how many there are, for the optimizer `name`.
    """
    everything = [parameter for group in groups for parameter in group["params"]]
    counts = Counter(shape for shape in map(_shape, everything) if shape is not None)
    chosen = {
        id(parameter)
        for parameter in everything
        if (shape := _shape(parameter)) is not None and shape[0] > above and counts[shape] >= REPEATS
    }
    numbers = sum(parameter.numel() for parameter in everything if id(parameter) in chosen)
    total = sum(parameter.numel() for parameter in everything)
    said = "%s: %d hidden matrices with %s of %s trained numbers; AdamW trains the others"
    logger.info(said, name, len(chosen), f"{numbers:,}", f"{total:,}")
    return [part for group in groups for part in _parts(group, chosen, hidden, others)]


def _parts(
    group: dict[str, Any], chosen: set[int], hidden: Mapping[str, Any], others: Mapping[str, Any]
) -> Iterator[dict[str, Any]]:
    for inside, options in ((True, hidden), (False, others)):
        parameters = [parameter for parameter in group["params"] if (id(parameter) in chosen) is inside]
        if parameters:
            yield {**group, **options, "params": parameters}


def _shape(parameter: torch.nn.Parameter) -> tuple[int, int] | None:
    """Return a matrix's sides, the shorter first; None for what is no matrix."""
    if parameter.ndim != 2:
        return None
    shorter, longer = sorted(parameter.shape)
    return shorter, longer
