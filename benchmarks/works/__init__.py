"""What the training benchmark trains: each work the same thing by `transformers.Trainer` and by metier."""

from works.classification import Adversarial, CachedLayers, Documents, LowRank, ShortTexts
from works.language import CausalLanguage, MaskedLanguage
from works.work import Work

WORKS: dict[str, type[Work]] = {
    one.name: one for one in (ShortTexts, Documents, CachedLayers, MaskedLanguage, CausalLanguage, LowRank, Adversarial)
}
"""By name, in the order of the table."""
