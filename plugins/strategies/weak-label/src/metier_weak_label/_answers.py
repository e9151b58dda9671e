"""How likely a language model finds each of several answers to a prompt; everything that imports torch is here.

An answer's likelihood is the mean log-probability of its tokens as the prompt's continuation (Brown et al. 2020,
*Language Models are Few-Shot Learners*, section 2.4), so that long answers are no worse than short ones. The
likelihoods of all answers are normalised. A model likes some answers whatever is asked: contextual calibration (Zhao et
al. 2021, *Calibrate Before Use*, section 5) divides by the probabilities that it gives where the text says nothing. The
paper then takes the largest; normalised again, the quotients are probabilities to compare with a `confidence`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

from metier.errors import StageError
from metier.training.quiet import quiet_transformers
from metier.training.tokenizers import load_tokenizer
from metier.values import LocalModel
from metier_weak_label._prompt_tokens import PromptTokens
from metier_weak_label.options import PromptConfig

if TYPE_CHECKING:
    from transformers import PreTrainedModel

CONTENT_FREE = ("N/A", "[MASK]", "")
"""Texts that say nothing, of Zhao et al.; their probabilities are averaged."""
ROWS = 32
TOKENS = 4096
"""Rows, and their tokens, that are read at a time: so that memory is bounded."""


class AnswerScorer:
    """Reads one prompt with many texts, on a CPU in float32."""

    def __init__(self, model: LocalModel, config: PromptConfig, answers: Mapping[str, str], *, where: str) -> None:
        """Raises `StageError` where two answers are the same tokens, or no language model can be loaded."""
        self.config = config
        self.model = _loaded(model, where)
        self.both = bool(self.model.config.is_encoder_decoder)
        tokenizer = load_tokenizer(model.path)
        self.tokens = PromptTokens(config.prompt, tokenizer, ends=self.both, where=where)
        said = self.tokens.alone if self.both else self.tokens.answer
        self.answers = [tuple(said(answer)) for answer in answers.values()]
        _check_apart(dict(zip(answers.values(), self.answers, strict=True)), where)
        bounds = (model.info.max_length, tokenizer.model_max_length)
        self.positions = min(bound for bound in bounds if bound is not None)

    def probabilities(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return the probability of each answer (texts, answers), and which texts are read in part (texts,).

        They are calibrated where the options say so. Raises `StageError` where the prompt alone is too long.
        """
        found, cut = self.normalised(texts)
        if self.config.calibrate:
            found = found / self.content_free
            found /= found.sum(axis=1, keepdims=True)
        return found, cut

    @cached_property
    def content_free(self) -> np.ndarray:
        """The probability of each answer where the text says nothing (answers,)."""
        mean: np.ndarray = self.normalised(CONTENT_FREE)[0].mean(axis=0)
        return mean

    def normalised(self, texts: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Return what `probabilities` does, as the model has it."""
        behind = 0 if self.both else max(map(len, self.answers)) - 1
        encoded = [self.tokens.prompt(text, self.positions - behind) for text in texts]
        prompts = [tokens for tokens, _ in encoded]
        scores = np.empty((len(prompts), len(self.answers)))
        for context, places in self._contexts():
            for rows in _batches(prompts, behind=len(context)):
                logs = self._log_probabilities([prompts[row] for row in rows], context).double().numpy()
                for place in places:
                    answer = self.answers[place]
                    scores[rows, place] = logs[:, range(len(answer)), answer].mean(axis=1)
        likely = np.exp(scores - scores.max(axis=1, keepdims=True))
        return likely / likely.sum(axis=1, keepdims=True), np.array([cut for _, cut in encoded])

    def _contexts(self) -> Iterator[tuple[tuple[int, ...], list[int]]]:
        """Yield tokens to read behind the prompt, and the places of the answers whose tokens they tell of.

        All answers of one token are told of by the prompt alone: it is read once for them.
        """
        starts = {answer[:-1] for answer in self.answers}
        taken: set[int] = set()
        for context in sorted(starts, key=lambda start: (-len(start), start)):
            places = [
                place
                for place, answer in enumerate(self.answers)
                if place not in taken and context[: len(answer) - 1] == answer[:-1]
            ]
            taken.update(places)
            if places:
                yield context, places

    @torch.inference_mode()
    def _log_probabilities(self, prompts: Sequence[Sequence[int]], context: tuple[int, ...]) -> torch.Tensor:
        """Return log-probabilities of what follows prompts of one length (rows, 1 + context, vocabulary)."""
        if self.both:
            start: Any = self.model.generation_config.decoder_start_token_id
            said = torch.tensor([[start, *context]] * len(prompts))
            logits = self.model(input_ids=torch.tensor(prompts), decoder_input_ids=said, use_cache=False).logits
        else:
            ids = torch.tensor([[*prompt, *context] for prompt in prompts])
            logits = self.model(input_ids=ids, logits_to_keep=1 + len(context), use_cache=False).logits
        logs: torch.Tensor = logits.log_softmax(dim=-1)
        return logs


def _batches(prompts: Sequence[Sequence[int]], *, behind: int) -> Iterator[list[int]]:
    """Yield places of prompts of one length, so that none is padded; `behind` tokens follow each."""
    places = sorted(range(len(prompts)), key=lambda place: len(prompts[place]))
    for length, same in groupby(places, key=lambda place: len(prompts[place])):
        some, size = list(same), max(1, min(ROWS, TOKENS // (length + behind)))
        yield from (some[start : start + size] for start in range(0, len(some), size))


def _loaded(model: LocalModel, where: str) -> PreTrainedModel:
    """Return the language model in float32; raises `StageError` where the files hold none."""
    auto: Any = AutoModelForSeq2SeqLM if model.info.architecture == "encoder-decoder" else AutoModelForCausalLM
    hint = "name a language model as it was published, for the prompt: starter:smollm2"
    try:
        with quiet_transformers():
            made, told = auto.from_pretrained(model.path, dtype=torch.float32, output_loading_info=True)
    except (OSError, ValueError) as error:
        reason = str(error).strip().splitlines()[0]
        raise StageError(f"no language model can be loaded: {reason}", where=where, hint=hint) from error
    if told["missing_keys"]:
        missing = ", ".join(sorted(told["missing_keys"])[:3])
        raise StageError(f"the model says no words: {model.path} has no {missing}", where=where, hint=hint)
    loaded: PreTrainedModel = made
    return loaded


def _check_apart(answers: Mapping[str, tuple[int, ...]], where: str) -> None:
    """Raise `StageError` where an answer has no token, or the same as another."""
    for answer, tokens in answers.items():
        same = [other for other in answers if answers[other] == tokens and other != answer]
        if not tokens or same:
            message = f"the model cannot tell the answers '{answer}' and '{same[0]}' apart" if same else ""
            message = message or f"the model has no token for the answer '{answer}'"
            raise StageError(message, where=where, hint="give other `answers`, or a model that knows their language")
