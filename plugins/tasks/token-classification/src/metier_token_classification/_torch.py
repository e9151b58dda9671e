"""The model, and the objective that trains it; everything that imports torch or transformers is here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import torch
from transformers import AutoModelForTokenClassification

from metier.components import TaskObjective
from metier.data.spans import without_spaces
from metier.training.encoded import ROW
from metier.training.heads import model_over
from metier.training.padding import pad, pad_token_id
from metier_token_classification import _crf
from metier_token_classification.decoding import Chain, word_tags
from metier_token_classification.labels import settled
from metier_token_classification.spans import Piece, merged, spans_of, tag_names, tags_of

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

    from metier.components.objective import Batch
    from metier.values import Json

IGNORED = -100
"""The tag of a token that is no part of the text."""
Decoded = tuple[list[np.ndarray], list[np.ndarray], Chain | None]
"""Of each window's tokens in the text scores and probabilities, (tokens, tags), and what neighbours add."""


def build(path: Path, *, labels: Sequence[str], crf: bool = False) -> PreTrainedModel:
    """Return the model at `path` with a linear layer over tags, in float32; their names travel in its configuration.

    With `crf` it has the field's weights too, those of `path` if there are any. Raises `RunError` where transformers
    has no such model for tokens, or its tokenizer nothing to pad with.
    """
    types = "bert, modernbert, llama, qwen3, t5"
    tags = tag_names(labels)
    model = model_over(AutoModelForTokenClassification, path, tags, task="token classification", types=types)
    return _crf.attach(model, path, len(tags)) if crf else model


@dataclass(frozen=True)
class TagObjective(TaskObjective):
    """Cross-entropy over the tags of tokens, or with `crf` over their sequences; the items are tokens in both cases.

    A long text is several windows that share `stride` tokens.
    """

    adds_tokens: ClassVar[bool] = False

    labels: tuple[str, ...]
    stride: int
    within_words: bool = False
    crf: bool = False

    def encode(
        self, rows: Mapping[str, Sequence[Any]], tokenizer: PreTrainedTokenizerFast, max_length: int
    ) -> Mapping[str, Sequence[Any]]:
        """Return windows: `input_ids`, `row`, where each token lies in its text, and tags where the rows have spans.

        Special tokens lie from 0 to 0. `words` numbers the tokens' words where spans have whole ones.
        """
        texts = list(rows["text"])
        encoded = tokenizer(
            texts,
            truncation=True,
            max_length=max_length,
            stride=min(self.stride, max_length // 2 - 1),
            return_overflowing_tokens=True,
            return_offsets_mapping=True,
            return_attention_mask=False,
            return_token_type_ids=False,
        )
        owners = [int(row) for row in encoded["overflow_to_sample_mapping"]]
        places = [
            # Some tokenizers count the space before a word to it.
            [without_spaces(texts[row], *place) for place in window]
            for row, window in zip(owners, encoded["offset_mapping"], strict=True)
        ]
        columns: dict[str, Sequence[Any]] = {
            "input_ids": encoded["input_ids"],
            ROW: owners,
            "starts": [[start for start, _ in window] for window in places],
            "ends": [[end for _, end in window] for window in places],
        }
        if not self.within_words:
            windows = (encoded.word_ids(number) for number in range(len(owners)))
            columns["words"] = [[-1 if word is None else word for word in window] for window in windows]
        if "spans" in rows:
            index = {label: i for i, label in enumerate(self.labels)}
            spans = [settled(one, text) for one, text in zip(rows["spans"], texts, strict=True)]
            tags = [tags_of(texts[row], spans[row], one, index) for row, one in zip(owners, places, strict=True)]
            columns["tags"] = [[IGNORED if tag is None else tag for tag in window] for window in tags]
        return columns

    def collate(
        self, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast, generator: np.random.Generator
    ) -> Batch:
        """Return token ids and mask (batch, sequence), padded on the right, and labels (batch, sequence) if known."""
        input_ids, attention_mask = pad([one["input_ids"] for one in examples], value=pad_token_id(tokenizer))
        batch = {"input_ids": input_ids, "attention_mask": attention_mask}
        if "tags" in examples[0]:
            batch["labels"] = pad([one["tags"] for one in examples], value=IGNORED)[0]
        return batch

    def items(self, batch: Batch) -> int:
        """Return the tokens that have a tag."""
        return int((batch["labels"] != IGNORED).sum()) if "labels" in batch else 0

    def loss(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return the cross-entropy, summed over tokens; with `crf` that of windows, summed over windows."""
        logits = self.outputs(model, batch)
        if self.crf:
            tags = batch["labels"]
            return _crf.negative_log_likelihood(_crf.Scores.of(logits), tags, tags != IGNORED)
        return torch.nn.functional.cross_entropy(
            logits.flatten(0, 1), batch["labels"].flatten(), ignore_index=IGNORED, reduction="sum"
        )

    def outputs(self, model: PreTrainedModel, batch: Batch) -> torch.Tensor:
        """Return logits (batch, sequence, tags), float32; with `crf` its weights are rows behind them."""
        inputs = {name: value for name, value in batch.items() if name != "labels"}
        logits: torch.Tensor = model(**inputs).logits.float()
        field: Any = model.crf if self.crf else torch.nn.Identity()
        outputs: torch.Tensor = field(logits)
        return outputs

    def decode(
        self, outputs: torch.Tensor, examples: Sequence[Mapping[str, Any]], tokenizer: PreTrainedTokenizerFast
    ) -> Sequence[Mapping[str, Json]]:
        """Return the tagged tokens of each window; `joined` makes spans of them."""
        places = [np.flatnonzero(np.asarray(one["ends"]) > np.asarray(one["starts"])) for one in examples]
        scores, probabilities, chain = _chained(outputs, places) if self.crf else _independent(outputs, places)
        return [{"pieces": _pieces(*one, chain)} for one in zip(examples, places, scores, probabilities, strict=True)]

    def joined(self, pieces: Sequence[Mapping[str, Json]], row: Mapping[str, Any]) -> Mapping[str, Json]:
        """Return `spans` of a text: `start`, `end`, `label`, `text`, `score`; each token is its best window's."""
        windows = ([Piece(*one) for one in window["pieces"]] for window in pieces)
        return {"spans": spans_of(merged(windows), self.labels, row["text"])}


def _independent(outputs: torch.Tensor, places: Sequence[np.ndarray]) -> Decoded:
    """Return what is decoded of logits: log-probabilities."""
    every = outputs.log_softmax(dim=-1).numpy().astype(np.float64)
    scores = [one[where] for one, where in zip(every, places, strict=True)]
    return scores, [np.exp(one) for one in scores], None


def _chained(outputs: torch.Tensor, places: Sequence[np.ndarray]) -> Decoded:
    """Return what is decoded of the outputs of a field: logits, and probabilities over all sequences."""
    scores = _crf.Scores.of(outputs.double())
    windows = [one[torch.from_numpy(where)] for one, where in zip(scores.logits, places, strict=True)]
    logits = torch.nn.utils.rnn.pad_sequence(windows, batch_first=True)
    kept = torch.arange(logits.shape[1]) < torch.tensor([[len(one)] for one in windows])
    probabilities = _crf.marginals(scores._replace(logits=logits), kept).numpy()
    chain = Chain(*(one.numpy() for one in scores[1:]))
    return (
        [one.numpy() for one in windows],
        [one[: len(where)] for one, where in zip(probabilities, places, strict=True)],
        chain,
    )


def _pieces(
    example: Mapping[str, Any], places: np.ndarray, scores: np.ndarray, probabilities: np.ndarray, chain: Chain | None
) -> list[Piece]:
    """Return a window's tokens that lie in the text, at `places`, with their tags of the best sequence."""
    if not len(places):
        return []
    words = np.asarray(example["words"])[places] if "words" in example else np.arange(len(places))
    tags = word_tags(scores, words, chain)
    starts, ends = np.asarray(example["starts"])[places], np.asarray(example["ends"])[places]
    return [
        Piece(int(start), int(end), int(tag), float(sure[tag]), min(at, len(places) - 1 - at))
        for at, (start, end, tag, sure) in enumerate(zip(starts, ends, tags, probabilities, strict=True))
    ]
