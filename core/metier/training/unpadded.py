"""Lets an encoder's layers work on tokens alone: padding is taken out before the first and put back after the last.

Between the two a batch is one row of all its tokens, texts of like length side by side, and attention stays within each
text. Embeddings and heads see the rectangle that they know, so objectives and methods need not be told.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.functional import scaled_dot_product_attention
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS

if TYPE_CHECKING:
    from transformers import PreTrainedModel

MODEL_TYPES = frozenset({"bert", "camembert", "electra", "roberta", "xlm-roberta"})
"""Encoders with absolute positions, whose layers take hidden states and hand attention to transformers' interface."""
ATTENTION = "metier_unpadded"
"""The name of the attention below in transformers' register, which models look up at every call."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each text of a batch lies in the row of all tokens."""

    shape: tuple[int, int]
    """Of the rectangle: (batch, sequence)."""
    places: torch.Tensor
    """(tokens,): where in the flattened rectangle each token of the row comes from."""
    order: torch.Tensor
    """(batch,): the texts as they follow each other, the shortest first."""
    blocks: tuple[tuple[int, int], ...]
    """Runs of texts of one length: (texts, tokens of each)."""

    @classmethod
    def of(cls, mask: torch.Tensor) -> Layout:
        """Return the layout of a batch by its mask (batch, sequence), 1 at tokens."""
        lengths, order = mask.sum(dim=1).sort(stable=True)
        kept = mask[order].nonzero()
        values, counts = lengths.unique_consecutive(return_counts=True)
        blocks = tuple(zip(counts.tolist(), values.tolist(), strict=True))
        places = order[kept[:, 0]] * mask.shape[1] + kept[:, 1]
        return cls((mask.shape[0], mask.shape[1]), places, order, blocks)

    def firsts(self) -> torch.Tensor:
        """Return where in the row each text begins, (batch,), in its order."""
        starts = [start + i * length for start, count, length in self._runs() for i in range(count)]
        return torch.tensor(starts, device=self.places.device)

    def by_text(self, row: torch.Tensor) -> list[torch.Tensor]:
        """Return (heads, tokens, size) cut into blocks (texts, heads, length, size)."""
        return [
            row[:, start : start + count * length].unflatten(1, (count, length)).transpose(0, 1)
            for start, count, length in self._runs()
        ]

    def _runs(self) -> Iterator[tuple[int, int, int]]:
        start = 0
        for count, length in self.blocks:
            yield start, count, length
            start += count * length


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
        row = hidden.flatten(0, 1)[layout.places].unsqueeze(0)
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
            output.last_hidden_state = torch.empty_like(row).index_copy(0, layout.order, row).unsqueeze(1)
            return output
        batch, sequence = layout.shape
        rectangle = row.new_zeros(batch * sequence, row.shape[-1]).index_copy(0, layout.places, row)
        output.last_hidden_state = rectangle.view(batch, sequence, -1)
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
        rows = (self.layout.by_text(one[0]) for one in (query, key, value))
        found = [
            scaled_dot_product_attention(q, k, v, dropout_p=dropout, scale=scaling).transpose(1, 2).flatten(0, 1)
            for q, k, v in zip(*rows, strict=True)
        ]
        return torch.cat(found).unsqueeze(0), None

    def _narrow(self, layer: Any) -> None:
        layout = self.layout
        assert layout is not None
        self.narrow = layer
        layer.forward = lambda hidden_states, *others, **named: first_tokens(layer, hidden_states[0], layout)


def first_tokens(layer: Any, row: torch.Tensor, layout: Layout) -> torch.Tensor:
    """Return what a layer makes of each text's first token: (1, batch, hidden), of a row (tokens, hidden)."""
    attention, firsts = layer.attention, row[layout.firsts()]
    size = attention.self.attention_head_size
    ask = _heads(attention.self.query, firsts, size)
    keys, values = (layout.by_text(_heads(part, row, size)) for part in (attention.self.key, attention.self.value))
    dropout = attention.self.dropout.p if attention.self.training else 0.0
    found, start = [], 0
    for key, value in zip(keys, values, strict=True):
        query = ask[:, start : start + len(key)].transpose(0, 1).unsqueeze(2)
        start += len(key)
        answer = scaled_dot_product_attention(query, key, value, dropout_p=dropout, scale=attention.self.scaling)
        found.append(answer.flatten(1))
    state = attention.output(torch.cat(found), firsts)
    narrow: torch.Tensor = layer.feed_forward_chunk(state)
    return narrow.unsqueeze(0)


def _heads(part: Callable[[torch.Tensor], torch.Tensor], rows: torch.Tensor, size: int) -> torch.Tensor:
    """Return a projection as (heads, rows, size)."""
    heads: torch.Tensor = part(rows).unflatten(-1, (-1, size)).transpose(0, 1)
    return heads
