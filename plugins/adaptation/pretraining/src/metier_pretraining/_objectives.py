"""Picks the objective that a model was pretrained with."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from metier.components import MethodContext
from metier.errors import StageError
from metier_pretraining._causal import NextWords
from metier_pretraining._language_modelling import LanguageModelling
from metier_pretraining._lexicon import surface_forms
from metier_pretraining._masked import MaskedWords
from metier_pretraining._spans import CorruptedSpans, sentinels_of

if TYPE_CHECKING:
    from metier_pretraining.continued_pretraining import ContinuedPretrainingConfig

__all__ = ["LanguageModelling", "objective_for"]

logger = logging.getLogger("metier")
WHERE = "continued-pretraining"
# fmt: off
POSITIONS_AFTER_PADDING = frozenset({
    "camembert", "data2vec-text", "ibert", "longformer", "mpnet", "roberta", "roberta-prelayernorm", "xlm-roberta",
    "xlm-roberta-xl", "xmod",
})
# fmt: on
"""Encoders that count positions from behind their padding token's number, 1: two fewer than they have are for text."""


def objective_for(config: ContinuedPretrainingConfig, stage: MethodContext) -> LanguageModelling:
    """Return the objective that the stage's model was pretrained with, in blocks that it has positions for.

    Raises `StageError` where the tokenizer lacks the tokens that it needs, or the industry a lexicon that is asked for.
    """
    size, grouping, tokenizer = block_size(config, stage), config.grouping, stage.tokenizer
    if stage.info.architecture == "decoder":
        return NextWords(block_size=size, grouping=grouping)
    if stage.info.architecture == "encoder-decoder":
        sentinels = sentinels_of(tokenizer)
        if not sentinels:
            _refuse("the tokenizer has no tokens for gaps in a text (<extra_id_0>, …), as T5's has")
        return CorruptedSpans(
            block_size=size, grouping=grouping, probability=config.mlm_probability, sentinels=sentinels
        )
    if tokenizer.mask_token_id is None:
        _refuse("the tokenizer has no mask token")
    return MaskedWords(
        block_size=size,
        grouping=grouping,
        probability=config.mlm_probability,
        masking=config.masking,
        lexicon=lexicon_of(stage) if config.masking == "lexicon" else (),
    )


def block_size(config: ContinuedPretrainingConfig, stage: MethodContext) -> int:
    """Return the tokens of a block: as many as are asked for and the model has positions for."""
    positions = stage.info.max_length or config.block_size
    if stage.info.model_type in POSITIONS_AFTER_PADDING:
        positions -= 2
    size = min(config.block_size, positions, stage.tokenizer.model_max_length)
    if size < config.block_size:
        logger.info("%s: blocks of %d tokens, not %d: the model reads no more at once", WHERE, size, config.block_size)
    return size


def lexicon_of(stage: MethodContext) -> tuple[str, ...]:
    """Return how the terms of the stage's industry are written."""
    forms = surface_forms(stage.industry.lexicon()) if stage.industry else ()
    if not forms:
        hint = "name an `industry` that has a lexicon, or choose `masking: whole-word`"
        what = "has no terms" if stage.industry else "is missing: the recipe names no industry"
        raise StageError(f"`masking: lexicon` needs a lexicon, which {what}", where=WHERE, hint=hint)
    return forms


def _refuse(what: str) -> None:
    raise StageError(what, where=WHERE, hint="choose another model, or leave continued-pretraining out")
