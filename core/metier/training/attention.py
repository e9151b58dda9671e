"""Attention within each text of a row of tokens, fast in training on a CPU.

torch's fused kernel saves memory, and for texts of up to a few hundred tokens its backward pass takes several times as
long as that of the products written out; with dropout it is the products written out, on one text length at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import torch
from torch.nn.functional import scaled_dot_product_attention

from metier.training.dropout import dropout
from metier.training.layout import Rectangle

LONG = 384
"""Tokens from which on the fused kernel is used, where there is no dropout."""


def attend_row(
    rectangles: Sequence[Rectangle],
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *,
    p: float = 0.0,
    scaling: float | None = None,
) -> tuple[torch.Tensor, None]:
    """Return attention within each text as transformers' interface has it: (1, tokens, heads, size), and no weights.

    Query, key and value are (1, heads, tokens, size).
    """
    rows = (one[0].transpose(0, 1) for one in (query, key, value))
    scale = query.shape[-1] ** -0.5 if scaling is None else scaling
    return attend(rectangles, *rows, p=p, scale=scale).unsqueeze(0), None


def attend(
    rectangles: Sequence[Rectangle],
    query: torch.Tensor,
    key: torch.Tensor,
    value: torch.Tensor,
    *,
    p: float,
    scale: float,
) -> torch.Tensor:
    """Return what each token takes from its own text: (tokens, heads, size), of three of the same shape.

    `p` is the dropout of weights. Queries may also be first tokens alone: (texts, heads, size) gives the same.
    """
    narrow, found, text = len(query) < len(key), [], 0
    for one in rectangles:
        texts = len(one.lengths)
        taken = slice(text, text + texts) if narrow else slice(one.start, one.end)
        text += texts
        keys, values = (_spread(part[one.start : one.end], one) for part in (key, value))
        queries = _heads(query[taken], texts) if narrow else _spread(query[taken], one)
        rows = _weighted(queries, keys, values, one, p=p, scale=scale).transpose(1, 2).flatten(0, 1)
        found.append(rows if narrow or one.places is None else gather(rows, one.places))
    return torch.cat(found)


def gather(rows: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
    """Return the rows at `places`, each of which is there once: its gradient need not be added up."""
    gathered: torch.Tensor = _Gathered.apply(rows, places)  # type: ignore[no-untyped-call]
    return gathered


def spread(rows: torch.Tensor, places: torch.Tensor, size: int) -> torch.Tensor:
    """Return `size` rows: those given at their places, zeros between."""
    return rows.new_zeros(size, *rows.shape[1:]).index_copy(0, places, rows)


def _spread(rows: torch.Tensor, one: Rectangle) -> torch.Tensor:
    texts, longest = one.shape
    return _heads(rows if one.places is None else spread(rows, one.places, texts * longest), texts)


def _heads(rows: torch.Tensor, texts: int) -> torch.Tensor:
    """Return (texts, heads, length, size) of rows (texts * length, heads, size)."""
    return rows.view(texts, -1, *rows.shape[1:]).transpose(1, 2)


def _weighted(
    queries: torch.Tensor, keys: torch.Tensor, values: torch.Tensor, one: Rectangle, *, p: float, scale: float
) -> torch.Tensor:
    """Return attention in a rectangle, (texts, heads, length, size)."""
    filled = None if one.places is None else one.filled[:, None, None, :]
    if p == 0 and keys.shape[2] >= LONG:
        return scaled_dot_product_attention(queries, keys, values, attn_mask=filled, scale=scale)
    scores = (queries * scale) @ keys.transpose(2, 3)
    if filled is not None:
        scores = scores.masked_fill_(~filled, float("-inf"))
    return dropout(scores.softmax(dim=-1), p) @ values


class _Gathered(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, rows: torch.Tensor, places: torch.Tensor) -> torch.Tensor:
        ctx.save_for_backward(places)
        ctx.size = len(rows)
        return rows.index_select(0, places)

    @staticmethod
    def backward(ctx: Any, *gradients: torch.Tensor) -> tuple[torch.Tensor, None]:
        return spread(gradients[0], ctx.saved_tensors[0], ctx.size), None
