"""The JSON Schema of recipes agrees with the plan: it takes good recipes and refuses bad ones."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from tests.fakes import registry

from metier.discovery import discover
from metier.plan.keys import DATA, TOP
from metier.schema import recipe_schema

SCHEMA = recipe_schema(registry())
GOOD = [
    "{recipe: 1}",
    "{recipe: 1, extends: finance/sentiment, optimizer: {learning_rate: 1.0e-4}, task: {class_weights: balanced}}",
    "{recipe: 1, model: 'starter:minilm', task: text-classification, data: {train: train.csv}}",
    "{recipe: 1, data: {train: {use: csv, path: a.csv, columns: {text: body}}, prepare: [normalize]}}",
    "{recipe: 1, data: {train: {path: a.csv, columns: {text: body}}, split: {by: group, group: x}, on_leak: keep}}",
    "{recipe: 1, adapt: [adversarial, {use: continued-pretraining, epochs: 2}], improve: [{use: seeds, number: 2}]}",
    "{recipe: 1, adapt: null, data: {test: null}, seeds: 3, ablate: true, training: {max_length: 64}}",
]
BAD = [
    "{}",
    "[]",
    "{recipe: 2}",
    "{recipe: 1, modell: x}",
    "{recipe: 1, seeds: 0}",
    "{recipe: 1, seed: '3'}",
    "{recipe: 1, task: no-such-task}",
    "{recipe: 1, task: {use: text-classification, weights: 1}}",
    "{recipe: 1, adapt: adversarial}",
    "{recipe: 1, adapt: [{use: adversarial, attack: nuke}]}",
    "{recipe: 1, adapt: [{use: adversarial, epsilon: 0}]}",
    "{recipe: 1, adapt: [{epochs: 2}]}",
    "{recipe: 1, adapt: [normalize]}",
    "{recipe: 1, data: {train: {use: csv}}}",
    "{recipe: 1, data: {train: {use: csv, path: a.csv, columns: [a]}}}",
    "{recipe: 1, data: {trian: a.csv}}",
    "{recipe: 1, training: {learning_rate: 1.0e-4}}",
    "{recipe: 1, data: {prepare: [redact]}}",
]


def test_it_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("recipe", GOOD)
def test_good_recipes_pass(recipe: str) -> None:
    assert [error.message for error in Draft202012Validator(SCHEMA).iter_errors(yaml.safe_load(recipe))] == []


@pytest.mark.parametrize("recipe", BAD)
def test_bad_recipes_do_not(recipe: str) -> None:
    assert not Draft202012Validator(SCHEMA).is_valid(yaml.safe_load(recipe))


def test_options_are_documented_by_their_own_descriptions() -> None:
    forms = SCHEMA["properties"]["adapt"]["anyOf"][0]["items"]["anyOf"]
    (form,) = [form for form in forms if form.get("title") == "adversarial"]
    assert form["properties"]["use"]["const"] == "adversarial"
    assert form["properties"]["attack"]["description"] == "How the perturbation is found."
    assert form["description"] == "Perturbs embeddings. (metier-adversarial 0.1.0)"


@pytest.mark.parametrize("schema", [SCHEMA, recipe_schema(discover())], ids=["fakes", "installed"])
def test_every_key_has_a_description(schema: dict[str, Any]) -> None:
    Draft202012Validator.check_schema(schema)
    assert set(TOP) <= set(schema["properties"])
    data = schema["properties"]["data"]["anyOf"][0]["properties"]
    assert set(DATA) <= set(data)
    bare = [name for name, found in {**schema["properties"], **data}.items() if not found.get("description")]
    assert not bare
