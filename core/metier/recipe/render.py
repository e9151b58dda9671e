"""Writes a recipe's tree as YAML that reads back to the same tree."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import yaml

from metier.recipe.yaml import Loader


class Dumper(yaml.SafeDumper):
    """Quotes what the recipe loader would not read as text, and nothing else; writes no aliases."""

    yaml_implicit_resolvers = Loader.yaml_implicit_resolvers

    def ignore_aliases(self, data: Any) -> bool:
        """Write a value that occurs twice, twice."""
        return True


def _text(dumper: Dumper, text: str) -> yaml.ScalarNode:
    # PyYAML writes these line breaks unescaped in single quotes, and reads them back as blanks.
    style = '"' if any(mark in text for mark in "\x85\u2028\u2029") else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, _text)


def to_yaml(tree: Mapping[str, Any]) -> str:
    """Return `tree` as YAML, keys in their order, short collections on one line."""
    return yaml.dump(dict(tree), Dumper=Dumper, sort_keys=False, allow_unicode=True, default_flow_style=None, width=110)
