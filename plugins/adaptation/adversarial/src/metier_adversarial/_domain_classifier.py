"""The domain classifier, and the reversal of its gradient; a part of the model while that trains."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch

from metier.errors import StageError

if TYPE_CHECKING:
    from transformers import PreTrainedModel

NAME = "domain_classifier"
"""The name under which the classifier is a part of the model while it trains."""
WHERE = "domain-adversarial"


class ReverseGradient(torch.autograd.Function):
    """Passes features on as they are, and their gradient times -λ (section 4.2, equations 16 and 17)."""

    @staticmethod
    def forward(context: Any, features: torch.Tensor, scale: float) -> torch.Tensor:
        """Return the features."""
        context.scale = scale
        return features.view_as(features)

    @staticmethod
    def backward(context: Any, gradient: torch.Tensor) -> tuple[torch.Tensor, None]:
        """Return the gradient reversed."""
        return -context.scale * gradient, None


def reversed_gradient(features: torch.Tensor, scale: float) -> torch.Tensor:
    """Return `features`, whose gradient will arrive times `-scale`."""
    found: torch.Tensor = ReverseGradient.apply(features, scale)  # type: ignore[no-untyped-call]
    return found


class DomainClassifier(torch.nn.Module):
    """Tells by a text's features whether it is from the corpus: one hidden layer, as wide as the features."""

    def __init__(self, size: int) -> None:
        super().__init__()
        self.hidden = torch.nn.Linear(size, size)
        self.output = torch.nn.Linear(size, 1)

    def forward(self, features: torch.Tensor) -> torch.Tensor:
        """Return logits (texts,) of features (texts, hidden)."""
        logits: torch.Tensor = self.output(torch.relu(self.hidden(features))).squeeze(-1)
        return logits


def add_classifier(model: PreTrainedModel, *, size: int, seed: int) -> None:
    """Make a new domain classifier a part of the model, so that optimizer and checkpoints have it."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        classifier = DomainClassifier(size)
    model.add_module(NAME, classifier.to(next(model.parameters()).device))


def classifier_of(model: PreTrainedModel) -> DomainClassifier:
    """Return the model's domain classifier; raises `StageError` where it is not there or does not train."""
    found = next((one for one in model.modules() if isinstance(one, DomainClassifier)), None)
    if found is None or not all(parameter.requires_grad for parameter in found.parameters()):
        hint = "put domain-adversarial after the methods that freeze or wrap the model"
        what = "is not in the model" if found is None else "is frozen"
        raise StageError(f"the domain classifier {what}", where=WHERE, hint=hint)
    return found


def remove_classifier(model: torch.nn.Module) -> None:
    """Take the domain classifier out, wherever another method's wrapping left it."""
    for parent in [module for module in model.modules() if NAME in dict(module.named_children())]:
        delattr(parent, NAME)
