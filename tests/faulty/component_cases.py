"""Faults of components and models: unknown, misused, or refusing."""

from __future__ import annotations

from tests.faulty.case import GOOD, Case, changed

COMPONENT_CASES = [
    Case(
        "unknown component",
        "no adaptation method named 'adversaril'",
        "did you mean 'adversarial'? (from metier-adversarial)",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "adversaril"),
        where="recipe.yaml:7: adapt[0]: ",
    ),
    Case(
        "unknown component in a mapping",
        "no adaptation method named 'adversaril'",
        "(from metier-adversarial)",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "{use: adversaril}"),
        where="recipe.yaml:7: adapt[0].use: ",
    ),
    Case(
        "unknown option",
        "continued-pretraining has no option 'epoch'",
        "did you mean 'epochs'? (from metier-pretraining)",
        recipe=changed(", epochs: 1}", ", epoch: 1}"),
        where="recipe.yaml:7: adapt[0].epoch: ",
    ),
    Case(
        "wrong type of an option",
        "must be a number, not the text 'many'",
        "epochs",
        recipe=changed(", epochs: 1}", ", epochs: many}"),
        where="recipe.yaml:7: adapt[0].epochs: ",
    ),
    Case("an option out of bounds", "must be greater than 0", "epochs", recipe=changed(", epochs: 1}", ", epochs: 0}")),
    Case(
        "an option missing",
        "the option 'path' is missing",
        "path",
        recipe=changed("train: train.csv", "train: {use: csv}"),
        where="recipe.yaml:4: data.train",
    ),
    Case(
        "no name",
        "names no adaptation method",
        "add `use:`",
        recipe=changed("use: continued-pretraining, ", ""),
        where="recipe.yaml:7: adapt[0]: ",
    ),
    Case(
        "the name as a key",
        "names no adaptation method",
        "{use: adversarial,",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "{adversarial: {attack: fgm}}"),
    ),
    Case(
        "another kind's component",
        "no adaptation method named 'normalize'",
        "under data.prepare",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "normalize"),
    ),
    Case(
        "a number for a component",
        "must be the name of a task head",
        "use:",
        recipe=changed("task: text-classification", "task: 3"),
        where="recipe.yaml:8: task: ",
    ),
    Case(
        "no task",
        "no task is named",
        "task: ",
        recipe=changed("task: text-classification\n", ""),
        where="recipe.yaml:1: task: ",
    ),
    Case(
        "ambiguous component",
        "offered by both metier-one 1.0 and metier-two 1.0",
        "uninstall one",
        recipe=changed("  train:", "  prepare: [redact]\n  train:"),
        real=False,
    ),
    Case(
        "a method without corpus",
        "needs text of the industry",
        "--corpus",
        recipe=changed("  corpus: corpus.txt\n", ""),
        where="recipe.yaml:6: adapt[0]: ",
        real=False,
    ),
    Case(
        "a strategy without corpus",
        "labels-corpus needs text of the industry",
        "--corpus",
        recipe=changed("  corpus: corpus.txt\nadapt:\n  - {use: continued-pretraining, epochs: 1}\n", "")
        + "improve: [labels-corpus]\n",
        where="recipe.yaml:7: improve[0]: ",
        real=False,
    ),
    Case(
        "a strategy that refuses the task",
        "labels-corpus refuses: regression has no labels",
        "leave it out of `improve`",
        recipe=f"{GOOD.replace('text-classification', 'regression')}improve: [labels-corpus]\n",
        files={"train.csv": "text,score\na,1\n"},
        where="recipe.yaml:10: improve[0]: ",
        real=False,
    ),
    Case(
        "a method that refuses the model",
        "it needs an encoder",
        "choose another",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "encoders-only").replace("minilm", "smollm2"),
        where="recipe.yaml:7: adapt[0]: ",
        real=False,
    ),
    Case(
        "a method that refuses the task",
        "not regression",
        "take this method out",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "encoders-only").replace(
            "text-classification", "regression"
        ),
        files={"train.csv": "text,score\na,1\n"},
        real=False,
    ),
    Case(
        "two methods that cannot act together",
        "encoders-only refuses: it does not stand beside adversarial",
        "one of the two",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "encoders-only\n  - adversarial"),
        where="recipe.yaml:7: adapt[0]: ",
        real=False,
    ),
    Case(
        "a method whose words no industry gives",
        "lexical: the recipe names no industry",
        "name another industry",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "lexical"),
        where="recipe.yaml:7: adapt[0]: ",
        real=False,
    ),
    Case(
        "a method whose words the industry does not have",
        "lexical: the industry finance has no lexicon",
        "take this method out",
        recipe=changed("{use: continued-pretraining, epochs: 1}", "lexical") + "industry: finance\n",
        where="recipe.yaml:7: adapt[0]: ",
        real=False,
    ),
    Case(
        "a task that refuses the model",
        "it needs an encoder",
        "another model",
        recipe=changed("text-classification", "regression").replace("minilm", "smollm2"),
        files={"train.csv": "text,score\na,1\n"},
        where="recipe.yaml:8: task: ",
        real=False,
    ),
]
MODEL_CASES = [
    Case("no model", "no model is named", "starter:minilm", recipe=changed("model: starter:minilm\n", "")),
    Case(
        "unknown model",
        "no starter model named 'minilmm'",
        "did you mean 'starter:minilm'?",
        recipe=changed("minilm", "minilmm"),
        where="recipe.yaml:2: model: ",
    ),
    Case(
        "unknown source of models",
        "no model source named 'startr'",
        "did you mean 'starter'?",
        recipe=changed("starter", "startr"),
    ),
    Case(
        "a folder that is no model",
        "no config.json",
        "save_pretrained",
        recipe=changed("starter:minilm", "./folder"),
        folders=("folder",),
    ),
    Case(
        "a folder that is not there", "no config.json", "save_pretrained", recipe=changed("starter:minilm", "./folder")
    ),
    Case(
        "a broken config.json",
        "not the configuration of a transformers model",
        "save_pretrained",
        recipe=changed("starter:minilm", "./model"),
        files={"model/config.json": "{}"},
    ),
    Case(
        "no name of a model",
        "neither a folder nor a model's name",
        "owner/name",
        recipe=changed("starter:minilm", "a model for me"),
    ),
    Case(
        "longer than the model",
        "must be 512 or less",
        "positions",
        recipe=changed("{num_train_epochs: 1}", "{max_length: 600}"),
        where="recipe.yaml:9: training.max_length: ",
    ),
]
