"""Token counts, their description, and what a maximum length cuts."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from datasets import Dataset
from tokenizers import Tokenizer, models, pre_tokenizers, processors

from metier.data.lengths import TokenCounter, describe, tokenizer_file, truncation


@pytest.fixture
def counter(tmp_path: Path) -> TokenCounter:
    made = Tokenizer(models.WordLevel({"[UNK]": 0, "[CLS]": 1, "[SEP]": 2}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.Whitespace()
    made.post_processor = processors.BertProcessing(("[SEP]", 2), ("[CLS]", 1))
    made.enable_padding(length=50)
    made.enable_truncation(4)
    made.save(str(tmp_path / "tokenizer.json"))
    return TokenCounter(tmp_path / "tokenizer.json")


def test_counts_have_special_tokens_and_no_padding_or_truncation(counter: TokenCounter) -> None:
    rows = Dataset.from_dict({"a": ["one two", "", "a b c d e f"], "b": ["x", "y z", ""], "c": ["x", "", "x y"]})
    assert counter.count(rows, ("a",)).tolist() == [4, 2, 8]
    assert counter.count(rows, ("a", "b")).tolist() == [6, 5, 9]
    assert counter.count(rows, ("a", "b", "c")).tolist() == [4 + 3 + 3, 2 + 4 + 2, 8 + 2 + 4]


def test_describe() -> None:
    told = describe(np.asarray([1, 2, 2, 3, 10]))
    assert {name: told[name] for name in ("p50", "p95", "max", "mean", "total")} == {
        "p50": 2,
        "p95": 10,
        "max": 10,
        "mean": 3.6,
        "total": 18,
    }
    assert sum(told["histogram"]["counts"]) == 5
    assert len(told["histogram"]["edges"]) == len(told["histogram"]["counts"]) + 1
    assert describe(np.asarray([], dtype=np.int64)) == {"total": 0}


def test_truncation() -> None:
    assert truncation(np.asarray([4, 8, 12]), 8) == {
        "max_length": 8,
        "rows": 1,
        "share": 0.3333,
        "tokens_share": 0.1667,
    }
    assert truncation(np.asarray([8]), 8)["rows"] == 0


def test_a_tokenizer_is_a_file_or_in_a_folder(tmp_path: Path) -> None:
    assert tokenizer_file(None) is None
    assert tokenizer_file(tmp_path) is None
    (tmp_path / "tokenizer.json").write_text("{}", encoding="utf-8")
    assert tokenizer_file(tmp_path) == tokenizer_file(tmp_path / "tokenizer.json") == tmp_path / "tokenizer.json"


def test_data_are_prepared_without_torch() -> None:
    heavy = "{'torch', 'transformers'} & set(sys.modules)"
    script = f"import sys, metier.data.prepare, metier.data.inspect; sys.exit(bool({heavy}))"
    assert subprocess.run([sys.executable, "-c", script], check=False).returncode == 0
