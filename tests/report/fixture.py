"""Builds the folder of a finished run as the pipeline would leave it: 22 labels, two arms, three seeds.

`python tests/report/fixture.py FOLDER` leaves one to look at.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset

from metier.evaluation import assemble, evaluate, evaluate_table
from metier.files import write_json, write_text
from metier.plan import Plan
from metier.plan.plan import SplitOptions
from metier.settings import TrainingSettings
from metier.values import ModelInfo, Use
from metier_classification.classification import TextClassification

LABELS = (
    "infectious-parasitic", "neoplasms", "blood-immune", "endocrine-metabolic", "mental-behavioral", "nervous-system",
    "eye", "ear", "circulatory", "respiratory", "digestive", "skin", "musculoskeletal", "genitourinary",
    "pregnancy-childbirth", "perinatal", "congenital", "symptoms-signs", "injury-poisoning", "external-causes",
    "health-services", "special-purposes",
)  # fmt: skip
WORDS = (
    "chronic",
    "acute",
    "other",
    "unspecified",
    "left",
    "right",
    "disorder",
    "with",
    "without",
    "complication",
    "of",
)
SEEDS = (13, 14, 15)
DATA_REPORT = Path(__file__).with_name("data_report.json")
ENVIRONMENT = Path(__file__).with_name("environment.json")
RECIPE = """recipe: 1
industry: medical
model: starter:minilm
adapt:
- use: continued-pretraining
  epochs: 1
task:
  use: text-classification
"""
STATE = {"labels": sorted(LABELS), "counts": [30] * len(LABELS), "rows": 30 * len(LABELS)}


def build(
    folder: Path, *, rows: int = 500, seeds: tuple[int, ...] = SEEDS, text: str = "", ablate: bool = True
) -> Path:
    """Write the run into `folder`; `text`, where given, is the text of every row (a hostile one)."""
    head = TextClassification()
    splits = {split: _rows(split, count, text) for split, count in (("validation", rows // 4), ("test", rows))}
    runs, number = [], 0
    for seed in seeds:
        for arm, skill in (("adapted", 2.9), ("plain", 2.45))[: 2 if ablate else 1]:
            number += 1
            figures = {}
            for split, some in splits.items():
                file = f"evaluation/predictions/{arm}-seed-{seed}-{split}.parquet"
                found = evaluate(head, STATE, _predictions(some, skill, number), some, folder / file, seed=13)
                figures[split] = {**found.to_json(), "predictions": file}
            runs.append({"name": arm, "label": f"{arm}, seed {seed}", "seed": seed, "seconds": 71.3, "splits": figures})
    metrics = assemble(head, STATE, runs=runs, baselines=_baselines(head, splits["test"], folder), root=folder, seed=13)
    write_json(folder / "evaluation" / "metrics.json", metrics)
    write_text(folder / "data" / "report.json", DATA_REPORT.read_text(encoding="utf-8"))
    write_text(folder / "environment.json", ENVIRONMENT.read_text(encoding="utf-8"))
    write_json(folder / "status.json", {"status": "finished", "time": "2026-01-05T08:14:00.000+00:00"})
    write_text(folder / "plan.json", _plan(ablate=ablate, seeds=len(seeds)).to_json())
    write_text(folder / "recipe.yaml", RECIPE)
    write_text(folder / "events.jsonl", "".join(f"{json.dumps(one)}\n" for one in _events(seeds, ablate=ablate)))
    write_json(folder / "model" / "config.json", {"model_type": "bert", "id2label": dict(enumerate(LABELS))})
    write_text(folder / "model" / "model.safetensors", "weights" * 1000)
    return folder


def _rows(split: str, count: int, text: str) -> Dataset:
    random = np.random.default_rng(len(split))
    weights = np.linspace(3, 1, len(LABELS))
    labels = [LABELS[i] for i in random.choice(len(LABELS), count, p=weights / weights.sum())]
    texts = [
        text or f"{' '.join(random.choice(WORDS, 4))} {label.replace('-', ' ')} {' '.join(random.choice(WORDS, 2))}"
        for label in labels
    ]
    return Dataset.from_dict({"id": [f"{split}.csv:{i + 2}" for i in range(count)], "text": texts, "label": labels})


def _probability(rows: Dataset, skill: float, seed: int) -> np.ndarray:
    random = np.random.default_rng(seed)
    reference = np.array([STATE["labels"].index(label) for label in rows["label"]])
    kinship = np.random.default_rng(0).normal(size=(len(LABELS), len(LABELS))) * 0.7
    logits = (
        random.normal(size=(len(rows), len(LABELS))) * 1.1 + kinship[reference] + skill * np.eye(len(LABELS))[reference]
    )
    made = np.exp(1.4 * logits)
    return made / made.sum(axis=1, keepdims=True)


def _predictions(rows: Dataset, skill: float, seed: int) -> Iterator[list[dict[str, Any]]]:
    labels = STATE["labels"]
    for start, block in ((i, _probability(rows, skill, seed)[i : i + 128]) for i in range(0, len(rows), 128)):
        assert start <= len(rows)
        yield [
            {
                "label": labels[row.argmax()],
                "score": float(row.max()),
                "probabilities": dict(zip(labels, row.tolist(), strict=True)),
            }
            for row in block
        ]


def _baselines(head: TextClassification, rows: Dataset, folder: Path) -> list[dict[str, Any]]:
    found = []
    for i, (name, skill) in enumerate(
        (("majority", None), ("TF-IDF + logistic regression", 1.3), ("frozen model + logistic regression", 2.2))
    ):
        shares = np.tile(np.linspace(3, 1, len(LABELS)) / np.linspace(3, 1, len(LABELS)).sum(), (len(rows), 1))
        probability = shares if skill is None else _probability(rows, skill, 100 + i)
        labels = STATE["labels"]
        predictions = [
            {"label": labels[row.argmax()], "probabilities": dict(zip(labels, row, strict=True))} for row in probability
        ]
        file = f"evaluation/predictions/baseline-{i}-test.parquet"
        result = evaluate_table(head, STATE, head.table(predictions, rows, STATE), folder / file, seed=13)
        found.append({"name": name, "splits": {"test": {**result.to_json(), "predictions": file}}})
    return found


def _events(seeds: tuple[int, ...], *, ablate: bool) -> Iterator[dict[str, Any]]:
    time, random = "2026-01-05T08:12:31.000+00:00", np.random.default_rng(0)
    yield {"time": time, "event": "run_started"}
    yield {
        "time": time,
        "event": "stage_finished",
        "stage": "prepare",
        "job": "",
        "digest": "ab12" * 16,
        "seconds": 3.2,
        "reused": False,
    }
    for seed in seeds:
        for arm, level in (("adapted", 1.0), ("plain", 1.25))[: 2 if ablate else 1]:
            job = f"{arm}-seed-{seed}"
            if arm == "adapted":
                for step in range(10, 400, 10):
                    loss = 3.4 - 0.9 * (1 - np.exp(-step / 120)) + random.normal() * 0.05
                    yield {
                        "time": time,
                        "event": "metrics_logged",
                        "stage": "adapt-continued-pretraining",
                        "job": job,
                        "metrics": {"step": step, "epoch": step / 400, "loss": loss, "learning_rate": 1e-4},
                    }
                yield {
                    "time": time,
                    "event": "stage_finished",
                    "stage": "adapt-continued-pretraining",
                    "job": job,
                    "digest": "cd34" * 16,
                    "seconds": 41.0,
                    "reused": seed != seeds[0],
                }
            for step in range(10, 200, 10):
                loss = level * 3.0 * np.exp(-step / 70) + 0.12 + abs(random.normal()) * 0.06
                yield {
                    "time": time,
                    "event": "metrics_logged",
                    "stage": "train",
                    "job": job,
                    "metrics": {"step": step, "epoch": step / 24, "loss": loss},
                }
                if step % 40 == 0:
                    yield {
                        "time": time,
                        "event": "metrics_logged",
                        "stage": "train",
                        "job": job,
                        "metrics": {"step": step, "validation_loss": level * 2.3 * np.exp(-step / 80) + 0.75},
                    }
            yield {
                "time": time,
                "event": "stage_finished",
                "stage": "train",
                "job": job,
                "digest": "ef56" * 16,
                "seconds": 71.3,
                "reused": False,
            }
    yield {
        "time": time,
        "event": "observer_failed",
        "plugin": "tracker",
        "hook": "run_started",
        "reason": "OSError: no route to host",
    }


def _plan(*, ablate: bool, seeds: int) -> Plan:
    info = ModelInfo(
        reference="starter:minilm", model_type="bert", architecture="encoder", layers=6, hidden_size=384,
        vocabulary_size=30522, parameters=22_713_216, max_length=512, licence="apache-2.0", languages=("en",),
        summary="all-MiniLM-L6-v2, a small BERT encoder",
    )  # fmt: skip
    return Plan(
        metier="0.1.0",
        name="diagnosis-chapter",
        description="ICD-10-CM diagnosis descriptions to their 22 chapters",
        industry=Use("industry", "medical"),
        model="starter:minilm",
        model_info=info,
        sources={
            "train": Use("data source", "csv", {"path": "/data/private/train.csv"}),
            "corpus": Use("data source", "text", {"path": "/data/private/*.txt"}),
        },
        mappings={"train": {"text": "description", "label": "chapter"}},
        prepare=(Use("transform", "normalize"), Use("transform", "deduplicate")),
        split=SplitOptions(),
        on_leak="drop",
        adapt=(Use("adaptation method", "continued-pretraining", {"epochs": 1}),),
        task=Use("task head", "text-classification"),
        optimizer=Use("optimizer", "adamw", {"learning_rate": 2e-4}),
        training=TrainingSettings(num_train_epochs=8, max_length=64),
        seed=13,
        seeds=seeds,
        ablate=ablate,
        distributions={"metier": "0.1.0"},
    )


if __name__ == "__main__":
    from metier.report import write_card, write_report

    made = build(Path(sys.argv[1]), rows=2000)
    write_card(made)
    print(write_report(made))
