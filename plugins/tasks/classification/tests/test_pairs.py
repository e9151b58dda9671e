"""Two texts are read together: which is which is told, the longer is cut, baselines see both."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from datasets import Dataset

from metier.testing.models import build_model, load_tokenizer
from metier_classification.baselines import Linear, Probe
from metier_classification.pairs import PairClassification

ROWS = {
    "id": ["1", "2", "3", "4"],
    "text": ["sales rose", "profit fell", "the plant closed", "costs grew"],
    "second": ["sales rose", "the market", "the plant closed again", "a dividend for the year"],
    "label": ["same", "other", "same", "other"],
}


def objective() -> Any:
    head = PairClassification()
    return head.objective(head.learn(Dataset.from_dict(ROWS)))


class Told:
    """A tokenizer that notes what it is given; a token is a word."""

    def __init__(self, *, kinds: bool, separates: bool) -> None:
        self.model_input_names = ["input_ids", *(["token_type_ids"] if kinds else [])]
        self.sep_token = "[SEP]" if separates else None
        self.pad_token_id, self.eos_token_id, self.name_or_path = 0, 2, "told"
        self.given: list[Any] = []

    def __call__(self, texts: list[str], pairs: list[str] | None, **options: Any) -> dict[str, Any]:
        self.given = [texts, pairs]
        sizes = [(len(one.split()), len(other.split())) for one, other in zip(texts, pairs or [], strict=True)]
        found = {"input_ids": [[7] * (one + other) for one, other in sizes]}
        if options["return_token_type_ids"]:
            found["token_type_ids"] = [[0] * one + [1] * other for one, other in sizes]
        return found


def test_a_bert_is_told_which_text_a_token_is_of() -> None:
    tokenizer: Any = Told(kinds=True, separates=True)
    encoded = objective().encode(ROWS, tokenizer, 32)
    examples = [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]
    batch = objective().collate(examples, tokenizer, np.random.default_rng(0))
    assert tokenizer.given == [ROWS["text"], ROWS["second"]]
    assert batch["token_type_ids"][0].tolist() == [0, 0, 1, 1, 0, 0, 0]
    assert batch["token_type_ids"][3].tolist() == [0, 0, 1, 1, 1, 1, 1]


def test_a_decoder_sees_a_line_between_them() -> None:
    tokenizer: Any = Told(kinds=False, separates=False)
    encoded = objective().encode(ROWS, tokenizer, 32)
    assert tokenizer.given == [ROWS["text"], [f"\n{text}" for text in ROWS["second"]]]
    assert "token_type_ids" not in encoded


def test_of_two_texts_the_longer_is_cut(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    rows = {"text": ["sales rose"], "second": ["the plant closed again " * 20], "label": ["same"]}
    (ids,) = objective().encode(rows, tokenizer, 16)["input_ids"]
    assert len(ids) == 16
    assert tokenizer.decode(ids).startswith("[CLS] sales rose [SEP] the plant")


def test_what_both_texts_share_decides_for_the_linear_baseline() -> None:
    words = [f"word{i}" for i in range(40)]
    pairs = [(words[i], words[i] if i % 2 else words[(i + 7) % 40]) for i in range(40)] * 3
    rows = Dataset.from_dict(
        {
            "id": [str(i) for i in range(len(pairs))],
            "text": [f"the {one} here" for one, _ in pairs],
            "second": [f"a {other} there" for _, other in pairs],
            "label": ["same" if one == other else "other" for one, other in pairs],
        }
    )
    head = PairClassification()
    state = head.learn(rows)

    def features(some: Dataset) -> np.ndarray:
        return np.array([[float(words.index(text.split()[1]))] for text in some["text"]], dtype=np.float32)

    for baseline in (Linear(head, state), Probe(head, state)):
        figures = head.measure(baseline.predict(rows, rows, features=features), state)
        assert figures["accuracy"] > 0.9, baseline.name
