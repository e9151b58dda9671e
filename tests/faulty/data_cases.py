"""Faults of the data that only reading shows: exit code 4, and no run is left behind."""

from __future__ import annotations

from tests.faulty.case import GOOD, ROWS, Case

HEAD = GOOD.partition("adapt:")[0].replace("starter:minilm", "./model").replace("  corpus: corpus.txt\n", "")
RECIPE = f"{HEAD}task: text-classification\ntraining: {{num_train_epochs: 1}}\n"
TESTED = RECIPE.replace("train: train.csv", "train: train.csv\n  test: test.csv")
UTF_8 = RECIPE.replace("train.csv", "{use: csv, path: train.csv, encoding: utf-8}")
JSONL = RECIPE.replace("train.csv", "train.jsonl")


def case(name: str, message: str, hint: str, *, recipe: str = RECIPE, exit_code: int = 4, **files: str | bytes) -> Case:
    """Return a fault in `train` or `test` (files of that name with `.csv`), or `lines` (`train.jsonl`)."""
    names = {"train": "train.csv", "test": "test.csv", "lines": "train.jsonl"}
    laid = {names[key]: content for key, content in files.items()}
    return Case(name, message, hint, recipe=recipe, files=laid, exit_code=exit_code)


DATA_CASES = [
    case(
        "a label that training never saw",
        "label 'neutral'",
        "negative",
        recipe=TESTED,
        test="text,label\nzinc,neutral\n",
    ),
    case("one class only", "only the label 'positive'", "another label", train=ROWS.replace("negative", "positive")),
    case("a header without rows", "there are no records", "at least one", train="text,label\n"),
    case("a row too long", "train.csv:21: ", "quote", train=f"{ROWS}a,b,c,d\n"),
    case(
        "a byte of another encoding",
        "train.csv:21: byte 0xe9",
        "encoding: latin-1",
        recipe=UTF_8,
        train=ROWS.encode() + b"caf\xe9,positive\n",
        exit_code=2,
    ),
    case(
        "a byte of another encoding, far down",
        "train.csv:621: byte 0xe9",
        "encoding: latin-1",
        recipe=UTF_8,
        train=ROWS.encode() + b"pear raep,positive\n" * 600 + b"caf\xe9,positive\n",
    ),
    case("no text anywhere", "no row can be used", "columns", train="text,label\n" + " ,positive\n ,negative\n" * 9),
    case("fewer rows than splits", "cannot make 3 splits", "more data", train="text,label\na,x\nb,y\n"),
    case(
        "a line that is no JSON",
        "train.jsonl:2: this line is not JSON",
        "one JSON object",
        recipe=JSONL,
        lines='{"text": "a", "label": "b"}\n{\n',
    ),
    case(
        "records without the column",
        "no column for 'label'",
        "label: verdict",
        recipe=JSONL,
        lines='{"text": "a", "verdict": "b"}\n' * 9,
    ),
    case(
        "test rows that are training rows",
        "train.csv:2 and test.csv:2",
        "on_leak: drop",
        recipe=TESTED.replace("  train:", "  on_leak: error\n  train:"),
        test="text,label\namber rebma,positive\n",
    ),
    case("no training row but test rows", "every row of train is in the test split", "other", recipe=TESTED, test=ROWS),
    case(
        "a row longer than the bound",
        "train.csv:21 has",
        "training.max_length",
        recipe=RECIPE.replace("num_train_epochs: 1", "overflow: error, max_length: 8"),
        train=f"{ROWS}{'good ' * 20},positive\n",
    ),
]
"""Faults that the first stage finds; what a quick look finds is in the other tables."""
