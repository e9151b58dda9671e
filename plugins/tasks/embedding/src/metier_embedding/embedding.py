"""The task head `embedding`: a vector a text, near to those of texts that belong to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Self

from pydantic import Field, model_validator

from metier.components import Baseline, ComponentConfig, TaskHead, TaskObjective
from metier.values import Column, Detail, Json, ModelInfo

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import Measure, PredictionTable

TEXT = Column("text", aliases=("question", "query", "anchor", "sentence1", "text_a", "premise"))
SECOND = Column(
    "second", aliases=("answer", "positive", "passage", "sentence2", "text_b", "text2", "hypothesis"), answer=True
)
NEGATIVE = Column("negative", aliases=("hard_negative",), answer=True)
MINED = "negatives"
"""The column of the training rows in which `mined-negatives` puts what it found, a list of texts a row."""
ALIKE = ("score", "similarity", "grade")
LABEL = Column("label", "number", aliases=ALIKE)
PERHAPS = Column("label", "number", aliases=ALIKE, required=False)
ENCODERS_OF_BOTH = frozenset({"mt5", "t5", "t5gemma", "umt5"})
"""Encoder-decoders of whose encoder alone transformers has a model."""


class Embedding(TaskHead):
    """Gives each text a vector, near to those of texts that belong to it: like cases, answers, paraphrases."""

    name: ClassVar[str] = "embedding"
    columns: ClassVar[tuple[Column, ...]] = (TEXT, SECOND, PERHAPS)
    primary_metric: ClassVar[str] = "mrr"

    class Config(ComponentConfig):
        """Options of `embedding`."""

        loss: Literal["contrastive", "cosine"] = "contrastive"
        """`contrastive` tells the partner of each text from those of the other texts in its batch; `cosine` brings the
        cosine of both texts to the number in the column `label`."""
        temperature: float = Field(0.05, gt=0)
        """What cosines are divided by under the contrastive loss: the smaller, the more do near wrong ones count."""
        hard_negatives: bool = False
        """Whether each record has a text that looks like a partner and is none, in the column `negative`."""
        threshold: float = 0.5
        """The number in `label` from which two texts belong together, where there are labels."""
        pooling: Literal["mean", "last"] = "mean"
        """How a text is read from its tokens: the mean over them, or the last one, which alone has seen all others in a
        decoder."""

        @model_validator(mode="after")
        def _fits(self) -> Self:
            if self.loss == "cosine" and self.hard_negatives:
                raise ValueError("`hard_negatives` is for `loss: contrastive`; give such pairs a small `label` instead")
            return self

    config: Config

    def __init__(self, config: ComponentConfig | None = None) -> None:
        super().__init__(config)
        # here options decide what a record holds, and what models are compared by
        if self.config.loss == "cosine":
            self.columns = (TEXT, SECOND, LABEL)  # type: ignore[misc]
            self.primary_metric = "spearman"  # type: ignore[misc]
        elif self.config.hard_negatives:
            self.columns = (TEXT, SECOND, NEGATIVE, PERHAPS)  # type: ignore[misc]

    def refuses(self, model: ModelInfo) -> str | None:
        """Refuse encoder-decoders whose encoder transformers does not have alone, and the last token of an encoder."""
        if model.architecture == "encoder-decoder" and model.model_type not in ENCODERS_OF_BOTH:
            return f"{model.reference} both reads and writes text, and transformers has no model of its encoder alone"
        if model.architecture != "decoder" and self.config.pooling == "last":
            return (
                f"{model.reference} reads in both directions, and its last token knows no more: write `pooling: mean`"
            )
        return None

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `rows`, `pairs` that belong together, and the `low` and `high` label where there are labels.

        Raises `DataError` where no pair belongs together, or where cosines are to be learnt of one label alone.
        """
        from metier_embedding.pairs import learn

        return learn(train, self.config.threshold, graded=self.config.loss == "cosine")

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for labels that are no numbers, and where a held-out split is too large to be ranked."""
        from metier_embedding.pairs import check

        check(split, rows)

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model without any head; with it are saved the files by which sentence-transformers loads it."""
        from metier_embedding._torch import build

        return build(path, pooling=self.config.pooling)

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return the loss over pairs of texts."""
        from metier_embedding._torch import Contrastive, Cosine

        if self.config.loss == "cosine":
            return Cosine(self.config.pooling, low=state["low"], high=state["high"])
        return Contrastive(self.config.pooling, self.config.temperature, self.config.threshold)

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference, prediction, its `score`, the `similarity` of both texts, the partner's `rank` among the
        `pool` of all partners, and `label` where there are labels, (rows,).

        Reference and prediction are the partner and the text that was found first; with `loss: cosine` label and
        similarity.
        """
        import numpy as np

        from metier_embedding.tables import of_vectors

        texts, seconds = (np.array([one[name] for one in predictions], np.float32) for name in ("embedding", "second"))
        return of_vectors(texts, seconds, rows, self.config)

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return recall, reciprocal rank and nDCG of the partner among all partners, and Spearman over labels.

        Each row's figures are computed once.
        """
        from metier_embedding.figures import PairFigures

        return PairFigures(table, names)

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return where partners stand, and the similarity a label."""
        from metier_embedding.figures import details

        return details(table)

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return chance, the cosine by TF-IDF, and the untouched model's vectors."""
        from metier_embedding.baselines import Chance, Untouched, Words

        return (Chance(self), Words(self), Untouched(self))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return how many pairs belong together, and how many do not."""
        from metier_embedding.pairs import describe

        return {"pairs": describe(rows, self.config.threshold)}
