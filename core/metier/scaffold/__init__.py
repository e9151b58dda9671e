"""Writes plugins and recipes to start from; what it writes keeps its contracts from the first minute."""

from __future__ import annotations

from metier.scaffold.plugin import KINDS, new_plugin
from metier.scaffold.recipe import new_recipe

__all__ = ["KINDS", "new_plugin", "new_recipe"]
