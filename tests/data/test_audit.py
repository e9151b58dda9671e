"""What makes rows equal, whose tokens are counted, and what a maximum length cuts."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest
from datasets import Dataset
from tests.data.test_prepare import make_plan
from tokenizers import Tokenizer, models, pre_tokenizers

from metier.components import TaskHead
from metier.data.audit import Audit
from metier.errors import DataError
from metier.settings import TrainingSettings
from metier.values import Column

ROWS = Dataset.from_dict(
    {
        "id": ["a", "b", "c"],
        "question": ["Which pump?", "Which pump?", "Which pump?"],
        "choices": [["one", "two"], ["three", "four"], ["one", "two"]],
        "reply": ["word " * 9, "two", "one"],
    }
)


class Replies(TaskHead):
    """Reads a question with choices, and writes a reply."""

    name: ClassVar[str] = "replies"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("question"),
        Column("choices", "any"),
        Column("reply", answer=True),
    )


class Windows(Replies):
    """Cuts nothing."""

    windows: ClassVar[bool] = True


def audit(head: TaskHead, folder: Path, **settings: object) -> Audit:
    made = Tokenizer(models.WordLevel({"[UNK]": 0}, unk_token="[UNK]"))
    made.pre_tokenizer = pre_tokenizers.WhitespaceSplit()
    made.save(str(folder / "tokenizer.json"))
    training = TrainingSettings.model_validate({"max_length": 8, **settings})
    return Audit.of(make_plan({}, training=training), head, folder)


def test_rows_are_equal_where_all_that_is_read_is(tmp_path: Path) -> None:
    assert audit(Replies(), tmp_path).duplicates({"train": ROWS})["train"]["exact"] == 1


def test_tokens_are_those_of_what_is_read_and_what_is_to_be_said(tmp_path: Path) -> None:
    told = audit(Replies(), tmp_path).splits({"train": ROWS})["train"]
    assert (told["tokens"]["max"], told["tokens"]["p50"]) == (11, 3)
    assert told["truncated"]["rows"] == 1


def test_what_is_read_in_windows_is_not_cut(tmp_path: Path) -> None:
    assert "truncated" not in audit(Windows(), tmp_path, overflow="error").splits({"train": ROWS})["train"]
    with pytest.raises(DataError, match="1 rows of train are longer than max_length 8; a has 11 tokens"):
        audit(Replies(), tmp_path, overflow="error").splits({"train": ROWS})
