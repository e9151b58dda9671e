"""What a trunk gives for each text, kept on disk: computed once, read ever after, by this run and by others."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Literal

import numpy as np
import torch

from metier.files import write_json
from metier_partial_layers._frozen import Frozen, digest
from metier_partial_layers._store import Array, Store
from metier_partial_layers._texts import Texts
from metier_partial_layers._trunk import Trunk

logger = logging.getLogger("metier")
Precision = Literal["fp32", "fp16", "bf16"]
STORED = {"fp32": (torch.float32, "<f4"), "fp16": (torch.float16, "<f2"), "bf16": (torch.bfloat16, "<i2")}
"""What states become, and as what NumPy, which has no bfloat16, writes them."""


class Kept:
    """A trunk's output in a folder below `root`, named by a digest of all that made it.

    Raises `OSError` where that cannot be written, `NotServed` where the trunk has no digest.
    """

    def __init__(self, trunk: Trunk, root: Path, *, precision: Precision) -> None:
        self.trunk = trunk
        self.signature = trunk.signature()
        self.frozen = Frozen(trunk)
        self.dtype, stored = STORED[precision]
        config = trunk.body.config
        folder = root / f"{digest(trunk)[:32]}-{precision}"
        self.store = Store(folder, width=config.hidden_size, dtype=stored)
        if not (folder / "about.json").exists():
            about = {"model_type": config.model_type, "layers": trunk.depth, "hidden_size": config.hidden_size}
            write_json(folder / "about.json", {**about, "precision": precision})
        layers = "layer is" if trunk.depth == 1 else f"{trunk.depth} layers are"
        said = "partial-layers: the lowest %s computed once a text, in %s, and kept in %s (%s texts so far)"
        logger.info(said, layers, precision, folder, f"{len(self.store):,}")

    def states(self, texts: Texts) -> torch.Tensor:
        """Return the trunk's output for a batch, (batch, sequence, hidden), 0 at padding.

        Always what was read from the disk, also when it was computed just now, so that the first epoch gives what the
        next one gives. Raises `OSError` where what is new cannot be written, `OverflowError` where the precision is too
        narrow for it.
        """
        keys = texts.keys()
        missing = {key: number for number, key in enumerate(keys) if self.store.rows_of(key) is None}
        if missing:
            made = self.frozen.states(texts, sorted(missing.values()))
            self.store.add({keys[number]: self._to_store(states) for number, states in made})
        batch, sequence = texts.ids.shape
        found: Array = np.zeros((batch, sequence, self.store.width), self.store.dtype)
        for number, key in enumerate(keys):
            rows = self.store.rows_of(key)
            if rows is None:
                raise OSError("what was written there is not what is read")
            found[number, : len(rows)] = rows
        return self._from_store(found)

    def _to_store(self, states: torch.Tensor) -> Array:
        kept = states.to("cpu", self.dtype)
        if not kept.isfinite().all():
            raise OverflowError(f"a hidden state is too large for {self.dtype}, or not finite")
        return np.asarray((kept.view(torch.int16) if self.dtype == torch.bfloat16 else kept).numpy())

    def _from_store(self, rows: Array) -> torch.Tensor:
        states = torch.from_numpy(rows)
        if self.dtype == torch.bfloat16:
            states = states.view(torch.bfloat16)
        return states.to(self.trunk.body.device, self.trunk.body.dtype)
