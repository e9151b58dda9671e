"""Lets a training read what its frozen layers give, wherever that is right, and says why where it is not."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from metier.errors import StageError
from metier_partial_layers._kept import Kept, Precision
from metier_partial_layers._lower import Lower
from metier_partial_layers._texts import read
from metier_partial_layers._trunk import NotServed, Trunk, replaced, still

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Batch, Loss

logger = logging.getLogger("metier")


def wrap(loss: Loss, lower: Lower | None, reader: Reader | None) -> Loss:
    """Return `loss`, computed without dropout in the frozen lower part, or with a `reader` without that part at all.

    `lower` is what is frozen for good; None for what is frozen when the loss is first computed.
    """
    known = [] if lower is None else [lower]

    def wrapped(model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        if not torch.is_grad_enabled():
            return loss(model, batch)
        if not known:
            known.append(Lower.of(model))
        with still(known[0].modules), nullcontext() if reader is None else reader.reading(known[0]):
            return loss(model, batch)

    return wrapped


class Reader:
    """One training's use of the cache: what it reads, from where, and why not."""

    def __init__(self, root: Path, *, precision: Precision, insists: bool) -> None:
        self.root = root
        self.precision: Precision = precision
        self.insists = insists
        self._kept: Kept | None = None
        self._fault = ""
        """Why nothing can be kept any more: a full disk."""
        self._said: set[str] = set()
        self._busy = False

    @contextmanager
    def reading(self, lower: Lower) -> Iterator[None]:
        """Inside the block, let the model begin above its trunk wherever it is called with nothing but texts."""
        trunk, call = lower.trunk, ExitStack()
        if trunk is None:
            self.refuse(lower.why)
            yield
            return

        def begin(body: Any, positional: tuple[Any, ...], named: dict[str, Any]) -> None:
            if self._busy or trunk.absent():  # a second `partial-layers` reads already
                return
            if (states := self._states(trunk, positional, named)) is not None:
                call.enter_context(replaced(trunk.stand_ins(states)))

        def end(body: Any, positional: Any, output: Any) -> None:
            if not self._busy:
                call.close()

        # First in line: what others note of this call is not disturbed by the calls that are made to fill the cache.
        handles = [
            trunk.body.register_forward_pre_hook(begin, prepend=True, with_kwargs=True),
            trunk.body.register_forward_hook(end, always_call=True),
        ]
        try:
            yield
        finally:
            call.close()
            for handle in handles:
                handle.remove()

    def refuse(self, reason: str) -> None:
        """Say once why the layers are computed; raises `StageError` where they are to be read."""
        if self.insists:
            hint = "with `cache: auto` such steps compute the frozen layers"
            raise StageError(f"the frozen layers cannot be read: {reason}", where="partial-layers: cache", hint=hint)
        if reason not in self._said:
            self._said.add(reason)
            logger.info("partial-layers: the frozen layers are computed, not read from the cache: %s", reason)

    def _states(self, trunk: Trunk, positional: tuple[Any, ...], named: Mapping[str, Any]) -> torch.Tensor | None:
        """Return the trunk's output for a call of its body, or None where the trunk is to run."""
        self._busy = True
        try:
            if self._fault:
                raise NotServed(self._fault)
            if any(tensor.requires_grad for tensor in trunk.tensors()):
                raise NotServed("layers train that were frozen when the training began")
            if trunk.touched():
                raise NotServed("another method acts on the embeddings or the frozen layers")
            texts = read(trunk, positional, named)
            return self._kept_of(trunk).states(texts)
        except NotServed as reason:
            self.refuse(str(reason))
        except (OSError, OverflowError) as error:
            self._fault = f"{self.root}: {error}"
            self.refuse(self._fault)
        finally:
            self._busy = False
        return None

    def _kept_of(self, trunk: Trunk) -> Kept:
        if self._kept is None or self._kept.trunk is not trunk:
            self._kept = Kept(trunk, self.root, precision=self.precision)
        if self._kept.signature != trunk.signature():
            raise NotServed("the frozen weights are no longer those that the training began with")
        return self._kept
