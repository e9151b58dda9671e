"""How well answers agree with their references."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from metier_text_generation.fields import share_filled
from metier_text_generation.overlap import character_counts, chrf, rouge_l, rouge_n, words

if TYPE_CHECKING:
    from metier.components.task_head import PredictionTable

CHRF, PERPLEXITY = "chrf", "perplexity"


class AnswerFigures:
    """Figures over a table, for any weights of its rows; what a row says is compared once."""

    def __init__(self, table: PredictionTable, fields: Sequence[str] = (), names: frozenset[str] | None = None) -> None:
        pairs = list(zip(table["prediction"], table["reference"], strict=True))
        overlap = [(words(said), words(true)) for said, true in pairs]
        ways: dict[str, Callable[[], Iterable[float | None]]] = {
            "rouge_l": lambda: (rouge_l(said, true) for said, true in overlap),
            "rouge_1": lambda: (rouge_n(said, true, 1) for said, true in overlap),
            "rouge_2": lambda: (rouge_n(said, true, 2) for said, true in overlap),
            "exact_match": lambda: (float(said == true) for said, true in pairs),
            "finished": lambda: table["finished"],
            "numbers_in_prompt": lambda: table["numbers"],
        }
        if fields:
            ways["fields"] = lambda: (share_filled(said, fields) for said, _ in pairs)
        asked = [name for name in ways if names is None or name in names]
        self.count = len(pairs)
        self.rows = {name: np.array(list(ways[name]()), dtype=np.float64) for name in asked}
        """A figure a row, (rows,); NaN where it is not defined."""
        counted = pairs if names is None or CHRF in names else []
        self.characters = np.array([character_counts(said, true) for said, true in counted])
        """(rows, orders, 3), where chrF is asked for."""
        self.losses = np.zeros((2, self.count))
        """Log loss of the true answers, and their tokens, (2, rows), where perplexity is asked for."""
        if names is None or PERPLEXITY in names:
            self.losses = np.stack([np.nan_to_num(table["log_loss"]), table["tokens"]])

    def __call__(self, weights: np.ndarray | None) -> Mapping[str, float]:
        """Return the means over rows, and chrF and perplexity over all: the exponential of the log loss a token.

        A figure without a row that it is defined on is left out.
        """
        weights = np.ones(self.count) if weights is None else weights
        figures: dict[str, float] = {}
        for name, values in self.rows.items():
            defined = ~np.isnan(values)
            if (total := float(weights[defined].sum())) > 0:
                figures[name] = float(weights[defined] @ values[defined]) / total
        log_loss, tokens = self.losses @ weights
        if tokens > 0:
            figures[PERPLEXITY] = float(np.exp(log_loss / tokens))
        score = chrf(np.tensordot(weights, self.characters, axes=1)) if len(self.characters) else None
        return figures if score is None else {**figures, CHRF: score}
