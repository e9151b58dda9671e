"""Components are found by kind and name, and every way of not finding one says what to do."""

from __future__ import annotations

from typing import ClassVar

import pytest

from metier.components import ComponentConfig, Strategy, Transform
from metier.errors import PluginError
from metier.registry import Entry, Failure, Provider, Registry
from metier.values import Use


class Shout(Transform):
    """Writes text in capitals."""

    name: ClassVar[str] = "shout-loud"

    class Config(ComponentConfig):
        """Options."""

        times: int = 1
        """How often."""

    config: Config


HERE = Provider("shout", "metier-shout", "1.2")
THERE = Provider("other", "metier-other", "0.1")
ENTRY = Entry(Transform.kind, "shout-loud", Shout, HERE)


def test_a_component_is_made_with_its_options_and_underscores_do_not_matter() -> None:
    made = Registry((ENTRY,)).create(Transform, Use("transform", "shout_loud", {"times": 3}))
    assert isinstance(made, Shout)
    assert made.config.times == 3


def test_a_near_name_is_suggested_with_its_distribution() -> None:
    with pytest.raises(PluginError) as caught:
        Registry((ENTRY,)).find(Transform, "shout-lout")
    assert caught.value.problems[0].hint == "did you mean 'shout-loud'? (from metier-shout)"


def test_a_name_of_two_distributions_is_neithers() -> None:
    registry = Registry((ENTRY, Entry(Transform.kind, "shout-loud", Shout, THERE)))
    assert registry.names(Transform) == []
    with pytest.raises(PluginError, match=r"both metier-other 0.1 and metier-shout 1.2; neither is taken"):
        registry.find(Transform, "shout-loud")


def test_a_failed_plugin_is_named_as_a_possible_reason() -> None:
    with pytest.raises(PluginError) as caught:
        Registry(failures=(Failure(THERE, "boom"),)).find(Strategy, "search")
    assert "metier plugins list" in caught.value.problems[0].hint


def test_a_kind_without_any_component_says_what_to_install() -> None:
    with pytest.raises(PluginError) as caught:
        Registry((ENTRY,)).find(Strategy, "search")
    assert "pip install" in caught.value.problems[0].hint
