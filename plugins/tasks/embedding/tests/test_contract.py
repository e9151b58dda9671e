"""`embedding` keeps the contract of a task head, but for what a contrastive loss cannot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from metier.testing import TaskHeadContract
from metier.testing.samples import rows
from metier_embedding.embedding import Embedding

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable


class TestContrastive(TaskHeadContract):
    """Partners are found among all partners."""

    component = Embedding

    def sample(self) -> Mapping[str, Sequence[Any]]:
        some = rows(16)
        texts = [row["text"] for row in some]
        seconds = [" ".join(reversed(text.split())) for text in texts]
        return {"id": [row["id"] for row in some], "text": texts, "second": seconds}

    def answering(self, table: PredictionTable, predictions: Any) -> PredictionTable:
        rank = np.where(predictions == table["reference"], 1.0, 2.0)
        return {**super().answering(table, predictions), "rank": rank}

    @pytest.mark.xfail(reason="each pair's loss is against the other pairs of its batch: half a batch has fewer")
    def test_loss_is_a_sum_over_items(self, model_type: str, tmp_path: Path) -> None: ...


class TestCosine(TaskHeadContract):
    """Similarities follow labels."""

    component = Embedding
    options = {"loss": "cosine", "threshold": 3}

    def sample(self) -> Mapping[str, Sequence[Any]]:
        made = TestContrastive().sample()
        return {**made, "label": [float(i % 6) for i in range(16)]}

    def answering(self, table: PredictionTable, predictions: Any) -> PredictionTable:
        right = predictions == table["reference"]
        rank = np.where(np.isnan(table["rank"]), np.nan, np.where(right, 1.0, 2.0))
        return {**super().answering(table, predictions), "similarity": predictions, "rank": rank}
