"""Parts of rows as rectangles of their own."""

from __future__ import annotations

from collections.abc import Sequence

import torch

UNSAID = -1
"""Stands behind an answer's end."""


def cut(
    ids: torch.Tensor, starts: torch.Tensor, lengths: torch.Tensor, *, filling: int, left: bool = False
) -> tuple[torch.Tensor, torch.Tensor]:
    """Return of each row of `ids` (batch, sequence) the `lengths` (batch,) tokens from `starts` on, and their mask.

    Both are (batch, longest), filled up on the right, or on the `left`.
    """
    places = torch.arange(int(lengths.max()), device=ids.device)[None]
    if left:
        places = places - (lengths.max() - lengths)[:, None]
    inside = (places >= 0) & (places < lengths[:, None])
    found = ids.gather(1, (starts[:, None] + places).clamp(0, ids.shape[1] - 1))
    return torch.where(inside, found, filling), inside.long()


def until_end(ids: torch.Tensor, ends: Sequence[int]) -> torch.Tensor:
    """Return generated `ids` (batch, tokens) with `UNSAID` behind the first of `ends` in each row."""
    ended = torch.isin(ids, torch.tensor(ends, device=ids.device)).long()
    return torch.where(ended.cumsum(dim=1) - ended > 0, UNSAID, ids)
