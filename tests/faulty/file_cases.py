"""Faults of a recipe's file: what cannot be read, and what is no YAML or no recipe."""

from __future__ import annotations

from tests.faulty.case import GOOD, Case, changed

FILE_CASES = [
    Case(
        "no such recipe",
        "no such recipe",
        "did you mean 'recipe.yaml'?",
        where="recpie.yaml:",
        arguments=("recpie.yaml",),
    ),
    Case("empty recipe", "an empty recipe", "recipe: 1", recipe="", where="recipe.yaml: "),
    Case("only a comment", "an empty recipe", "recipe: 1", recipe="# later\n", where="recipe.yaml: "),
    Case("binary recipe", "a binary file", "YAML", recipe=b"\x7fELF\0\0", where="recipe.yaml: "),
    Case("recipe not utf-8", "not UTF-8", "UTF-8", recipe=b"recipe: 1\nname: caf\xe9\n", where="recipe.yaml:2: "),
    Case(
        "recipe is a folder",
        "a folder, not a recipe",
        "name a recipe file",
        where="folder: ",
        folders=("folder",),
        arguments=("folder",),
    ),
    Case("recipe unreadable", "no permission", "permissions", where="recipe.yaml: ", unreadable=("recipe.yaml",)),
    Case("data instead of a recipe", "not YAML", "", recipe='{"a": [1, 2\n', where="recipe.yaml:2: "),
    Case("a list", "a recipe is a mapping", "recipe: 1", recipe="- recipe: 1\n", where="recipe.yaml:1: "),
    Case("a tab", "a tab", "spaces", recipe="recipe: 1\ndata:\n\ttrain: train.csv\n", where="recipe.yaml:3: "),
    Case("bad YAML", "not YAML", "brackets", recipe=changed(", epochs: 1}", ", epochs: 1"), where="recipe.yaml:8: "),
    Case("a colon in text", "not YAML", "quotes", recipe="recipe: 1\ndescription: a: b\n", where="recipe.yaml:2: "),
    Case(
        "a key twice",
        "given twice",
        "line 2",
        recipe=f"{GOOD}model: other\n",
        where="recipe.yaml:10: model: ",
    ),
    Case(
        "an option twice, spelt differently",
        "given twice",
        "keep one",
        recipe=f"{GOOD}optimizer:\n  learning_rate: 1e-4\n  learning-rate: 1e-5\n",
        where="recipe.yaml:12: optimizer.learning_rate: ",
    ),
    Case("two documents", "more than one document", "---", recipe=f"{GOOD}---\nrecipe: 1\n", where="recipe.yaml:10: "),
    Case("a tag", "the tag", "leave the tag out", recipe=f"{GOOD}name: !!python/name:os.system\n"),
    Case("an alias in itself", "nested too deep", "alias", recipe="recipe: 1\nadapt: &a [*a]\n", where="recipe.yaml: "),
    Case("no version", "version of the recipe language is missing", "recipe: 1", recipe=GOOD.partition("\n")[2]),
    Case("version 2", "not 2", "recipe: 1", recipe=changed("recipe: 1", "recipe: 2"), where="recipe.yaml:1: recipe: "),
]
EXTENDS_CASES = [
    Case(
        "extends nothing",
        "no such recipe",
        "check the path",
        recipe="recipe: 1\nextends: ./absent.yaml\n",
        where="recipe.yaml:2: extends: ",
    ),
    Case(
        "extends in a circle",
        "recipe.yaml → other.yaml → recipe.yaml",
        "take `extends` out",
        recipe="recipe: 1\nextends: other.yaml\n",
        files={"other.yaml": "recipe: 1\n# not yet\nextends: recipe.yaml\n"},
        where="other.yaml:3: extends: ",
    ),
    Case(
        "extends an unknown industry",
        "no industry named 'finanse'",
        "'finance'",
        recipe="recipe: 1\nextends: finanse/sentiment\n",
        where="recipe.yaml:2: extends: ",
    ),
    Case(
        "extends a list",
        "must be the name of a recipe",
        "name one",
        recipe="recipe: 1\nextends: [a, b]\n",
        where="recipe.yaml:2: extends: ",
    ),
    Case(
        "a fault in what is extended",
        "unknown key 'trainning'",
        "'training'",
        recipe=f"{GOOD}extends: base.yaml\n",
        files={"base.yaml": "recipe: 1\ntrainning: {}\n"},
        where="base.yaml:2: trainning: ",
    ),
]
