"""Computes what a trunk gives for texts, such that a text's numbers are its own: the same in any company."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager

import numpy as np
import torch
import transformers

from metier.files import canonical
from metier.training.precision import matmul_precision, medium_is_float32
from metier_partial_layers._flat import flat
from metier_partial_layers._layers import ADDED
from metier_partial_layers._store import Array
from metier_partial_layers._texts import Texts
from metier_partial_layers._trunk import NotServed, Trunk, pass_on, replaced, still

ENOUGH_TOKENS = 64
"""A product of fewer rows may be computed in another order, so that its last bit differs."""
PROBE = (5, 9, 16, 9, 13, 16, 9, 5, 7, 9, 16, 13)
"""Lengths of the texts that kernels are tried on; odd ones are cut in other places."""
PLAIN = {torch.Tensor, torch.nn.Parameter, torch.nn.Buffer}
LOADING = frozenset(("_name_or_path", "architectures", "dtype", "use_cache"))
ABOVE = frozenset(("classifier_dropout", "id2label", "label2id", "num_hidden_layers", "problem_type", ADDED))
"""Entries of a model's configuration that say how it was loaded, and what is above its trunk."""


def digest(trunk: Trunk) -> str:
    """Return the sha256 of what a trunk's output depends on besides the text: weights, configuration, libraries.

    Raises `NotServed` for weights that are not plain tensors: quantised, or spread over processes.
    """
    config = json.loads(trunk.body.config.to_json_string(use_diff=False))
    made = {
        "config": {name: value for name, value in config.items() if name not in LOADING | ABOVE},
        "attention": trunk.body.config._attn_implementation,
        "depth": trunk.depth,
        "device": _device(trunk).type,
        "libraries": [torch.__version__, transformers.__version__],
    }
    tensors = trunk.tensors()
    strange = [type(one).__name__ for one in tensors if type(one) not in PLAIN or not one.numel()]
    if strange:
        raise NotServed(f"frozen weights are of the kind {strange[0]}, not plain numbers")
    found = hashlib.sha256(canonical(made).encode())
    for tensor in tensors:
        found.update(f"{tensor.dtype}{tuple(tensor.shape)}".encode())
        found.update(tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8).numpy().data)
    return found.hexdigest()


class Frozen:
    """A trunk as a function from texts to hidden states."""

    def __init__(self, trunk: Trunk) -> None:
        self.trunk = trunk
        self._steady: bool | None = None

    def states(self, texts: Texts, numbers: Sequence[int]) -> Iterator[tuple[int, torch.Tensor]]:
        """Yield number and hidden states (tokens, hidden) of those `texts` that are in `numbers`.

        Together where that gives a text the same numbers, bit for bit, in any company, and alone where it does not. On
        an accelerator always together: alone takes many times as long there.
        """
        if self._steady is None:
            self._steady = _device(self.trunk).type != "cpu" or self._is_steady()
        if self._steady:
            yield from self._together(texts, np.asarray(numbers))
        else:
            yield from ((number, self.compute(texts, np.asarray([number]))[0]) for number in numbers)

    def compute(self, texts: Texts, group: Array) -> list[torch.Tensor]:
        """Return the input of the first layer above, (tokens, hidden) for each text of `group`.

        Without gradient, autocast or dropout, and by float32 kernels.
        """
        trunk, device = self.trunk, _device(self.trunk)
        some = texts.at(group)
        inputs = {name: torch.from_numpy(value).to(device) for name, value in some.inputs().items()}
        with _exactly(device), still(trunk.modules):
            if not trunk.family.flat:
                return list(_through(trunk, inputs))
            mask = torch.from_numpy(np.arange(some.ids.shape[1]) < some.lengths[:, None])
            return flat(trunk, inputs, mask.long().to(device))

    def _together(self, texts: Texts, numbers: Array) -> Iterator[tuple[int, torch.Tensor]]:
        lengths = texts.lengths[numbers]
        alike = [numbers] if self.trunk.family.flat else [numbers[lengths == one] for one in np.unique(lengths)]
        for group in alike:
            enough = -(-ENOUGH_TOKENS // int(texts.lengths[group].sum()))
            yield from zip(group.tolist(), self.compute(texts, np.tile(group, enough)), strict=False)

    def _is_steady(self) -> bool:
        """Return whether kernels give a text the same numbers in large company, in small, and among its copies."""
        lengths = np.asarray(PROBE)
        ids = np.arange(lengths.size * lengths.max()).reshape(lengths.size, -1) % self.trunk.body.config.vocab_size
        texts = Texts(ids, lengths, None)
        large = dict(self._together(texts, np.arange(lengths.size)))
        others = (self._together(texts, np.asarray(some)) for some in ([10, 6, 4, 1, 0], [3], [8]))
        return all(torch.equal(states, large[number]) for found in others for number, states in found)


def _through(trunk: Trunk, inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    """Return what a model's own forward method gives the first layer above, for texts of one length."""
    found: list[torch.Tensor] = []
    top = trunk.layers[trunk.depth - 1].register_forward_hook(lambda module, given, output: found.append(output))
    try:
        with replaced(dict.fromkeys(trunk.layers[trunk.depth :], pass_on)):
            trunk.body(**inputs, attention_mask=torch.ones_like(inputs["input_ids"]))
    finally:
        top.remove()
    return found[0]


@contextmanager
def _exactly(device: torch.device) -> Iterator[None]:
    """Compute without gradient and autocast, by the fastest kernels that are float32 in truth."""
    kernels = matmul_precision("medium" if device.type == "cpu" and medium_is_float32() else "highest")
    with torch.no_grad(), torch.autocast(device.type, enabled=False), kernels:
        yield


def _device(trunk: Trunk) -> torch.device:
    return trunk.tensors()[0].device
