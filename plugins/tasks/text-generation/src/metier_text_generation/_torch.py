"""The model, and the objective that trains it; everything that imports torch or transformers is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Self

import numpy as np
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSeq2SeqLM, GenerationConfig

from metier.components import TaskObjective
from metier.training.language_head import has_linear_head, loss_at_labels
from metier.training.packing import keeps_apart, together
from metier.training.padding import pad, pad_token_id
from metier.training.tokenizers import load_tokenizer
from metier_text_generation._constraints import answer_rules, choices_only
from metier_text_generation._inputs import IGNORED, to_answer, to_learn
from metier_text_generation._rectangles import UNSAID, until_end
from metier_text_generation.answering import AnswerTokens
from metier_text_generation.encoding import encoded
from metier_text_generation.fields import filled
from metier_text_generation.options import Options

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json

PLACES = ("source", "start", "given", "room")
"""Columns of examples that are numbers."""


def build(path: Path, options: Options) -> PreTrainedModel:
    """Return the language model at `path`, in float32.

    How it is to generate, and where to stop, is kept with it, and nothing else is of what it came with.
    """
    auto: Any = AutoModelForSeq2SeqLM if AutoConfig.from_pretrained(path).is_encoder_decoder else AutoModelForCausalLM
    model: PreTrainedModel = auto.from_pretrained(path, dtype=torch.float32)
    if (path / "tokenizer_config.json").is_file():
        tokenizer = load_tokenizer(path)
        before: Any = model.generation_config
        model.config.pad_token_id = pad_token_id(tokenizer)
        model.generation_config = GenerationConfig(
            do_sample=False,
            num_beams=options.num_beams,
            bos_token_id=before.bos_token_id,
            decoder_start_token_id=before.decoder_start_token_id,
            eos_token_id=sorted(AnswerTokens(options, tokenizer).ends),
            pad_token_id=pad_token_id(tokenizer),
        )
    return model


@dataclass(frozen=True)
class AnswerObjective(TaskObjective):
    """Cross-entropy over the tokens of answers, the end of each included; predictions are generated."""

    adds_tokens: ClassVar[bool] = False

    options: Options
    linear_head: bool = False
    """Whether the loss may be computed without logits; see `has_linear_head`."""
    packs: bool = False
    """Whether rows are laid into fewer ones, which the model keeps apart by their positions."""

    def fitted_to(self, model: PreTrainedModel) -> Self:
        """Return the objective without logits, and with packed rows, where that is the same for `model`."""
        packs = not model.config.is_encoder_decoder and keeps_apart(model)
        return replace(self, linear_head=has_linear_head(model), packs=packs)

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return `input_ids`, prompt and answer, and where the parts begin; see `Example`."""
        return encoded(rows, self.options, tokenizer, max_length)

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return token ids and mask (batch, sequence), padded on the right, where parts begin (batch,), and `labels`.

        `labels` (batch, sequence) are at each place the token that comes next, where that is of an answer.
        """
        ids, mask = pad([one["input_ids"] for one in examples], value=pad_token_id(tokenizer))
        batch = {"input_ids": ids, "attention_mask": mask}
        batch |= {name: torch.tensor([int(one[name]) for one in examples]) for name in PLACES}
        following = torch.arange(1, ids.shape[1] + 1)[None]
        answered = (following >= batch["start"][:, None]) & (following < mask.sum(dim=1, keepdim=True))
        batch["labels"] = torch.where(answered, ids.roll(-1, dims=1), IGNORED)
        if self.options.choices:
            batch["choices"], _ = pad(list(AnswerTokens(self.options, tokenizer).choices()), value=UNSAID)
        return batch

    def items(self, batch: Batch) -> int:
        """Return the tokens of answers."""
        return int((batch["labels"] != IGNORED).sum())

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the cross-entropy, summed over tokens of answers; the head is computed for those alone."""
        inputs, labels = to_learn(model, batch)
        if self.packs:
            inputs = together({**inputs, "labels": labels})
            labels = inputs.pop("labels")
        return loss_at_labels(model, {**inputs, "use_cache": False}, labels, linear_head=self.linear_head)

    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return (batch, 2 + new tokens), float64: what `log_loss` has, then the ids of generated tokens, -1 behind
        each answer's end.
        """
        inputs, before = to_answer(model, batch)
        generated: Any = model.generate(  # type: ignore[operator]
            **inputs,
            max_new_tokens=int(batch["room"][0]),
            logits_processor=answer_rules(self.options, given=before),
            prefix_allowed_tokens_fn=choices_only(batch.get("choices"), given=before),
        )
        ends: Any = model.generation_config.eos_token_id
        return torch.cat([self.log_loss(model, batch), until_end(generated[:, before:], ends).double()], dim=1)

    def log_loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the log loss of each true answer, summed over its tokens, and how many they are: (batch, 2), float64.

        Both are 0 where the answer is not known.
        """
        inputs, labels = to_learn(model, batch)
        asked = labels != IGNORED
        found = torch.zeros(len(labels), 2, dtype=torch.float64, device=labels.device)
        if asked.any():
            each = loss_at_labels(model, {**inputs, "use_cache": False}, labels, reduction="none")
            found[:, 0].index_add_(0, asked.nonzero()[:, 0], each.double())
            found[:, 1] = asked.sum(dim=1)
        return found

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return `text`, whether the model ended it itself (`finished`), and what `fields` hold where there are any.

        Where the true answer is known, also its `log_loss` and its `tokens`.
        """
        answers = AnswerTokens(self.options, tokenizer)
        choices = answers.choices()
        found: list[Mapping[str, Json]] = []
        for log_loss, count, *row in outputs.tolist():
            tokens = [int(token) for token in row if token != UNSAID]
            finished = bool(tokens) and tokens[-1] in answers.ends
            whole = tokens[:-1] if finished else tokens
            said = str(tokenizer.decode(whole, skip_special_tokens=True, clean_up_tokenization_spaces=False))
            text = choices.get(tuple(tokens)) or (self.options.prefix + said.strip()).strip()
            fields = {"fields": filled(text, self.options.fields)} if self.options.fields else {}
            known = {"log_loss": round(log_loss, 4), "tokens": int(count)} if count else {}
            found.append({"text": text, "finished": finished, **fields, **known})
        return found
