"""The task head `token-classification`: spans of characters with labels, in texts of any length."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from pydantic import Field, model_validator

from metier.builtin.sources import paths
from metier.components import Baseline, ComponentConfig, RecipePath, TaskHead, TaskObjective
from metier.values import Column, Detail, Json, ModelInfo

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import Measure, PredictionTable
    from metier_token_classification.gazetteers import Entries

TEXT = Column("text", aliases=("sentence", "content", "document", "description", "data"))
SPANS = Column("spans", "spans", aliases=("entities", "annotations", "ner", "labels"))


class TokenClassification(TaskHead):
    """Finds spans of characters and gives each a label: named entities."""

    name: ClassVar[str] = "token-classification"
    columns: ClassVar[tuple[Column, ...]] = (TEXT, SPANS)
    windows: ClassVar[bool] = True
    primary_metric: ClassVar[str] = "f1"

    class Config(ComponentConfig):
        """Options of `token-classification`."""

        stride: int = Field(32, ge=0)
        """Tokens that two windows of a text longer than `training.max_length` share; half of a window at most."""
        within_words: bool = False
        """Whether a span may begin or end inside a word; if not, all tokens of a word are in one span or in none."""
        crf: bool = False
        """Whether a conditional random field is learnt on top: which tags follow each other, begin a text, end it."""
        on_overlap: Literal["error", "longest"] = "error"
        """What is done with spans that share characters: a model gives each token one label. `longest` keeps of such
        spans the longest, and the others are not learnt."""
        lexicon: RecipePath = ""
        """A lexicon whose terms are looked up as a further baseline: a CSV file with the columns `term`, `category`,
        `synonyms` (`|` between them) and `zh`."""
        lexicon_labels: dict[str, str] = Field(default_factory=dict)
        """The label of each category of the lexicon, in any case; a category without one, or with one that no training
        row has, is not looked up. By default it is the label of the same name."""

        @model_validator(mode="after")
        def _agrees(self) -> TokenClassification.Config:
            if self.lexicon_labels and not self.lexicon:
                raise ValueError("`lexicon_labels` needs a lexicon: add `lexicon: <path>`, or leave it out")
            return self

    config: Config

    def refuses(self, model: ModelInfo) -> str | None:
        """Return what a quick look finds wrong with the lexicon's file."""
        problem = next(iter(paths.look(self.config.lexicon)), None) if self.config.lexicon else None
        return None if problem is None else f"its lexicon: {problem.where}: {problem.message}; {problem.hint}"

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `labels`, sorted, and `counts` of spans with each.

        Raises `DataError` where there is no span, where spans overlap and `on_overlap` is `error`, or where the lexicon
        cannot be looked up.
        """
        from metier_token_classification.labels import learn

        state = learn(train, self.config.on_overlap)
        self._entries(state)
        return state

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for a label that training never saw, and for overlapping spans as `learn` does."""
        from metier_token_classification.labels import check

        check(split, rows, state, self.config.on_overlap)

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model with a linear layer over O and the beginning and inside of each label."""
        from metier_token_classification._torch import build

        return build(path, labels=state["labels"], crf=self.config.crf)

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return cross-entropy over the tags of tokens, or over their sequences."""
        from metier_token_classification._torch import TagObjective

        config = self.config
        return TagObjective(tuple(state["labels"]), config.stride, config.within_words, config.crf)

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference and prediction: lists of `{start, end, label}`, (rows,) of objects."""
        from metier.evaluation.predictions import objects
        from metier_token_classification.labels import settled

        return {
            "id": objects(rows["id"][:]),
            "reference": objects(list(map(settled, rows["spans"][:], rows["text"][:]))),
            "prediction": objects([_bare(one["spans"]) for one in predictions]),
        }

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return strict precision, recall and F1 over all spans, macro F1 over labels, and F1 of the borders alone.

        Spans are compared once.
        """
        from metier_token_classification.figures import SpanFigures

        return SpanFigures(table, state["labels"])

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return figures a label, and what the model did with the spans that it got wrong."""
        from metier_token_classification.details import details

        return details(table, state["labels"])

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return no span at all, the training spans looked up, a lexicon's terms, and a linear model over words."""
        from metier_token_classification.baselines import Linear, Nothing
        from metier_token_classification.gazetteers import LexiconGazetteer, TrainingGazetteer

        entries = self._entries(state)
        lexicon = [LexiconGazetteer(self, state, entries)] if entries else []
        return (Nothing(self, state), TrainingGazetteer(self, state), *lexicon, Linear(self, state))

    def _entries(self, state: Mapping[str, Json]) -> Entries:
        """Return what is looked up of the lexicon; nothing where there is none."""
        if not self.config.lexicon:
            return {}
        from metier_token_classification.gazetteers import read_entries

        return read_entries(self.config.lexicon, self.config.lexicon_labels, state["labels"])

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return spans a label, the most frequent first, those with a border inside a word, and rows without any."""
        from metier_token_classification.labels import inside_words

        counts = Counter(str(span["label"]) for spans in rows["spans"] for span in spans)
        return {
            "spans": dict(sorted(counts.items(), key=lambda item: (-item[1], item[0]))),
            "borders inside words": sum(map(inside_words, rows["spans"], rows["text"])),
            "without spans": sum(not spans for spans in rows["spans"]),
        }


def _bare(spans: Sequence[Mapping[str, Json]]) -> list[dict[str, Json]]:
    return [{name: span[name] for name in ("start", "end", "label")} for span in spans]
