"""The adaptation method `lexical-substitution`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from metier.components import AdaptationMethod, ComponentConfig, Industry, MethodContext
from metier.errors import StageError
from metier.values import Use

if TYPE_CHECKING:
    from transformers import PreTrainedModel

    from metier.components.objective import Loss


class LexicalSubstitutionConfig(ComponentConfig):
    """Options of `lexical-substitution`."""

    candidates: Literal["synonyms", "category"] = "synonyms"
    """What may take a term's place: its `synonyms` in the industry's lexicon, or any other term of its `category` too.
    The second changes what a text says: ask for it only where your labels do not depend on which term it is."""
    spelling: bool = True
    """Whether British and American spelling and hyphens are exchanged too, in terms and in other words."""
    rate: float = Field(0.5, gt=0, le=1)
    """Share of a text's places that are replaced at most, rounded up; only where the loss is expected to rise."""
    weight: float = Field(1.0, gt=0)
    """Weight of the changed texts' loss beside the plain one."""
    hold_out: bool = True
    """Whether a third of the forms, always the same, is never put in, so that `robustness` can judge by these."""


class LexicalSubstitution(AdaptationMethod):
    """Trains on texts with terms exchanged for the synonyms that the model takes worst, beside the plain texts."""

    name: ClassVar[str] = "lexical-substitution"
    reads_states: ClassVar[bool] = False
    Config: ClassVar[type[ComponentConfig]] = LexicalSubstitutionConfig
    config: LexicalSubstitutionConfig

    def conflicts(self, others: Sequence[Use]) -> str | None:
        """Refuse a second attack: a pass of the one would be of other texts than the other chose by. Noise is none."""
        if any(other.name == self.name for other in others):
            return f"there is another `{self.name}`, and each would change the texts that the other chose by"
        if any(other.name == "adversarial" and other.options.get("attack") != "neftune" for other in others):
            return "it changes the texts of a batch, and the passes of `adversarial` must be of the same texts"
        return None

    def lacks(self, industry: Industry | None) -> str | None:
        """Return why nothing in the industry's lexicon can be exchanged."""
        from metier_adversarial._candidates import lexicon_of

        try:
            lexicon_of(industry, kind=self.config.candidates)
        except StageError as error:
            return "; ".join(f"{problem.message} ({problem.hint})" for problem in error.problems)
        return None

    def prepare(self, model: PreTrainedModel, stage: MethodContext) -> PreTrainedModel:
        """Look at the industry's lexicon. Raises `StageError` where nothing in it can be exchanged."""
        from metier_adversarial._candidates import lexicon_of

        lexicon_of(stage.industry, kind=self.config.candidates)
        return model

    def wrap_loss(self, loss: Loss, stage: MethodContext) -> Loss:
        """Return the plain loss and that of the changed texts, added."""
        from metier_adversarial._candidates import exchanges, lexicon_of, only
        from metier_adversarial._matching import Matcher
        from metier_adversarial._substitution import worst_substitution

        config = self.config
        terms = lexicon_of(stage.industry, kind=config.candidates)
        found = exchanges(terms, kind=config.candidates, spelling=config.spelling)
        matcher = Matcher(stage.tokenizer, only(found, held_out=False) if config.hold_out else found)
        return worst_substitution(loss, stage, matcher=matcher, rate=config.rate, weight=config.weight)
