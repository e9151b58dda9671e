"""Extends the tokenizer by the words of the texts that a model is to be trained on."""

from __future__ import annotations

import itertools
import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING

from metier.components import MethodContext
from metier.errors import StageError
from metier_pretraining._corpora import Phase
from metier_pretraining._tokenizers import New, add_words
from metier_pretraining._vocabulary import shattered_words

if TYPE_CHECKING:
    from metier_pretraining.continued_pretraining import ContinuedPretrainingConfig

logger = logging.getLogger("metier")


def new_words(config: ContinuedPretrainingConfig, stage: MethodContext, texts: Sequence[Phase]) -> New:
    """Add the texts' words to the stage's tokenizer, and return the new tokens; none where none are asked for.

    Raises `StageError` where there is no word to add.
    """
    if config.new_words == 0:
        return {}
    batches = (batch["text"] for phase in texts for batch in phase.training.iter(batch_size=1000))
    minimum = config.new_word_minimum
    ranked = shattered_words(itertools.chain.from_iterable(batches), stage.tokenizer, minimum=minimum)
    words, new = add_words(stage.tokenizer, ranked, number=config.new_words)
    if not words:
        message = f"no word that stands in the corpus at least {minimum} times comes in pieces: there is none to add"
        hint = "lower `new_word_minimum`, give more text, or leave `new_words` out"
        raise StageError(message, where="continued-pretraining: new_words", hint=hint)
    logger.info(
        "continued-pretraining: %d new words (%s, …), %d tokens; the texts are %d tokens shorter",
        len(words), ", ".join(word.text for word in words[:5]), len(new), sum(word.saved for word in words),
    )  # fmt: skip
    return new
