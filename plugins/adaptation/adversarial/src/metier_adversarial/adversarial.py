"""The adaptation method `adversarial`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import ConfigDict, Field, ValidationInfo, field_validator

from metier.components import AdaptationMethod, ComponentConfig, MethodContext
from metier.values import ModelInfo, ParameterGroup, TaskInfo, Use
from metier_adversarial.attacks import COMPARING, DEFAULTS, AttackName, Option

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Loss


class AdversarialConfig(ComponentConfig):
    """Options of `adversarial`: those of the chosen attack; the others stay empty."""

    model_config = ConfigDict(validate_default=True)

    attack: AttackName = "fgm"
    """How texts are perturbed, or what else keeps answers alike: `fgm`, `pgd`, `free` and `freelb` raise the loss;
    `smart` and `vat` change the answer, labels aside; `r-drop` draws another dropout mask; `neftune` adds noise."""
    epsilon: float | None = Field(None, gt=0)
    """Euclidean length that a text's perturbation may have, all its tokens together.
    Default: fgm, pgd, smart, vat 0.1; free, freelb 0.6."""
    steps: int | None = Field(None, ge=1)
    """How often the perturbation is bettered; for `free` how often a batch is replayed, for `vat` power iterations.
    Default: pgd, free, freelb 3; smart, vat 1."""
    step_size: float | None = Field(None, gt=0)
    """Euclidean length of one such step. Default: pgd 0.03; freelb, smart 0.1."""
    start: Literal["zero", "random"] | None = None
    """Where the ascent starts: at the text itself, or at a random place within `epsilon`. Default: pgd zero."""
    start_size: float | None = Field(None, gt=0)
    """Euclidean length of the random perturbation from which the ascent starts: at the text itself no direction is
    worse than another. Default: smart, vat 0.01."""
    clean: bool | None = None
    """Whether the loss of the text as it is counts too. Default: pgd false."""
    weight: float | None = Field(None, gt=0)
    """Weight of the perturbed text's loss beside the plain one; for `smart`, `vat` and `r-drop` of the difference
    between two answers. Default: fgm, pgd, smart, vat, r-drop 1.0."""
    proximal: bool | None = None
    """Whether answers are held near those of the weights' moving average (Bregman proximal point); costs a copy of
    the weights. Default: smart true."""
    proximal_weight: float | None = Field(None, gt=0)
    """Weight of the difference to the moving average's answers. Default: smart 1.0."""
    momentum: float | None = Field(None, ge=0, lt=1)
    """Share that the moving average keeps of itself at a step; a tenth into the training its distance to 1 shrinks to
    a tenth (0.99 becomes 0.999). Default: smart 0.99."""
    alpha: float | None = Field(None, gt=0)
    """Scale of the noise: each number is at most this, divided by the root of words times embedding size.
    Default: neftune 5.0."""

    @field_validator("*", mode="after")
    @classmethod
    def _belongs_to_the_attack(cls, value: Option | None, field: ValidationInfo) -> Option | None:
        """Return the attack's default for an option not given; refuse one that it does not have."""
        name, attack = str(field.field_name), field.data.get("attack")
        if name == "attack" or attack is None:
            return value
        options = DEFAULTS[attack]
        if value is None:
            return options.get(name)
        if name not in options:
            raise ValueError(f"the attack {attack} has no option '{name}': it has {', '.join(options)}")
        return value

    def chosen(self) -> Mapping[str, Option]:
        """Return the chosen attack's options."""
        return {name: getattr(self, name) for name in DEFAULTS[self.attack]}


class Adversarial(AdaptationMethod):
    """Trains on word embeddings shifted to where the loss, or the answer, changes most."""

    name: ClassVar[str] = "adversarial"
    reads_states: ClassVar[bool] = False
    Config: ClassVar[type[ComponentConfig]] = AdversarialConfig
    config: AdversarialConfig

    @property
    def reads_vocabulary(self) -> bool:
        """Return whether the moving average of all weights is kept; nothing else leaves the batch."""
        return bool(self.config.proximal)

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        """Refuse a task whose model gives vectors and no logits, where the attack compares those."""
        if self.config.attack in COMPARING and task.name == "embedding":
            return f"{self.config.attack} compares distributions over labels, and the task {task.name} has none"
        return None

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse a second attack: each would count the other's passes as its own."""
        if any(other.name == self.name for other in others):
            return "there is another `adversarial`, and two attacks would perturb each other's passes"
        return None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Begin the moving average of `smart`; change nothing else."""
        if self.config.proximal:
            from metier_adversarial import _average

            _average.begin(model)
        return model

    def parameter_groups(self, model: PreTrainedModel, stage: MethodContext) -> Sequence[ParameterGroup]:
        """Return none; begin the moving average anew, now that every method has chosen what trains."""
        self.prepare(model, stage)
        return ()

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the loss that the attack trains on."""
        from metier_adversarial import _attacks

        return _attacks.wrap(loss, stage, attack=self.config.attack, options=self.config.chosen())

    def finish(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Take the moving average out of the model."""
        if self.config.proximal:
            from metier_adversarial import _average

            _average.end(model)
        return model
