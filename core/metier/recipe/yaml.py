"""Reads YAML 1.2 as recipes use it: keys once, `1e-4` a number, only true and false truth values, lines kept."""

from __future__ import annotations

import math
import pathlib
import re
from typing import Any

import yaml

from metier.errors import Problem, RecipeError
from metier.recipe.node import Node, Path, Place, render_path
from metier.recipe.shape import key_at

DEEPEST = 20
MOST = 20_000
"""Bounds on nesting and number of values; aliases can blow up a short text beyond any memory."""
TAG = "tag:yaml.org,2002:"
SCALARS = frozenset(f"{TAG}{kind}" for kind in ("str", "null", "bool", "int", "float"))


class Loader(yaml.SafeLoader):
    """Resolves plain scalars as YAML 1.2's core schema does, without `.nan` and `.inf`."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - PyYAML reads it from the class


for _kind, _pattern, _first in (
    ("null", r"~|null|Null|NULL|", ["~", "n", "N", ""]),
    ("bool", r"true|True|TRUE|false|False|FALSE", list("tTfF")),
    ("int", r"[-+]?[0-9]{1,30}|0o[0-7]{1,30}|0x[0-9a-fA-F]{1,30}", list("-+0123456789")),
    ("float", r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", list("-+.0123456789")),
):
    Loader.add_implicit_resolver(f"{TAG}{_kind}", re.compile(f"(?:{_pattern})\\Z"), _first)


def parse(text: str, *, file: str, root: pathlib.Path, at: Path = ()) -> Node:
    """Return the tree of a YAML text that will stand at the recipe path `at`; an empty text is null.

    Raises `RecipeError` for what is not YAML, and with all keys that are given twice.
    """
    try:
        top = yaml.compose(text, Loader=Loader)
    except yaml.MarkedYAMLError as error:
        raise RecipeError(problems=[_syntax(error, text, file)]) from error
    except yaml.YAMLError as error:
        hint = "save the file as UTF-8 text"
        raise RecipeError(problems=[Problem(f"not YAML: {_one_line(error)}", hint=hint, file=file)]) from error
    except RecursionError as error:
        raise RecipeError(problems=[Problem("nested too deep", hint="a recipe is flat", file=file)]) from error
    builder = Builder(file, root)
    tree = builder.build(top, at, 1) if top is not None else Node(None, Place(file, 1, root))
    if builder.problems:
        raise RecipeError(problems=builder.problems)
    return tree


class Builder:
    """Turns PyYAML's nodes into a recipe's."""

    def __init__(self, file: str, root: pathlib.Path) -> None:
        self.file = file
        self.root = root
        self.problems: list[Problem] = []
        self.count = 0

    def build(self, node: yaml.Node, path: Path, line: int) -> Node:
        """Return `node` with all below it; `line` is that of its key."""
        self.count += 1
        if self.count > MOST or len(path) > DEEPEST:
            hint = "a recipe is short and flat; look for an alias (`*name`) that holds itself"
            raise RecipeError(problems=[Problem("too many values, or nested too deep", hint=hint, file=self.file)])
        place = Place(self.file, line, self.root)
        if isinstance(node, yaml.MappingNode) and node.tag == f"{TAG}map":
            return Node(self._mapping(node, path), place)
        if isinstance(node, yaml.SequenceNode) and node.tag == f"{TAG}seq":
            children = enumerate(node.value)
            return Node([self.build(child, (*path, i), child.start_mark.line + 1) for i, child in children], place)
        if isinstance(node, yaml.ScalarNode) and node.tag in SCALARS:
            return Node(self._scalar(node, path), place)
        self._refuse(node, path, f"the tag {node.tag} is not read here", "leave the tag out")
        return Node(None, place)

    def _mapping(self, node: yaml.MappingNode, path: Path) -> dict[str, Node]:
        built: dict[str, Node] = {}
        for key_node, value_node in node.value:
            if not isinstance(key_node, yaml.ScalarNode):
                self._refuse(key_node, path, "a key must be a word", "put a word before the colon")
                continue
            key, line = key_at(path, key_node.value), key_node.start_mark.line + 1
            if key in built:
                hint = f"it stands in line {built[key].place.line} already: keep one of them"
                self._refuse(key_node, (*path, key), "the key is given twice", hint)
                continue
            built[key] = self.build(value_node, (*path, key), line)
        return built

    def _scalar(self, node: yaml.ScalarNode, path: Path) -> Any:
        kind, text = node.tag.removeprefix(TAG), node.value
        if kind == "str":
            return text
        if kind == "null":
            return None
        if kind == "bool" and text.lower() in {"true", "false"}:
            return text.lower() == "true"
        try:
            value = (int(text, 0) if text[:2] in {"0o", "0x"} else int(text)) if kind == "int" else float(text)
        except ValueError:
            value = math.nan
        if kind in {"int", "float"} and math.isfinite(value):
            return value
        self._refuse(node, path, f"'{text}' is not a value that is read here", "put it in quotes if it is text")
        return None

    def _refuse(self, node: yaml.Node, path: Path, message: str, hint: str) -> None:
        line = node.start_mark.line + 1
        self.problems.append(Problem(message, where=render_path(path), hint=hint, file=self.file, line=line))


def _syntax(error: yaml.MarkedYAMLError, text: str, file: str) -> Problem:
    mark = error.problem_mark or error.context_mark
    number = mark.line if mark else 0
    lines = text.splitlines()
    hint = "check brackets, quotes and indentation there and in the line before"
    if error.problem and "'\\t'" in error.problem:
        return Problem("a tab where YAML wants spaces", hint="indent with spaces", file=file, line=number + 1)
    if error.problem and "mapping values are not allowed" in error.problem and number < len(lines):
        hint = "text that holds ': ' needs quotes; else check the indentation"
    if isinstance(error, yaml.composer.ComposerError) and "single document" in str(error):
        return Problem("more than one document", hint="take out the line '---'", file=file, line=number + 1)
    said = ", ".join(part for part in (error.context, error.problem) if part)
    return Problem(f"not YAML: {said}", hint=hint, file=file, line=number + 1)


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
