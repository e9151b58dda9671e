"""The passages of the domain's corpus that are nearest to the task's texts (kNN-TAPT).

Gururangan et al. 2020, *Don't Stop Pretraining* (arXiv 2004.10964), section 5.2: texts of task and domain are embedded,
and of each task text the k nearest domain texts are added to the task's own. They embed by VAMPIRE, a model of word
counts, since it must be cheap for a whole corpus; here it is word counts themselves, weighted by TF-IDF and compared by
cosine. Words are the pieces of the model's own tokenizer and their pairs, so that any language that it reads will do.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from scipy.sparse import csr_matrix, diags
from sklearn.feature_extraction.text import TfidfTransformer

from metier.errors import DataError
from metier_pretraining._passages import joined, passages

if TYPE_CHECKING:
    from datasets import Dataset
    from transformers import PreTrainedTokenizerFast

logger = logging.getLogger("metier")
TERMS = 2**20
"""Columns that pieces and pairs are hashed to."""
COMMON = 0.5
"""Share of the passages from which a term is too common to tell them apart."""
CELLS = 2**24
"""Similarities that exist at a time."""
Array = np.ndarray[Any, np.dtype[Any]]


def near_task(
    task: Dataset, domain: Dataset, tokenizer: PreTrainedTokenizerFast, *, neighbours: int, size: int
) -> Dataset:
    """Return the task's texts, and of the domain's passages of at most `size` tokens those nearest to one of them.

    A passage that is a task's text counts once. Raises `DataError` where the domain has no text.
    """
    candidates, own = passages(domain, tokenizer, size=size), set(task["text"][:])
    if len(candidates) == 0:
        hint = "look at the corpus with `metier data inspect`"
        raise DataError("there is no text in the corpus", where="data.corpus", hint=hint)
    near = nearest(task["text"][:], candidates["text"][:], tokenizer, neighbours=neighbours)
    chosen = [i for i, text in zip(near, candidates.select(near)["text"], strict=True) if text not in own]
    logger.info(
        "continued-pretraining: %d of %d passages of the corpus are among the %d nearest to one of %d task texts",
        len(chosen), len(candidates), neighbours, len(task),
    )  # fmt: skip
    return joined(task, candidates.select(chosen))


def nearest(
    texts: Sequence[str], candidates: Sequence[str], tokenizer: PreTrainedTokenizerFast, *, neighbours: int
) -> Array:
    """Return the sorted indices of all candidates that are among the `neighbours` nearest to some text.

    A candidate that shares no term with a text is not near it, and may be missing from its neighbours.
    """
    counts = term_counts(candidates, tokenizer)
    held_by = np.bincount(counts.indices, minlength=TERMS)
    telling = diags((held_by <= max(1, COMMON * len(candidates))).astype(np.float32))
    weigh = TfidfTransformer(sublinear_tf=True).fit(counts @ telling)
    theirs = weigh.transform(counts @ telling).T.tocsr()
    ours = weigh.transform(term_counts(texts, tokenizer) @ telling).tocsr()
    chosen = np.zeros(len(candidates), dtype=bool)
    rows = max(1, CELLS // max(1, len(candidates)))
    for start in range(0, len(texts), rows):
        similar = (ours[start : start + rows] @ theirs).toarray()
        k = min(neighbours, len(candidates))
        best = np.argpartition(-similar, k - 1, axis=1)[:, :k]
        chosen[best[np.take_along_axis(similar, best, axis=1) > 0]] = True
    return np.flatnonzero(chosen)


def term_counts(texts: Sequence[str], tokenizer: PreTrainedTokenizerFast) -> Any:
    """Return how often each term stands in each text: a sparse matrix (texts, TERMS) of pieces and pairs of pieces."""
    columns, ends = [], [0]
    for start in range(0, len(texts), 1000):
        some = list(texts[start : start + 1000])
        for ids in tokenizer(some, add_special_tokens=False, verbose=False)["input_ids"]:
            pieces = np.asarray(ids, dtype=np.int64)
            pairs = (pieces[:-1] * 1_000_003 + pieces[1:]) * 31 + 7
            columns.append(np.concatenate([pieces, pairs]) % TERMS)
            ends.append(ends[-1] + len(columns[-1]))
    indices = np.concatenate(columns) if columns else np.empty(0, dtype=np.int64)
    counts = csr_matrix((np.ones(len(indices), dtype=np.float32), indices, ends), shape=(len(texts), TERMS))
    counts.sum_duplicates()
    return counts
