"""Faults of a recipe's own keys and values."""

from __future__ import annotations

from tests.faulty.case import GOOD, Case, changed

KEY_CASES = [
    Case(
        "unknown key",
        "unknown key 'modell'",
        "did you mean 'model'?",
        recipe=f"{GOOD}modell: x\n",
        where="recipe.yaml:10: modell: ",
    ),
    Case(
        "unknown key in data",
        "unknown key 'trian'",
        "'train'",
        recipe=changed("  train: train.csv\n", "  train: train.csv\n  trian: train.csv\n"),
        where="recipe.yaml:5: data.trian: ",
    ),
    Case("a training key at the top", "unknown key 'max_length'", "under `training`", recipe=f"{GOOD}max_length: 64\n"),
    Case(
        "learning_rate under training",
        "unknown key 'learning_rate'",
        "it belongs under `optimizer`",
        recipe=changed("{num_train_epochs: 1}", "{learning_rate: 1e-4}"),
        where="recipe.yaml:9: training.learning_rate: ",
    ),
    Case(
        "another tool's name",
        "unknown key 'bf16'",
        "precision: bf16",
        recipe=changed("{num_train_epochs: 1}", "{bf16: true}"),
    ),
    Case(
        "a section that is a value",
        "must be a mapping",
        "num_train_epochs",
        recipe=changed("{num_train_epochs: 1}", "fast"),
        where="recipe.yaml:9: training: ",
    ),
    Case(
        "a list that is a name",
        "must be a list",
        "[normalize]",
        recipe=changed("  train:", "  prepare: normalize\n  train:"),
        where="recipe.yaml:4: data.prepare: ",
    ),
]
VALUE_CASES = [
    Case(
        "text for a number",
        "must be a number, not the text 'three'",
        "Passes",
        recipe=changed("{num_train_epochs: 1}", "{num_train_epochs: three}"),
        where="recipe.yaml:9: training.num_train_epochs: ",
    ),
    Case(
        "true for a number",
        "must be a number, not true",
        "Passes",
        recipe=changed("{num_train_epochs: 1}", "{num_train_epochs: true}"),
    ),
    Case(
        "a fraction for a count",
        "must be a whole number, not 1.5",
        "",
        recipe=changed("{num_train_epochs: 1}", "{per_device_train_batch_size: 1.5}"),
    ),
    Case(
        "yes for true",
        "must be true or false, not the text 'yes'",
        "ablate",
        recipe=f"{GOOD}ablate: yes\n",
        where="recipe.yaml:10: ablate: ",
    ),
    Case(
        "a word that is none of them",
        "must be 'auto', 'bf16' or 'fp32'",
        "did you mean 'bf16'?",
        recipe=changed("{num_train_epochs: 1}", "{precision: bf-16}"),
    ),
    Case("no seeds", "must be 1 or more, not 0", "seeds", recipe=f"{GOOD}seeds: 0\n", where="recipe.yaml:10: seeds: "),
    Case("a negative seed", "must be 0 or more, not -1", "seed", recipe=f"{GOOD}seed: -1\n"),
    Case(
        "an infinite number",
        "'1e999'",
        "quotes",
        recipe=f"{GOOD}optimizer: {{learning_rate: 1e999}}\n",
        where="recipe.yaml:10: optimizer.learning_rate: ",
    ),
    Case(
        "shares of all rows",
        "must be less than 1",
        "leave rows to train on",
        recipe=changed("  train:", "  split: {validation: 0.5, test: 0.5}\n  train:"),
        where="recipe.yaml:4: data.split: ",
    ),
    Case(
        "a share above 1",
        "must be less than 1.0, not 20",
        "Share",
        recipe=changed("  train:", "  split: {test: 20}\n  train:"),
    ),
    Case(
        "nothing to judge by",
        "no rows are left to judge",
        "data.test",
        recipe=changed("  train:", "  split: {test: 0}\n  train:"),
    ),
    Case(
        "groups without a column",
        "needs the column",
        "group:",
        recipe=changed("  train:", "  split: {by: group}\n  train:"),
    ),
    Case(
        "a group that is no column",
        "no column 'lable'",
        "'label'",
        recipe=changed("  train:", "  split: {group: lable}\n  train:"),
    ),
    Case(
        "early stopping on nothing",
        "needs a validation split",
        "data.validation",
        recipe=changed("{num_train_epochs: 1}", "{early_stopping_patience: 2}").replace(
            "  train:", "  split: {validation: 0}\n  train:"
        ),
    ),
    Case(
        "a name that is a path",
        "must match",
        "folder",
        recipe=f"{GOOD}name: ../outside\n",
        where="recipe.yaml:10: name: ",
    ),
]
