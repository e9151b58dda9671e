"""Lets an encoder's layers work on tokens alone: padding is taken out before the first and put back after the last.

Between the two a batch is one row of all its tokens, texts of like length side by side, and attention stays within each
text. Embeddings and heads see the rectangle that they know, so objectives and methods need not be told.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import torch
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

from metier.training.attention import attend, attend_row, gather, spread
from metier.training.layout import Layout

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MODEL_TYPES = frozenset({"bert", "camembert", "electra", "roberta", "xlm-roberta"})
"""Encoders with absolute positions, whose layers take hidden states and hand attention to transformers' interface."""
ATTENTION = "metier_unpadded"
"""The name of the attention below in transformers' register, which models look up at every call."""


@contextmanager
def unpadded(model: PreTrainedModel, *, when: bool = True, first_token: bool = False) -> Iterator[bool]:
    """Take padding out of `model`'s encoder inside the block; gives whether it is.

    Outputs at tokens are those of the padded model up to rounding, and 0 at padding. With `first_token` the caller
    promises to read no other token of the last layer, which is then computed for that alone: (batch, 1, hidden).
    """
    trunk = trunk_of(model) if when else None
    if trunk is None:
        yield False
        return
    work = _Unpadding(trunk, first_token=first_token)
    ALL_ATTENTION_FUNCTIONS.register(ATTENTION, work.attend)
    handles = [
        trunk.register_forward_pre_hook(work.begin, with_kwargs=True),
        trunk.encoder.register_forward_pre_hook(work.take_out, with_kwargs=True),
        trunk.encoder.register_forward_hook(work.put_back, always_call=True),
    ]
    try:
        yield True
    finally:
        for handle in handles:
            handle.remove()
        work.leave()


def trunk_of(model: torch.nn.Module) -> Any:
    """Return the encoder model inside `model` whose padding can be taken out, or None."""
    for module in model.modules():
        config: Any = getattr(module, "config", None)
        if getattr(config, "model_type", None) in MODEL_TYPES and hasattr(getattr(module, "encoder", None), "layer"):
            plain = not (config.is_decoder or config.output_hidden_states or config.output_attentions)
            return module if plain and config._attn_implementation in {"sdpa", "eager"} else None
    return None


class _Unpadding:
    """What happens around one encoder."""

    def __init__(self, trunk: Any, *, first_token: bool) -> None:
        self.trunk = trunk
        self.first_token = first_token
        self.usual = trunk.config._attn_implementation
        self.mask: torch.Tensor | None = None
        self.layout: Layout | None = None
        self.narrow: Any = None
        """The last layer, while it is computed for first tokens alone."""

    def begin(self, module: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Remember the mask that the model was called with."""
        mask = named.get("attention_mask")
        self.mask = mask if isinstance(mask, torch.Tensor) and mask.ndim == 2 else None

    def take_out(
        self, module: Any, positional: tuple[Any, ...], named: dict[str, Any]
    ) -> tuple[tuple[Any, ...], dict[str, Any]] | None:
        """Give the layers one row of tokens, where there is a mask."""
        if self.mask is None:
            return None
        hidden = positional[0] if positional else named["hidden_states"]
        self.layout = layout = Layout.of(self.mask)
        row = gather(hidden.flatten(0, 1), layout.places).unsqueeze(0)
        self.trunk.config._attn_implementation = ATTENTION
        if self.first_token and "forward" not in vars(module.layer[-1]):  # else somebody answers for it
            self._narrow(module.layer[-1])
        others = {name: value for name, value in named.items() if name != "hidden_states"}
        return (row,), {**others, "attention_mask": None}

    def put_back(self, module: Any, positional: Any, output: Any) -> Any:
        """Give the head the rectangle; always called, so that nothing stays behind where a layer raised."""
        layout, narrow = self.layout, self.narrow is not None
        self.leave()
        if layout is None or output is None:
            return output
        row = output.last_hidden_state[0]
        if narrow:
            output.last_hidden_state = spread(row, layout.order, len(row)).unsqueeze(1)
            return output
        batch, sequence = layout.shape
        output.last_hidden_state = spread(row, layout.places, batch * sequence).view(batch, sequence, -1)
        return output

    def leave(self) -> None:
        """Put the model back as it was."""
        self.trunk.config._attn_implementation = self.usual
        self.layout = None
        if self.narrow is not None:
            del self.narrow.forward
            self.narrow = None

    def attend(
        self,
        module: Any,
        query: torch.Tensor,
        key: torch.Tensor,
        value: torch.Tensor,
        attention_mask: torch.Tensor | None,
        *,
        dropout: float = 0.0,
        scaling: float | None = None,
        **others: Any,
    ) -> tuple[torch.Tensor, None]:
        """Return attention within each text, (1, tokens, heads, size); all else is (1, heads, tokens, size)."""
        assert self.layout is not None, "called outside of `take_out` and `put_back`"
        return attend_row(self.layout.rectangles, query, key, value, p=dropout, scaling=scaling)

    def _narrow(self, layer: Any) -> None:
        layout = self.layout
        assert layout is not None
        self.narrow = layer
        layer.forward = lambda hidden_states, *others, **named: first_tokens(layer, hidden_states[0], layout)


def first_tokens(layer: Any, row: torch.Tensor, layout: Layout) -> torch.Tensor:
    """Return what a layer makes of each text's first token: (1, batch, hidden), of a row (tokens, hidden)."""
    attention, firsts = layer.attention, row[layout.firsts]
    part = attention.self
    heads = (-1, part.attention_head_size)
    rows = (
        ask(states).unflatten(-1, heads) for ask, states in ((part.query, firsts), (part.key, row), (part.value, row))
    )
    p = part.dropout.p if part.training else 0.0
    answers = attend(layout.rectangles, *rows, p=p, scale=part.scaling).flatten(1)
    narrow: torch.Tensor = layer.feed_forward_chunk(attention.output(answers, firsts))
    return narrow.unsqueeze(0)
