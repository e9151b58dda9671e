"""Collects what is wrong with a recipe, each thing with its file and line, to be raised together."""

from __future__ import annotations

from dataclasses import dataclass, field

from metier.errors import MetierError, Problem, RecipeError
from metier.recipe import Path, Recipe, render_path


@dataclass(slots=True)
class Problems:
    """The problems found so far in `recipe`."""

    recipe: Recipe
    found: list[Problem] = field(default_factory=list)

    def add(self, path: Path, message: str, hint: str) -> None:
        """Note one thing wrong at `path`, with one way out."""
        place = self.recipe.place(path)
        self.found.append(Problem(message, where=render_path(path), hint=hint, file=place.file, line=place.line))

    def take(self, path: Path, error: MetierError, *, hint: str = "") -> None:
        """Note the problems of an error that a component or the registry raised."""
        for problem in error.problems:
            self.told(path, problem, hint=hint)

    def told(self, path: Path, problem: Problem, *, hint: str = "") -> None:
        """Note a problem as a component told it; its own place becomes part of the message."""
        place = ":".join(str(part) for part in (problem.file or problem.where, problem.line) if part is not None)
        message = problem.message if not place or place in problem.message else f"{place}: {problem.message}"
        self.add(path, message, problem.hint or hint)

    def raise_if_any(self) -> None:
        """Raise `RecipeError` with all of them, in the order of the recipe's lines."""
        if self.found:
            once = dict.fromkeys(self.found)
            raise RecipeError(problems=sorted(once, key=lambda problem: (problem.file, problem.line or 0)))
