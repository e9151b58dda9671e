"""The moving average of the weights that SMART holds answers near to; it lives in the model while that trains.

Its tensors are buffers, so that a checkpoint has them and a resumed training goes on with the same average.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from metier.components import Progress
from metier.errors import StageError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

NAME = "adversarial_average"
"""The average's name among the model's modules."""
EARLY = 0.1
"""Share of the steps after which the momentum comes nearer to 1 (Jiang et al. 2020, section 4)."""
LATER = 0.1
"""What the momentum's distance to 1 is multiplied by then."""
Result = TypeVar("Result")


class Average(torch.nn.Module):
    """`θ' ← momentum · θ' + (1 - momentum) · θ` of the parameters that train, after each optimizer step."""

    done: torch.Tensor

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.names: list[str] = []
        """Of the parameters, in the order of the buffers; a buffer's own name may have no dots."""
        for name, parameter in model.named_parameters():
            if parameter.requires_grad:
                self.register_buffer(f"weight_{len(self.names)}", parameter.detach().clone())
                self.names.append(name)
        self.register_buffer("done", torch.zeros((), dtype=torch.int64))
        self._model = (model,)  # in a tuple: as a module it would be its own descendant

    def weights(self) -> dict[str, torch.Tensor]:
        """Return the averages by their parameters' names."""
        return {name: self.get_buffer(f"weight_{i}") for i, name in enumerate(self.names)}

    @torch.no_grad()
    def follow(self, progress: Progress, *, momentum: float) -> None:
        """Take in the weights as the last optimizer step left them, once, however many batches a step has.

        Raises `StageError` where a parameter trains that did not when the average began.
        """
        if progress.step <= int(self.done):
            return
        beta = momentum if progress.step <= EARLY * progress.steps else 1 - LATER * (1 - momentum)
        averages = self.weights()
        for name, parameter in self._model[0].named_parameters():
            if name in averages:
                averages[name].lerp_(parameter, 1 - beta)
            elif parameter.requires_grad:
                hint = "give `proximal: false` beside a method that lets layers train by and by"
                raise StageError(f"{name} trains, and did not when the average began", where="smart", hint=hint)
        self.done.fill_(progress.step)

    def call(self, ask: Callable[[], Result]) -> Result:
        """Return what `ask` gives while the model has the averages for its weights; the weights are not written to."""
        averages = {f"model.{name}": weight for name, weight in self.weights().items()}
        answer: Result = torch.func.functional_call(_Asked(self._model[0]), averages, (ask,))
        return answer


class _Asked(torch.nn.Module):
    """A model together with a question: what `functional_call` can call."""

    def __init__(self, model: torch.nn.Module) -> None:
        super().__init__()
        self.model = model

    def forward(self, ask: Callable[[], Any]) -> Any:
        return ask()


def begin(model: PreTrainedModel) -> None:
    """Put an average of `model`'s weights as they are into it, in place of an earlier one."""
    end(model)
    model.add_module(NAME, Average(model))


def end(model: PreTrainedModel) -> None:
    """Take the average out, wherever another method's wrapping left it."""
    for parent in _parents(model):
        delattr(parent, NAME)


def of(model: PreTrainedModel) -> Average:
    """Return the average in `model`."""
    average = next((parent.get_submodule(NAME) for parent in _parents(model)), None)
    assert isinstance(average, Average), "`prepare` was not called"
    return average


def _parents(model: torch.nn.Module) -> Iterator[torch.nn.Module]:
    return iter([module for module in model.modules() if NAME in dict(module.named_children())])
