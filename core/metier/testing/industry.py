"""The contract of an industry: a clean lexicon, usable label sets and patterns, recipes that plan."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import ClassVar

from metier.components import Industry
from metier.testing.base import KEBAB_CASE, ComponentContract
from metier.testing.probe import Call

PLACEHOLDER = re.compile(r"[A-Z][A-Z0-9_]*")


class IndustryContract(ComponentContract):
    """Tests of an industry. An industry has no model, so nothing here loads torch."""

    component: ClassVar[type[Industry]]
    recipe_overrides: ClassVar[Mapping[str, Mapping[str, str]]] = {}
    """By recipe: what it needs from its user before it plans (`{"sentiment": {"train": "rows.csv"}}`)."""

    def planning_calls(self) -> Sequence[Call]:
        """Planning reads an industry's recipes."""
        return [("recipes", ()), ("label_sets", ()), ("sensitive_patterns", ())]

    def test_knows_something(self, made: Industry) -> None:
        """When it fails: give the industry a lexicon, label sets, sensitive patterns or recipes; one is enough."""
        assert made.lexicon() or made.label_sets() or made.sensitive_patterns() or made.recipes()

    def test_lexicon_has_each_term_once(self, made: Industry) -> None:
        """When it fails: merge entries whose terms differ in case alone, and name a category for each."""
        terms = made.lexicon()
        counts = Counter(term.term.casefold() for term in terms)
        assert not [term for term, count in counts.items() if count > 1]
        bare = [term.term for term in terms if not term.term.strip() or not term.category.strip()]
        assert not bare, f"terms without text or category: {bare}"

    def test_synonyms_differ_from_their_term(self, made: Industry) -> None:
        """When it fails: a synonym is another word for the term, given once; leave out the term itself and blanks."""
        for term in made.lexicon():
            forms = [form.casefold().strip() for form in (term.term, *term.synonyms)]
            assert all(forms), f"{term.term}: an empty synonym"
            assert len(forms) == len(set(forms)), f"{term.term}: a form is given twice in {forms}"

    def test_label_sets_have_different_labels(self, made: Industry) -> None:
        """When it fails: give each task at least two labels, each once."""
        for task, labels in made.label_sets().items():
            assert len(labels) >= 2, f"{task}: {labels}"
            assert len(labels) == len(set(labels)), f"{task}: a label is given twice"

    def test_sensitive_patterns_match_no_empty_text(self, made: Industry) -> None:
        """When it fails: name placeholders in capitals, and give expressions that match only what is to be hidden."""
        for placeholder, pattern in made.sensitive_patterns().items():
            assert PLACEHOLDER.fullmatch(placeholder), f"placeholder {placeholder!r}"
            assert not re.search(pattern, ""), f"{placeholder}: matches the empty text"

    def test_recipes_are_files_of_the_plugin(self, made: Industry) -> None:
        """When it fails: return paths of `.yaml` files inside the package, by a name in kebab-case."""
        for name, path in made.recipes().items():
            assert KEBAB_CASE.fullmatch(name), f"recipe name {name!r}"
            assert path.suffix == ".yaml", f"{path} does not end in .yaml"
            assert path.is_file(), f"{path} is not there; is it in the wheel?"

    def test_recipes_plan(self, made: Industry) -> None:
        """When it fails: the message is what a user would see; `metier plan <industry>/<name>` shows it too."""
        from metier.discovery import discover
        from metier.plan import make_plan
        from metier.recipe import load_recipe

        registry = discover()
        for name in made.recipes():
            overrides = self.recipe_overrides.get(name, {})
            recipe = load_recipe(f"{made.name}/{name}", overrides=overrides, registry=registry)
            plan = make_plan(recipe, registry)
            assert plan.digest == make_plan(recipe, registry).digest

    def test_answers_alike_each_time(self, made: Industry) -> None:
        """When it fails: return the same values in the same order from every call; sets have no order."""
        again = type(made)(made.config)
        assert list(made.lexicon()) == list(again.lexicon())
        assert dict(made.label_sets()) == dict(again.label_sets())
        assert list(made.recipes().items()) == list(again.recipes().items())
