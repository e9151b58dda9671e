"""The arms of the training benchmark, one a process: the same model, rows, batch size and epochs, trained three ways.

    python benchmarks/training_arms.py ARM MODEL ROWS.json SEED EPOCHS BATCH MAX_LENGTH

prints a line of JSON: seconds from rows to trained weights, peak memory, and held-out loss and accuracy in float32.
"""

from __future__ import annotations

import json
import resource
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import torch
from datasets import Dataset
from transformers import AutoModelForSequenceClassification, AutoTokenizer, DataCollatorWithPadding, Trainer
from transformers import TrainingArguments as Arguments

LEARNING_RATE = 1e-4
DECAY = 0.01


def trainer_defaults(work: Work) -> Any:
    """Train with `transformers.Trainer` as it comes, and dynamic padding."""
    return _trainer(work)


def trainer_tuned(work: Work) -> Any:
    """Train with `transformers.Trainer` and an expert's flags: bfloat16, like lengths together, fused AdamW."""
    return _trainer(work, bf16=True, train_sampling_strategy="group_by_length", optim="adamw_torch_fused")


def metier(work: Work) -> Any:
    """Train with metier's engine and its defaults."""
    from metier.builtin.optimizers.adamw import AdamW
    from metier.settings import TrainingSettings
    from metier.training.engine import TrainingEngine
    from metier_classification.classification import TextClassification

    head = TextClassification()
    state = {**head.learn(work.train)}
    settings = {"per_device_train_batch_size": work.batch, "num_train_epochs": work.epochs}
    engine = TrainingEngine(
        tokenizer=work.tokenizer,
        settings=TrainingSettings.model_validate({**settings, "max_length": work.max_length, "save_strategy": "no"}),
        optimizer=AdamW(AdamW.Config(learning_rate=LEARNING_RATE, weight_decay=DECAY)),
        directory=work.folder,
        seed=work.seed,
        log=lambda metrics: None,
    )
    engine.train(head.objective(state), work.model, work.train)
    return engine.trained


def _trainer(work: Work, **flags: Any) -> Any:
    def encode(rows: dict[str, Any]) -> dict[str, Any]:
        encoded = work.tokenizer(rows["text"], truncation=True, max_length=work.max_length)
        return {**encoded, "labels": [work.labels.index(label) for label in rows["label"]]}

    data = work.train.map(encode, batched=True, remove_columns=work.train.column_names)
    arguments = Arguments(
        output_dir=str(work.folder),
        per_device_train_batch_size=work.batch,
        num_train_epochs=work.epochs,
        learning_rate=LEARNING_RATE,
        weight_decay=DECAY,
        warmup_steps=0.1,
        seed=work.seed,
        save_strategy="no",
        report_to="none",
        disable_tqdm=True,
        use_cpu=not torch.cuda.is_available(),
        **flags,
    )
    collator = DataCollatorWithPadding(work.tokenizer)
    Trainer(work.model, arguments, train_dataset=data, data_collator=collator).train()
    return work.model


ARMS: dict[str, Callable[[Work], Any]] = {
    "Trainer, defaults": trainer_defaults,
    "Trainer, tuned": trainer_tuned,
    "metier": metier,
}


class Work:
    """What every arm is given."""

    def __init__(self, model: str, rows: str, seed: int, epochs: float, batch: int, max_length: int) -> None:
        found = json.loads(Path(rows).read_text(encoding="utf-8"))
        self.train, self.held_out = Dataset.from_list(found["train"]), Dataset.from_list(found["held_out"])
        self.labels = sorted(set(self.train["label"]))
        self.seed, self.epochs, self.batch, self.max_length = seed, epochs, batch, max_length
        self.folder = Path(tempfile.mkdtemp())
        self.tokenizer: Any = AutoTokenizer.from_pretrained(model)
        torch.manual_seed(seed)
        names = {"id2label": dict(enumerate(self.labels)), "label2id": {one: i for i, one in enumerate(self.labels)}}
        self.model: Any = AutoModelForSequenceClassification.from_pretrained(
            model, num_labels=len(self.labels), dtype=torch.float32, **names
        )

    def judge(self, model: Any) -> dict[str, float]:
        """Return held-out loss and accuracy, both in float32, of any arm's model."""
        torch.set_float32_matmul_precision("highest")
        model.eval()
        loss, right = 0.0, 0
        for start in range(0, len(self.held_out), 64):
            rows = self.held_out[start : start + 64]
            inputs = self.tokenizer(
                rows["text"], truncation=True, max_length=self.max_length, padding=True, return_tensors="pt"
            ).to(model.device)
            labels = torch.tensor([self.labels.index(label) for label in rows["label"]], device=model.device)
            with torch.no_grad():
                logits = model(**inputs).logits.float()
            loss += torch.nn.functional.cross_entropy(logits, labels, reduction="sum").item()
            right += int((logits.argmax(1) == labels).sum())
        return {"loss": loss / len(self.held_out), "accuracy": right / len(self.held_out)}


def main() -> None:
    """Run one arm."""
    arm, model, rows, seed, epochs, batch, max_length = sys.argv[1:]
    work = Work(model, rows, int(seed), float(epochs), int(batch), int(max_length))
    before = _peak()
    started, used = time.perf_counter(), time.process_time()
    trained = ARMS[arm](work)
    times = {"seconds": time.perf_counter() - started, "cpu_seconds": time.process_time() - used}
    figures = {**times, "peak_mib": _peak(), "loaded_mib": before, "examples": len(work.train) * work.epochs}
    print(json.dumps({**figures, **work.judge(trained)}))


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
