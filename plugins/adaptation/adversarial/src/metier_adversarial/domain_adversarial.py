"""The adaptation method `domain-adversarial`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ModelInfo, TaskInfo, Use

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Loss


class DomainAdversarialConfig(ComponentConfig):
    """Options of `domain-adversarial`."""

    weight: float = Field(1.0, gt=0)
    """How strongly features are pushed to be alike at the end of the training; it rises from 0 (the paper's λ times
    this). The domain classifier itself always learns in full."""
    features: Literal["token", "mean"] = "token"
    """What of a text must be alike: the state of the `token` that heads for whole texts read (the first of an encoder,
    the last of a decoder), or the `mean` over all its tokens."""
    max_length: int = Field(128, ge=8)
    """Tokens of a corpus text at most; of a longer one a passage is read, another one each time."""


class DomainAdversarial(AdaptationMethod):
    """Trains features that do not tell the task's texts from the corpus, so that what they teach holds for both."""

    name: ClassVar[str] = "domain-adversarial"
    Config: ClassVar[type[ComponentConfig]] = DomainAdversarialConfig
    config: DomainAdversarialConfig

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Serve encoders and decoders: of a model that is both, it is not told which features are to be alike."""
        if model.architecture == "encoder-decoder":
            return "it makes the features of an encoder or a decoder alike, and this model is both"
        return None

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse itself twice."""
        if any(other.name == self.name for other in others):
            return f"there is another `{self.name}`, and a model has one domain classifier"
        return None

    def needs_corpus(self) -> bool:
        """Always: the corpus is the other domain."""
        return True

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Add the domain classifier, which trains with the model. Raises `StageError` where the corpus has no text."""
        from metier_adversarial._domain import check
        from metier_adversarial._domain_classifier import add_classifier

        check(stage.corpus)
        add_classifier(model, size=stage.info.hidden_size, seed=stage.seed)
        return model

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the task's loss and the domain classifier's, added; towards the features the second is reversed."""
        from metier_adversarial._domain import domain_adversarial

        config = self.config
        return domain_adversarial(
            loss, stage, weight=config.weight, features=config.features, max_length=config.max_length
        )

    def finish(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Take the domain classifier out."""
        from metier_adversarial._domain_classifier import remove_classifier

        remove_classifier(model)
        return model
