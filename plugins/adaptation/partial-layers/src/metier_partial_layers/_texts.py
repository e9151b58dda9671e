"""Reads the texts that a model is called with, and gives each a key by its content."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from inspect import signature
from typing import Any

import numpy as np
import torch

from metier_partial_layers._store import KEY_BYTES, Array
from metier_partial_layers._trunk import NotServed, Trunk

READ = frozenset(("input_ids", "attention_mask", "token_type_ids"))
WITHOUT_EFFECT = frozenset(("return_dict", "use_cache"))
"""Arguments that do not change what the trunk gives."""


@dataclass(frozen=True, slots=True)
class Texts:
    """The texts of a batch, as numbers."""

    ids: Array
    """Token ids (batch, sequence)."""
    lengths: Array
    """Tokens of each (batch,); padding follows them."""
    types: Array | None
    """Token types (batch, sequence), where they are not all 0."""

    def keys(self) -> list[bytes]:
        """Return a key of each text: equal for equal token ids and types, whatever the padding."""
        ids = np.ascontiguousarray(self.ids, dtype="<i4")
        types = None if self.types is None else np.ascontiguousarray(self.types, dtype="<i4")
        return [self._key(ids[i, :n], None if types is None else types[i, :n]) for i, n in enumerate(self.lengths)]

    @staticmethod
    def _key(ids: Array, types: Array | None) -> bytes:
        key = hashlib.blake2b(ids.tobytes(), digest_size=KEY_BYTES)
        if types is not None and types.any():
            key.update(b"types")
            key.update(types.tobytes())
        return key.digest()

    def at(self, numbers: Array) -> Texts:
        """Return some of them, with no more padding than they need."""
        lengths = self.lengths[numbers]
        width = lengths.max(initial=0)
        types = None if self.types is None else self.types[numbers, :width]
        return Texts(self.ids[numbers, :width], lengths, types)

    def inputs(self) -> Mapping[str, Array]:
        """Return a model's inputs, but for a mask."""
        return {"input_ids": self.ids} if self.types is None else {"input_ids": self.ids, "token_type_ids": self.types}


def read(trunk: Trunk, positional: tuple[Any, ...], named: Mapping[str, Any]) -> Texts:
    """Return the texts of a call of the trunk's body; raises `NotServed` where they are not all that it is given."""
    given = _arguments(trunk, positional, named)
    ids, mask, types = (given.get(name) for name in ("input_ids", "attention_mask", "token_type_ids"))
    if ids is None or ids.ndim != 2:
        raise NotServed("the model is not given token ids")
    if types is not None and not trunk.family.token_types:
        raise NotServed("the model is given token types")
    lengths = _lengths(ids, mask)
    kinds = None if types is None else types.cpu().numpy()
    return Texts(ids.cpu().numpy(), lengths, kinds if kinds is not None and kinds.any() else None)


def _arguments(trunk: Trunk, positional: tuple[Any, ...], named: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments that matter, by name."""
    config = trunk.body.config
    if config.output_hidden_states or config.output_attentions:
        raise NotServed("the model gives what its lower layers find")
    names = list(signature(trunk.body.forward).parameters)
    given = {**dict(zip(names, positional, strict=False)), **named}
    given = {name: value for name, value in given.items() if value is not None and value is not False}
    if strange := sorted(set(given) - READ - WITHOUT_EFFECT):
        raise NotServed(f"the model is called with {strange[0]}")
    return given


def _lengths(ids: torch.Tensor, mask: torch.Tensor | None) -> Array:
    """Return the tokens of each text; raises `NotServed` unless padding follows them."""
    batch, sequence = ids.shape
    if mask is None:
        return np.full(batch, sequence)
    if mask.shape != ids.shape:
        raise NotServed("the attention mask is not one of tokens")
    kept = mask.cpu().numpy().astype(bool)
    lengths: Array = kept.sum(1)
    if not lengths.all() or (kept != (np.arange(sequence) < lengths[:, None])).any():
        raise NotServed("padding does not follow the tokens")
    return lengths
