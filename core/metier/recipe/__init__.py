"""Recipes: reading the YAML, inheriting, overriding; shape only, no component is asked anything."""

from metier.recipe.load import load_recipe
from metier.recipe.node import Path, Place, render_path
from metier.recipe.recipe import Recipe
from metier.recipe.render import to_yaml

__all__ = ["Path", "Place", "Recipe", "load_recipe", "render_path", "to_yaml"]
