"""Counts tokens as the model's tokenizer makes them, without torch, and what a maximum length would cut."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from datasets import Dataset

from metier.data import store
from metier.values import Json

BINS = 20
Lengths = npt.NDArray[np.int64]


class TokenCounter:
    """Counts tokens by a `tokenizer.json`, special tokens included."""

    def __init__(self, path: Path) -> None:
        from tokenizers import Tokenizer

        self._tokenizer: Any = Tokenizer.from_file(str(path))
        self._tokenizer.no_truncation()
        self._tokenizer.no_padding()

    def count(self, rows: Dataset, columns: Sequence[str]) -> Lengths:
        """Return the tokens of each row (rows,); two columns are encoded as a pair, more are added up."""
        counts: list[int] = []
        for batch in rows.select_columns(list(columns)).with_format(None).iter(batch_size=store.ROWS):
            texts = [batch[name] for name in columns]
            if len(texts) <= 2:
                inputs = texts[0] if len(texts) == 1 else list(zip(*texts, strict=True))
                counts.extend(map(len, self._tokenizer.encode_batch_fast(inputs)))
            else:
                each = [list(map(len, self._tokenizer.encode_batch_fast(one))) for one in texts]
                counts.extend(map(sum, zip(*each, strict=True)))
        return np.asarray(counts, dtype=np.int64)


def tokenizer_file(path: Path | None) -> Path | None:
    """Return the tokenizer.json at `path`, a file or a model's folder; None where there is none."""
    if path is None:
        return None
    file = path / "tokenizer.json" if path.is_dir() else path
    return file if file.is_file() else None


def describe(lengths: Lengths) -> dict[str, Json]:
    """Return quantiles and a histogram of lengths."""
    if not len(lengths):
        return {"total": 0}
    median, high = np.percentile(lengths, [50, 95], method="inverted_cdf")
    counts, edges = np.histogram(lengths, bins=min(BINS, int(lengths.max() - lengths.min()) + 1))
    return {
        "p50": int(median),
        "p95": int(high),
        "max": int(lengths.max()),
        "mean": round(float(lengths.mean()), 1),
        "total": int(lengths.sum()),
        "histogram": {"edges": [round(float(edge), 1) for edge in edges], "counts": counts.tolist()},
    }


def truncation(lengths: Lengths, max_length: int) -> Mapping[str, Json]:
    """Return how many rows `max_length` cuts, and what share of all tokens goes."""
    over = lengths > max_length
    lost = int((lengths[over] - max_length).sum())
    total = int(lengths.sum())
    return {
        "max_length": max_length,
        "rows": int(over.sum()),
        "share": round(float(over.mean()), 4) if len(lengths) else 0.0,
        "tokens_share": round(lost / total, 4) if total else 0.0,
    }
