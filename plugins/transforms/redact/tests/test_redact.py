"""Texts come out without personal data, are counted, and the report shows none of it."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from pydantic import ValidationError

from metier.components import TransformContext
from metier_redact.redact import MASK, Redact

HERE = Path(__file__).parent
LABELLED = [
    json.loads(line)
    for name in ("labelled", "held_out")
    for line in (HERE / f"{name}.jsonl").read_text("utf-8").splitlines()
]


def apply(texts: list[str], *, seed: int = 13, **options: Any) -> tuple[list[str], TransformContext]:
    context = TransformContext(("text",), seed=seed)
    rows = Dataset.from_dict({"id": [f"r{row}" for row in range(len(texts))], "text": texts})
    return list(Redact(Redact.Config.model_validate(options)).apply(rows, context)["text"]), context


def test_placeholders_stand_where_the_values_stood() -> None:
    made, context = apply(
        ["Ms. Okafor: +1 617 555 0199, a@b.org; badge 1234", "nothing"], patterns={"BADGE": r"badge \d+"}
    )
    assert made == ["Ms. [PERSON]: [PHONE], [EMAIL]; [BADGE]", "nothing"]
    assert {reason: change.count for reason, change in context.changed.items()} == {
        "PERSON replaced": 1,
        "PHONE replaced": 1,
        "EMAIL replaced": 1,
        "BADGE replaced": 1,
    }
    example = context.changed["PHONE replaced"].examples[0]
    assert example["before"] == f"Ms. {MASK}: {MASK}, {MASK}; {MASK}"
    assert example["after"] == "Ms. [PERSON]: [PHONE], [EMAIL]; [BADGE]"


@pytest.mark.parametrize("mode", ["placeholder", "surrogate"])
def test_no_value_that_was_found_is_in_the_report(mode: str) -> None:
    texts = [row["text"] for row in LABELLED]
    made, context = apply(texts, mode=mode)
    for row, (labelled, text) in enumerate(zip(LABELLED, made, strict=True)):
        shown = [
            example[side]
            for change in context.changed.values()
            for example in change.examples
            for side in ("before", "after")
            if example["id"] == f"r{row}"
        ]
        gone = [value for _, value in labelled["entities"] if len(value) > 3 and value not in text]
        assert not [value for value in gone for said in shown if value in said]


def test_surrogates_are_the_same_in_every_split() -> None:
    transform = Redact(Redact.Config(mode="surrogate"))
    made = {}
    for split, text in (("train", "Ann Lee wrote. Dear Ann Lee, x@y.org"), ("test", "x@y.org: Mr. Lee")):
        rows = Dataset.from_dict({"id": ["r"], "text": [text]})
        made[split] = transform.apply(rows, TransformContext(("text",), seed=13, split=split))["text"][0]
    name = made["train"].split(" wrote")[0]
    assert made["train"] == f"{name} wrote. Dear {name}, person1@example.org"
    assert made["test"] == f"person1@example.org: Mr. {name.split()[1]}"
    assert "Lee" not in name


def test_another_seed_gives_other_surrogates() -> None:
    (one,), _ = apply(["Dr. Berg"], mode="surrogate")
    (same,), _ = apply(["Dr. Berg"], mode="surrogate")
    (other,), _ = apply(["Dr. Berg"], mode="surrogate", seed=14)
    assert one == same != other


def test_long_examples_begin_near_the_value() -> None:
    _, context = apply(["word " * 200 + "a@b.org " + "word " * 200])
    example = context.changed["EMAIL replaced"].examples[0]
    assert example["before"].startswith("…")
    assert f"word {MASK} word" in example["before"]
    assert "word [EMAIL] word" in example["after"]


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        ({"badge": "x"}, "not written in capitals"),
        ({"BADGE": "("}, "is no regular expression"),
        ({"BADGE": "x*"}, "matches the empty text"),
    ],
)
def test_patterns_are_checked_while_planning(patterns: dict[str, str], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        Redact.Config(patterns=patterns)


def test_spans_move_with_their_text(tmp_path: Path) -> None:
    from metier.data import spans, store
    from metier.data.steps import _following

    text = "Dr. Anna Berg checked pump 7."
    row = {
        "id": "r",
        "text": text,
        "spans": [{"start": 4, "end": 13, "label": "PER"}, {"start": 22, "end": 28, "label": "PART"}],
    }
    before = store.load(store.write([row], tmp_path / "rows.arrow", types={"spans": spans.TYPE}))
    context = TransformContext(("text",))
    (after,) = store.records(_following(before, Redact().apply(before, context), ["spans"], context))
    assert [after["text"][one["start"] : one["end"]] for one in after["spans"]] == ["[PERSON]", "pump 7"]


def test_the_readme_s_figures_are_current() -> None:
    command = [sys.executable, str(HERE.parent / "measure.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert sum(len(row["entities"]) for row in LABELLED) >= 300


def test_the_context_survives_as_json() -> None:
    _, context = apply(["a@b.org"])
    assert json.loads(json.dumps({reason: asdict(change) for reason, change in context.changed.items()}))
