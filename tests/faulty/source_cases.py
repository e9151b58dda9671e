"""Faults of data sources as a quick look finds them, and of the command line."""

from __future__ import annotations

from tests.faulty.case import Case, changed

SOURCE_CASES = [
    Case("no rows", "no rows to train on", "--train", recipe=changed("  train: train.csv\n", "")),
    Case(
        "missing file",
        "no such file",
        "",
        recipe=changed("train: train.csv", "train: rows.csv"),
        where="recipe.yaml:4: data.train: ",
    ),
    Case(
        "a folder for a file",
        "folder",
        "",
        recipe=changed("train: train.csv", "train: rows.csv"),
        folders=("rows.csv",),
    ),
    Case("unreadable file", "you may not read this file", "chmod", unreadable=("train.csv",)),
    Case("empty file", "the file is empty", "", files={"train.csv": ""}),
    Case("binary file", "binary file", "", files={"train.csv": b"\x89PNG\r\n\0\0\0\rIHDR"}),
    Case(
        "nothing reads it",
        "no data source reads files '*.xyz'",
        "use: <source>",
        recipe=changed("train: train.csv", "train: rows.xyz"),
        files={"rows.xyz": "a"},
    ),
    Case(
        "unknown source",
        "no data source named 'cvs'",
        "did you mean 'csv'? (from metier)",
        recipe=changed("train: train.csv", "train: {use: cvs, path: train.csv}"),
        where="recipe.yaml:4: data.train.use: ",
    ),
    Case(
        "missing column",
        "no column for 'label'",
        "columns: {label:",
        files={"train.csv": "text,verdict\na,b\n"},
        where="recipe.yaml:4: data.train: ",
    ),
    Case(
        "a mapped column that is not there",
        "there is no column 'sentense'",
        "did you mean 'sentence'?",
        recipe=changed("train: train.csv", "train: {use: csv, path: train.csv, columns: {text: sentense}}"),
        files={"train.csv": "sentence,label\na,b\n"},
    ),
    Case(
        "an unknown role",
        "nothing here has the role 'lable'",
        "label",
        recipe=changed("train: train.csv", "train: {use: csv, path: train.csv, columns: {lable: label}}"),
        where="recipe.yaml:4: data.train.columns.lable: ",
    ),
    Case(
        "a column that is a number",
        "must be the name of a column, not 1",
        "quotes",
        recipe=changed("train: train.csv", "train: {use: csv, path: train.csv, columns: {label: 1}}"),
    ),
]
COMMAND_LINE_CASES = [
    Case(
        "--set without a value",
        "not PATH=VALUE",
        "--set training.num_train_epochs=5",
        arguments=("--set", "seed"),
        where="--set seed: ",
    ),
    Case(
        "--set of an unknown key",
        "unknown key 'epochs'",
        "'num_train_epochs'",
        arguments=("--set", "training.epochs=5"),
        where="--set training.epochs=5: training.epochs: ",
    ),
    Case(
        "--set of an entry that is not there",
        "adapt has no entry '3'",
        "counted from 0",
        arguments=("--set", "adapt.3.epochs=5"),
        where="--set adapt.3.epochs=5: ",
    ),
    Case(
        "--set inside a value",
        "training.num_train_epochs is a single value",
        "set it whole",
        arguments=("--set", "training.num_train_epochs.x=5"),
        where="--set ",
    ),
    Case("--set of what is no YAML", "not YAML", "quote", arguments=("--set", "adapt=[a"), where="--set adapt=[a: "),
    Case(
        "--set of the wrong type",
        "must be a number, not the text 'x'",
        "Passes",
        arguments=("--set", "training.num_train_epochs=x"),
        where="--set ",
    ),
    Case(
        "--train of a missing file",
        "no such file",
        "",
        arguments=("--train", "absent.csv"),
        where="--train: data.train: ",
    ),
    Case(
        "--model of an unknown source",
        "no model source named 'startr'",
        "'starter'",
        arguments=("--model", "startr:minilm"),
        where="--model: model: ",
    ),
]
