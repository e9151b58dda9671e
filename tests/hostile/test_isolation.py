"""Each broken plugin harms itself alone: all of them are installed at once, and the good ones still work."""

from __future__ import annotations

from typing import Any

import pytest

REASONS = {
    "import-error": "ImportError: libfoo.so.1",
    "syntax-error": "SyntaxError",
    "exits-at-import": "SystemExit: licence expired",
    "asserts-at-import": "AssertionError: the world is as expected",
    "missing-dependency": "ModuleNotFoundError: No module named 'quite_unavailable'",
    "exits-in-hook": "provide_industries: SystemExit: 3",
    "raises-in-hook": "provide_industries: RuntimeError: no database",
    "asserts-in-hook": "provide_industries: AssertionError",
    "missing-dependency-in-hook": "provide_industries: ModuleNotFoundError",
    "returns-a-string": "not a list of Industry classes",
    "returns-an-instance": "not a list of Industry classes",
    "returns-another-kind": "not a list of Industry classes",
    "returns-no-name": "not a name in kebab-case",
    "returns-a-bad-name": "'Big_Ships', not a name in kebab-case",
    "returns-unprintable": "not a list of Industry classes",
    "yields-and-raises": "provide_industries: ",
    "same-name-twice": "offers the industry 'canals' twice",
    "half-good": "provide_transforms: OSError: disk on fire",
    "misspelt-hook": "no such hook: provide_industrys",
    "wrong-arguments": "colour",
    "no-such-module": "No module named 'hostile_no_such_module_at_all'",
    "not-a-module": "its entry point names a int, not a module",
}


def failures(found: Any, plugin: str) -> list[Any]:
    return [failure for failure in found["failures"] if failure[0] == plugin]


@pytest.mark.parametrize("plugin", REASONS)
def test_a_broken_plugin_is_listed_with_distribution_and_reason(found: Any, plugin: str) -> None:
    listed = failures(found, plugin)
    assert len(listed) == 1, listed
    _, distribution, version, reason, hint = listed[0]
    assert (distribution, version) == (f"metier-{plugin}", "1.0")
    assert REASONS[plugin] in reason
    assert hint


def test_only_the_broken_ones_are_listed(found: Any) -> None:
    assert {failure[0] for failure in found["failures"]} == set(REASONS)


@pytest.mark.parametrize("name", ["shipping", "harbours", "canals"])
def test_what_works_is_found(found: Any, name: str) -> None:
    assert [entry[1] for entry in found["entries"]].count(name) == 1


def test_built_ins_are_found(found: Any) -> None:
    own = {name for kind, name, distribution in found["entries"] if distribution == "metier"}
    assert {"csv", "normalize", "adamw", "local"} <= own


def test_a_missing_dependency_says_what_to_install(found: Any) -> None:
    assert "quite_unavailable" in failures(found, "missing-dependency")[0][4]


FIND = """
    import json
    from metier.components import Industry, Transform
    from metier.discovery import discover
    from metier.errors import PluginError
    def find(kind, name):
        try:
            return discover().find(kind, name).provider.distribution
        except PluginError as error:
            return [str(error), error.problems[0].hint]
    kinds = {"industry": Industry, "transform": Transform}
"""


@pytest.mark.parametrize(
    ("kind", "name", "both"),
    [
        ("industry", "railways", ("metier-rival-one", "metier-rival-two")),
        ("industry", "lighthouses", ("metier-original", "metier-fork")),
        ("transform", "normalize", ("metier 0.1.0", "metier-takes-the-builtin-name")),
    ],
)
def test_a_name_offered_twice_is_taken_from_neither(ask: Any, kind: str, name: str, both: tuple[str, str]) -> None:
    message, hint = ask(f"{FIND}\n    print(json.dumps(find(kinds[{kind!r}], {name!r})))")
    assert all(distribution in message for distribution in both), message
    assert "uninstall" in hint


def test_other_components_of_a_rival_builtin_are_untouched(ask: Any) -> None:
    assert ask(f"{FIND}\n    print(json.dumps(find(kinds['transform'], 'deduplicate')))") == "metier"


def test_a_component_of_a_failed_plugin_points_to_the_list(ask: Any) -> None:
    message, hint = ask(f"{FIND}\n    print(json.dumps(find(kinds['industry'], 'zeppelins')))")
    assert "no industry named 'zeppelins'" in message
    assert "metier plugins list" in hint


ENTRIES = """
    import json
    from metier.discovery import discover
    registry = discover()
    print(json.dumps([sorted({e.provider.plugin for e in registry.entries}), len(registry.failures)]))
"""


def test_the_switch_can_leave_all_out(ask: Any) -> None:
    assert ask(ENTRIES, plugins="none") == [["builtin"], 0]


def test_the_switch_can_name_some(ask: Any) -> None:
    assert ask(ENTRIES, plugins="good, half-good") == [["builtin", "good", "half-good"], 1]


COMMAND = """
    import json, subprocess, sys
    script = "from metier.cli.main import main; main()"
    ran = subprocess.run([sys.executable, "-c", script, *{arguments!r}], capture_output=True, text=True)
    print(json.dumps([ran.returncode, ran.stdout, ran.stderr]))
"""


def test_help_works_whatever_is_installed(ask: Any) -> None:
    code, out, _ = ask(COMMAND.format(arguments=["--help"]))
    assert code == 0
    assert "plugins" in out


def test_plugins_list_names_every_failure(ask: Any) -> None:
    code, out, _ = ask(COMMAND.format(arguments=["plugins", "list"]))
    assert code == 0
    assert not [name for name in REASONS if f"metier-{name}" not in out]
