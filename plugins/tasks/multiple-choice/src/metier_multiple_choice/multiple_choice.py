"""The task head `multiple-choice`: the right one of several answers to a question."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Literal

from metier.components import Baseline, ComponentConfig, TaskHead, TaskObjective
from metier.values import Column, Detail, Json, ModelInfo

if TYPE_CHECKING:
    import numpy as np
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import PredictionTable

QUESTION = Column("text", aliases=("question", "query", "stem", "problem"))
CONTEXT = Column("context", aliases=("passage", "article", "background", "case"))
CHOICES = Column("choices", "any", aliases=("options", "candidates", "endings"))
RIGHT = Column("label", "any", aliases=("answer", "correct", "target", "answer_key", "answerKey"), answer=True)


class MultipleChoice(TaskHead):
    """Chooses the right one of several answers to a question."""

    name: ClassVar[str] = "multiple-choice"
    columns: ClassVar[tuple[Column, ...]] = (QUESTION, CHOICES, RIGHT)
    primary_metric: ClassVar[str] = "accuracy"

    class Config(ComponentConfig):
        """Options of `multiple-choice`."""

        context: bool = False
        """Whether a record has a text that the question is about, in the column `context`."""
        answers: Literal["auto", "letter", "index", "number", "text"] = "auto"
        """How a record says which choice is right: its `letter` (A, B, …), its `index` counted from 0, its `number`
        counted from 1, or its `text`. `auto` takes the way that fits all training rows, where there is just one."""
        pooling: Literal["model", "mean"] = "model"
        """How a question with a choice is read from its tokens, as in `text-classification`: `mean` suits sentence
        encoders."""

    config: Config

    def __init__(self, config: ComponentConfig | None = None) -> None:
        super().__init__(config)
        if self.config.context:
            # here an option decides what a record holds
            self.columns = (QUESTION, CONTEXT, CHOICES, RIGHT)  # type: ignore[misc]

    def refuses(self, model: ModelInfo) -> str | None:
        """Refuse encoder-decoders: transformers reads their score from the decoder's last token, if at all."""
        if model.architecture == "encoder-decoder":
            return f"{model.reference} both reads and writes text; multiple choice takes an encoder or a decoder"
        return None

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return `answers`, the way in which they are given, and how often each place was right (`places`).

        Raises `DataError` for rows without choices or with an answer that is none of them, and where more than one
        way of reading the answers fits.
        """
        from metier_multiple_choice.answers import learn

        return learn(train, self.config.answers)

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for rows without choices, or with an answer that is none of them."""
        from metier_multiple_choice.answers import right_places

        right_places(rows, state["answers"])

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the model with a linear layer that scores a question with a choice."""
        from metier_multiple_choice._torch import build

        return build(path, mean=self.config.pooling == "mean")

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return the cross-entropy over each question's choices."""
        from metier_multiple_choice._torch import ChoiceObjective

        return ChoiceObjective(state["answers"])

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference and prediction as people read them, the score of what was said, and the `rank` and
        `place` of the right choice, (rows,)."""
        from metier_multiple_choice.tables import table

        return table(predictions, rows, state["answers"])

    def measure(
        self, table: PredictionTable, state: Mapping[str, Json], weights: np.ndarray | None = None
    ) -> Mapping[str, float]:
        """Return accuracy and the mean reciprocal rank of the right choice."""
        from metier_multiple_choice.tables import measure

        return measure(table, weights)

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return the accuracy by the place of the right choice."""
        from metier_multiple_choice.tables import by_place

        return [by_place(table)]

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return the most frequent place, the longest choice, the likest to the question, and a linear model."""
        from metier_multiple_choice.baselines import Likest, Longest, Place, Probe

        return (Place(self, state), Longest(self, state), Likest(self, state), Probe(self, state))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return rows by their number of choices."""
        from metier_multiple_choice.answers import choices_of

        counts = Counter(len(choices_of(value)) for value in rows[CHOICES.name])
        return {"choices a question": {str(count): counts[count] for count in sorted(counts)}}
