"""Small texts and labels that tests are made of; authored here, about no real company or person."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from metier.values import DatasetRef

TEXTS = (
    "profit rose on strong sales in the quarter",
    "sales fell and the company made a loss",
    "the board raised the dividend for the year",
    "costs grew faster than sales in the quarter",
    "orders rose and the company hired new staff",
    "the company closed a plant after weak orders",
    "strong demand lifted profit for the year",
    "a weak market cut profit and the dividend",
)
LABELS = ("positive", "negative", "positive", "negative", "positive", "negative", "positive", "negative")


def rows(count: int = 16) -> list[dict[str, Any]]:
    """Return labelled rows with `id`, `text`, `label`; texts repeat with another ending after eight."""
    return [
        {
            "id": f"sample:{i}",
            "text": f"{TEXTS[i % len(TEXTS)]} {'again ' * (i // len(TEXTS))}".strip(),
            "label": LABELS[i % len(LABELS)],
        }
        for i in range(count)
    ]


def sample_datasets(folder: Path) -> dict[str, DatasetRef]:
    """Write small splits into `folder`: `train`, `validation`, `test`, and a `corpus` without labels."""
    from metier.data.store import write

    every = rows(32)
    splits = {"train": every[:16], "validation": every[16:24], "test": every[24:]}
    splits["corpus"] = [{"id": row["id"], "text": row["text"]} for row in every[:16]]
    return {split: write(values, folder / f"{split}.arrow") for split, values in splits.items()}
