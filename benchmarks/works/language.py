"""Language modelling on ICD-10-CM descriptions: masked words by an encoder, next words by a decoder."""

from __future__ import annotations

import itertools
from typing import Any, ClassVar

import torch
from datasets import Dataset
from transformers import (
    AutoModelForCausalLM,
    AutoModelForMaskedLM,
    DataCollatorForLanguageModeling,
    default_data_collator,
)

from metier.components import Objective
from metier_medical.sampling import descriptions
from metier_pretraining._objectives import objective_for
from metier_pretraining.continued_pretraining import ContinuedPretrainingConfig
from works.work import Work

TEXTS = 16
"""Descriptions that make a document."""


class MaskedLanguage(Work):
    """Blocks of 128 tokens, 15 % of them hidden."""

    name: ClassVar[str] = "masked-lm"
    title: ClassVar[str] = "masked language model, blocks of 128"
    documents: ClassVar[int] = 160
    block: ClassVar[int] = 128
    epochs: float = 1
    batch: ClassVar[int] = 16

    def rows(self) -> tuple[Dataset, Dataset]:
        """Return documents of neighbouring codes; every tenth is held out."""
        wanted = (self.documents + self.documents // 10) * TEXTS
        texts = [text for _, text in itertools.islice(descriptions(), wanted)]
        joined = [". ".join(texts[start : start + TEXTS]) for start in range(0, len(texts), TEXTS)]
        rows = [{"id": str(i), "text": text} for i, text in enumerate(joined)]
        return Dataset.from_list([row for i, row in enumerate(rows) if i % 11]), Dataset.from_list(rows[::11])

    def build(self) -> Any:
        """Return the encoder with a new, tied head."""
        return AutoModelForMaskedLM.from_pretrained(self.local.path, dtype=torch.float32)

    def objective(self) -> Objective:
        """Return the objective of continued pretraining, fitted to the model as that fits it, hiding what the library
        hides.
        """
        return objective_for(ContinuedPretrainingConfig(block_size=self.block, masking="token"), self.stage).fitted_to(
            self.model
        )

    def encoded(self) -> tuple[Dataset, Any]:
        """Return concatenated blocks, as transformers' run_mlm and run_clm examples make them."""
        ids = [one for ids in self.tokenizer(list(self.train["text"]))["input_ids"] for one in ids]
        blocks = [ids[start : start + self.block] for start in range(0, len(ids) - self.block + 1, self.block)]
        return Dataset.from_list([{"input_ids": one} for one in blocks]), self.collator()

    def collator(self) -> Any:
        """Return the library's own masking."""
        return DataCollatorForLanguageModeling(self.tokenizer, mlm_probability=0.15)

    def judge(self, model: Any) -> dict[str, float]:
        """Return the loss at one in seven tokens of the held-out documents, hidden."""
        model.eval()
        total, count = 0.0, 0
        for text in self.held_out["text"]:
            ids = self.tokenizer(text, truncation=True, max_length=self.block, return_tensors="pt")["input_ids"]
            hidden = torch.arange(ids.shape[1]) % 7 == 3
            masked = ids.clone()
            masked[:, hidden] = self.tokenizer.mask_token_id
            with torch.no_grad():
                logits = model(input_ids=masked.to(model.device)).logits.float().cpu()
            total += torch.nn.functional.cross_entropy(logits[0, hidden], ids[0, hidden], reduction="sum").item()
            count += int(hidden.sum())
        return {"loss": total / count}


class CausalLanguage(MaskedLanguage):
    """SmolLM2-135M on blocks of 256 tokens."""

    name: ClassVar[str] = "causal-lm"
    title: ClassVar[str] = "causal language model, SmolLM2-135M, blocks of 256"
    model_name: ClassVar[str] = "smollm2"
    documents: ClassVar[int] = 60
    block: ClassVar[int] = 256
    batch: ClassVar[int] = 4
    learning_rate: ClassVar[float] = 2e-5

    def build(self) -> Any:
        """Return the decoder."""
        return AutoModelForCausalLM.from_pretrained(self.local.path, dtype=torch.float32)

    def collator(self) -> Any:
        """Return blocks whose labels are themselves."""

        def collate(examples: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
            return default_data_collator([{**one, "labels": one["input_ids"]} for one in examples])

        return collate

    def judge(self, model: Any) -> dict[str, float]:
        """Return the loss of the held-out documents' next words, each document by itself."""
        model.eval()
        total, count = 0.0, 0
        for text in self.held_out["text"]:
            ids = self.tokenizer(text, truncation=True, max_length=self.block, return_tensors="pt")["input_ids"]
            with torch.no_grad():
                logits = model(input_ids=ids.to(model.device)).logits[0, :-1].float().cpu()
            total += torch.nn.functional.cross_entropy(logits, ids[0, 1:], reduction="sum").item()
            count += ids.shape[1] - 1
        return {"loss": total / count}
