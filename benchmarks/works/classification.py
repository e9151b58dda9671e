"""Classification of ICD-10-CM diagnoses: short texts, documents, and with methods that act while a task trains."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

import torch
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, DataCollatorWithPadding, Trainer

from metier.components import Objective
from metier_classification.classification import TextClassification
from metier_medical.sampling import diagnoses
from works.work import Work

JOINED = 4
"""Descriptions of one chapter that make a document."""
EPSILON, STEP_SIZE = 0.6, 0.1
"""Of FreeLB: radius of the perturbation and length of a step, as metier's defaults have them."""


class ShortTexts(Work):
    """Descriptions of about 13 tokens."""

    name: ClassVar[str] = "short-texts"
    title: ClassVar[str] = "encoder, short texts"

    def rows(self) -> tuple[Dataset, Dataset]:
        """Return the labelled rows of the recipe `medical/diagnosis-chapter`."""
        parts = [
            [{"id": one.code, "text": one.text, "label": one.label} for one in diagnoses(side)]
            for side in ("train", "test")
        ]
        known = {row["label"] for row in parts[0]}
        return Dataset.from_list(parts[0]), Dataset.from_list([row for row in parts[1] if row["label"] in known])

    @property
    def labels(self) -> list[str]:
        """The labels, in the order of the outputs."""
        return sorted(set(self.train["label"]))

    def build(self) -> Any:
        """Return the encoder with transformers' own head."""
        names = {"id2label": dict(enumerate(self.labels)), "label2id": {one: i for i, one in enumerate(self.labels)}}
        model: Any = AutoModelForSequenceClassification.from_pretrained(
            self.local.path, num_labels=len(self.labels), dtype=torch.float32, **names
        )
        model.config.pad_token_id = self.tokenizer.pad_token_id
        return model

    def objective(self) -> Objective:
        """Return the task head's objective."""
        head = TextClassification()
        return head.objective(head.learn(self.train))

    def encoded(self) -> tuple[Dataset, Any]:
        """Return tokenised rows, padded batch by batch."""
        index = {label: i for i, label in enumerate(self.labels)}

        def encode(rows: dict[str, Any]) -> dict[str, Any]:
            encoded = self.tokenizer(rows["text"], truncation=True, max_length=self.max_length)
            return {**encoded, "labels": [index[label] for label in rows["label"]]}

        data = self.train.map(encode, batched=True, remove_columns=self.train.column_names)
        return data, DataCollatorWithPadding(self.tokenizer)

    def judge(self, model: Any) -> dict[str, float]:
        """Return cross-entropy a row and accuracy."""
        index = {label: i for i, label in enumerate(self.labels)}
        model.eval()
        loss, right = 0.0, 0
        for start in range(0, len(self.held_out), 64):
            rows = self.held_out[start : start + 64]
            inputs = self.tokenizer(
                rows["text"], truncation=True, max_length=self.max_length, padding=True, return_tensors="pt"
            ).to(model.device)
            targets = torch.tensor([index[label] for label in rows["label"]], device=model.device)
            with torch.no_grad():
                logits = model(**inputs).logits.float()
            loss += torch.nn.functional.cross_entropy(logits, targets, reduction="sum").item()
            right += int((logits.argmax(1) == targets).sum())
        return {"loss": loss / len(self.held_out), "accuracy": right / len(self.held_out)}


class Documents(ShortTexts):
    """Four descriptions of a chapter joined, about 50 tokens."""

    name: ClassVar[str] = "documents"
    title: ClassVar[str] = "encoder, documents"
    epochs: float = 2

    def rows(self) -> tuple[Dataset, Dataset]:
        """Return each row joined with the three that follow it in its chapter."""
        return tuple(_joined(part) for part in super().rows())  # type: ignore[return-value]


class CachedLayers(ShortTexts):
    """The top two of six layers."""

    name: ClassVar[str] = "partial-layers"
    title: ClassVar[str] = "top 2 of 6 layers, short texts"
    epochs: float = 3
    methods: ClassVar[Sequence[tuple[str, Mapping[str, Any]]]] = (("partial-layers", {"train": "top-2"}),)

    def plain_model(self) -> Any:
        """Freeze by hand."""
        self.model.bert.embeddings.requires_grad_(False)
        self.model.bert.encoder.layer[:4].requires_grad_(False)
        return self.model


class LowRank(ShortTexts):
    """SmolLM2-135M with LoRA on every linear layer."""

    name: ClassVar[str] = "lora"
    title: ClassVar[str] = "LoRA on all linear layers, SmolLM2-135M"
    model_name: ClassVar[str] = "smollm2"
    epochs: float = 0.25
    batch: ClassVar[int] = 16
    methods: ClassVar[Sequence[tuple[str, Mapping[str, Any]]]] = (("lora", {"rank": 8}),)

    def plain_model(self) -> Any:
        """Wrap by PEFT, as its users do."""
        from peft import LoraConfig, get_peft_model

        self.model = get_peft_model(
            self.model, LoraConfig(task_type="SEQ_CLS", r=8, lora_alpha=16, target_modules="all-linear")
        )
        return self.model


class Adversarial(ShortTexts):
    """FreeLB with three ascent steps."""

    name: ClassVar[str] = "freelb"
    title: ClassVar[str] = "FreeLB-3, short texts"
    epochs: float = 2
    methods: ClassVar[Sequence[tuple[str, Mapping[str, Any]]]] = (("adversarial", {"attack": "freelb", "steps": 3}),)

    class FreeLB(Trainer):
        """The attack as it is usually written: a whole forward and backward pass for each ascent step, words alone
        perturbed, the dropout masks of the first (section 3.3).
        """

        def training_step(self, model: Any, inputs: Any, num_items_in_batch: Any = None) -> torch.Tensor:
            """Add the gradient of three perturbed passes (Zhu et al. 2020, algorithm 1)."""
            model.train()
            inputs = self._prepare_inputs(inputs)
            ids, words = inputs.pop("input_ids"), model.get_input_embeddings()
            special = torch.tensor(self.processing_class.all_special_ids, device=ids.device)
            mask = (~torch.isin(ids, special))[:, :, None].float()
            size = (mask.sum(1, keepdim=True) * words.weight.shape[1]).sqrt()
            noise = torch.empty(*ids.shape, words.weight.shape[1], device=ids.device)
            noise = noise.uniform_(-EPSILON, EPSILON) * mask / size
            masks = torch.get_rng_state()
            for _ in range(3):
                torch.set_rng_state(masks)
                noise.requires_grad_()
                loss = model(inputs_embeds=words(ids) + noise, **inputs).loss / 3
                loss.backward()
                ascent = noise.grad * mask / (noise.grad * mask).flatten(1).norm(dim=1).clamp_min(1e-12)[:, None, None]
                noise = (noise + STEP_SIZE * ascent).detach()
                noise *= (EPSILON / noise.flatten(1).norm(dim=1).clamp_min(1e-12)).clamp_max(1)[:, None, None]
            return loss.detach() * 3

    trainer_class = FreeLB


def _joined(rows: Dataset) -> Dataset:
    """Return documents of `JOINED` rows of one label; each row begins one."""
    by_label: dict[str, list[str]] = {}
    for row in rows:
        by_label.setdefault(row["label"], []).append(row["text"])
    made = [
        {"id": f"{label}:{i}", "text": "; ".join(texts[(i + k) % len(texts)] for k in range(JOINED)), "label": label}
        for label, texts in by_label.items()
        for i in range(len(texts))
    ]
    return Dataset.from_list(made)
