"""Computes an encoder's trunk for texts of any lengths at once: one row of all tokens, attention within each text."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from metier.training.attention import attend_row
from metier.training.layout import Layout
from metier_partial_layers._trunk import Trunk

ATTENTION = "metier_frozen_trunk"
"""The name of the attention below in transformers' register, which models look up at every call."""


def flat(trunk: Trunk, inputs: dict[str, torch.Tensor], mask: torch.Tensor) -> list[torch.Tensor]:
    """Return the input of the first layer above, (tokens, hidden) for each text; `mask` is (batch, sequence)."""
    layout = Layout.of(mask)
    first, *others = trunk.before.values()
    states = first(**inputs)
    for module in others:
        states = module(states)
    row = states.flatten(0, 1)[layout.places].unsqueeze(0)
    with _attending(trunk.body.config, layout):
        for layer in trunk.layers[: trunk.depth]:
            row = layer(row)
    found = dict(zip(layout.order.tolist(), row[0].split(layout.lengths.tolist()), strict=True))
    return [found[number] for number in range(len(found))]


@contextmanager
def _attending(config: Any, layout: Layout) -> Iterator[None]:
    """Let layers attend within each text inside the block."""

    def within_texts(
        module: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attention_mask: torch.Tensor | None,
        *,
        scaling: float | None = None,
        **others: Any,
    ) -> tuple[torch.Tensor, None]:
        with _one_thread():
            return attend_row(layout.blocks, query, key, value, scaling=scaling)

    usual = config._attn_implementation
    ALL_ATTENTION_FUNCTIONS.register(ATTENTION, within_texts)
    config._attn_implementation = ATTENTION
    try:
        yield
    finally:
        config._attn_implementation = usual


@contextmanager
def _one_thread() -> Iterator[None]:
    """Compute in one thread inside the block: each has memory of its own, and products differ in the last bit by where
    that begins, so that a text's numbers would depend on which thread gets it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
