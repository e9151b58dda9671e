"""The task head `text-generation`: what is to be written for each prompt."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from metier.components import Baseline, TaskHead, TaskObjective
from metier.values import Column, Detail, Json, ModelInfo
from metier_text_generation.options import Options

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedModel

    from metier.components.task_head import Measure, PredictionTable

TEXT = Column("text", aliases=("prompt", "instruction", "question", "input", "source", "dialogue", "document"))
ANSWER = Column(
    "answer",
    answer=True,
    aliases=("completion", "response", "output", "target", "reply", "summary", "label"),
)


class TextGeneration(TaskHead):
    """Writes an answer to each prompt: a note, a summary, a reply, a draft."""

    name: ClassVar[str] = "text-generation"
    columns: ClassVar[tuple[Column, ...]] = (TEXT, ANSWER)
    zero_shot: ClassVar[bool] = True
    primary_metric: ClassVar[str] = "rouge_l"

    Config = Options
    config: Options

    def refuses(self, model: ModelInfo) -> str | None:
        """Refuse encoders."""
        if model.architecture == "encoder":
            return "an encoder reads and does not write; take a decoder (GPT-2, Llama) or an encoder-decoder (T5)"
        return None

    def learn(self, train: Dataset) -> Mapping[str, Json]:
        """Return nothing: what is to be known is in the options.

        Raises `DataError` where all answers are the same, or one is not what the options allow.
        """
        from metier_text_generation.answers import learn

        learn(train, self.config)
        return {}

    def check(self, split: str, rows: Dataset, state: Mapping[str, Json]) -> None:
        """Raise `DataError` for an answer that does not begin with `prefix`, or is none of `choices`."""
        from metier_text_generation.answers import check

        check(rows, self.config)

    def build(self, path: Path, state: Mapping[str, Json]) -> PreTrainedModel:
        """Return the language model; how it is to generate is in its generation_config.json."""
        from metier_text_generation._torch import build

        return build(path, self.config)

    def objective(self, state: Mapping[str, Json]) -> TaskObjective:
        """Return cross-entropy over the tokens of answers."""
        from metier_text_generation._torch import AnswerObjective

        return AnswerObjective(self.config)

    def table(
        self, predictions: Sequence[Mapping[str, Json]], rows: Dataset, state: Mapping[str, Json]
    ) -> PredictionTable:
        """Return id, reference and prediction, and whether the model ended its answer itself, (rows,).

        `numbers` and `true_numbers` are the shares of a prediction's and a reference's numbers that are in the prompt;
        `log_loss` is the reference's, summed over its `tokens`: NaN and 0 where a baseline has none.
        """
        import numpy as np

        from metier.evaluation.predictions import objects
        from metier_text_generation.numbers import share_in_prompt

        prompts, true = rows["text"][:], [answer.strip() for answer in rows["answer"]]
        said = [str(one["text"]) for one in predictions]
        return {
            "id": objects(rows["id"][:]),
            "reference": objects(true),
            "prediction": objects(said),
            "finished": np.array([one["finished"] for one in predictions], dtype=bool),
            "numbers": np.array([share_in_prompt(*one) for one in zip(said, prompts, strict=True)]),
            "true_numbers": np.array([share_in_prompt(*one) for one in zip(true, prompts, strict=True)]),
            "log_loss": np.array([one.get("log_loss", np.nan) for one in predictions], dtype=np.float64),
            "tokens": np.array([one.get("tokens", 0) for one in predictions], dtype=np.int64),
        }

    def measurer(
        self, table: PredictionTable, state: Mapping[str, Json], names: frozenset[str] | None = None
    ) -> Measure:
        """Return ROUGE-1, -2 and -L, chrF, exact matches, answers that ended, numbers that are in the prompt, fields
        that are filled, and the perplexity of the true answers.

        Answers are compared once.
        """
        from metier_text_generation.figures import AnswerFigures

        return AnswerFigures(table, self.config.fields, names)

    def details(self, table: PredictionTable, state: Mapping[str, Json]) -> Sequence[Detail]:
        """Return how long answers are, which fields are filled, and some answers beside their references."""
        from metier_text_generation.details import details

        return details(table, self.config.fields)

    def baselines(self, state: Mapping[str, Json]) -> Sequence[Baseline]:
        """Return one answer for all prompts, that of the nearest training prompt, and the prompt's first sentences."""
        from metier_text_generation.baselines import Lead, Nearest, Typical

        found = (Typical(self, state), Nearest(self, state))
        return found if self.config.choices else (*found, Lead(self, state))

    def describe_rows(self, rows: Mapping[str, Sequence[Any]]) -> Mapping[str, Json]:
        """Return how long answers are, in words, and how many are different."""
        from metier_text_generation.answers import described

        return described(rows["answer"])
