"""What every component keeps to: found, described, checked, light to import, and idle until used."""

from __future__ import annotations

import json
import re
import typing
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import BaseModel, ValidationError

from metier.components import KINDS, Component
from metier.components.describe import descriptions
from metier.testing.guard import Guarded
from metier.testing.probe import Call, probe
from metier.values import Json

KEBAB_CASE = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class ComponentContract(Guarded):
    """Tests of any component; the contract of its kind adds to them."""

    component: ClassVar[type[Component]]
    """The class under test."""
    options: ClassVar[Mapping[str, Json]] = {}
    """Options to construct it with; those that have no default must be here."""

    def sample_options(self, folder: Path) -> Mapping[str, Json]:
        """Return the options to construct it with; override where they name files, and write those into `folder`."""
        return self.options

    def planning_calls(self) -> Sequence[Call]:
        """Return the calls that planning makes on it: methods with their arguments."""
        return ()

    @pytest.fixture
    def made(self, tmp_path: Path) -> Any:
        """The component, constructed with `sample_options`."""
        return self.make(tmp_path)

    def make(self, folder: Path) -> Any:
        """Return the component constructed with `sample_options`."""
        return self.component(self.component.Config.model_validate(dict(self.sample_options(folder))))

    def test_is_found_under_its_name(self) -> None:
        """When it fails: name the plugin's module in an entry point of the group `metier.plugins`, return the class
        from the hook of its kind, and install the distribution (`pip install -e .`)."""
        from metier.discovery import discover

        registry = discover()
        kind = kind_of(self.component)
        found = [entry for entry in registry.entries_of(kind) if entry.component is self.component]
        faults = "".join(f"\n  {failure.provider}: {failure.reason}" for failure in registry.failures)
        assert found, f"no installed plugin provides {self.component.__name__}; plugins that failed:{faults or ' none'}"
        entry = registry.find(kind, self.component.name)
        assert entry.component is self.component
        package = registry.plugins[entry.provider].__name__.partition(".")[0]
        assert package == self.component.__module__.partition(".")[0], (
            f"{entry.provider.distribution} provides it from another package's module, {self.component.__module__}"
        )

    def test_name_is_in_kebab_case(self) -> None:
        """When it fails: set `name` to the field's words in lower case, joined by hyphens: `partial-layers`."""
        assert KEBAB_CASE.fullmatch(self.component.name), f"name is {self.component.name!r}"

    def test_has_a_summary(self) -> None:
        """When it fails: open the class's own docstring with one sentence of at most 120 characters."""
        summary = self.component.summary() if "__doc__" in vars(self.component) else ""
        assert summary, f"{self.component.__name__} has no docstring"
        assert len(summary) <= 120, f"the summary has {len(summary)} characters"
        assert summary.endswith("."), f"the summary is no sentence: {summary!r}"

    def test_every_option_is_described(self) -> None:
        """When it fails: write a docstring under the option's field in `Config`."""
        bare = [path for path, text in described(self.component.Config) if not text]
        assert not bare, f"options without a description: {', '.join(bare)}"

    def test_options_have_a_json_schema(self) -> None:
        """When it fails: use option types that pydantic can describe as JSON, so that editors complete recipes."""
        schema = self.component.Config.model_json_schema()
        assert schema["additionalProperties"] is False
        json.dumps(schema)

    def test_options_round_trip_as_json(self, tmp_path: Path) -> None:
        """When it fails: use option types that survive JSON: a plan is kept as JSON and read back."""
        config = self.component.Config.model_validate(dict(self.sample_options(tmp_path)))
        text = json.dumps(config.model_dump(mode="json"), allow_nan=False)
        assert self.component.Config.model_validate(json.loads(text)) == config

    def test_unknown_options_are_refused(self, tmp_path: Path) -> None:
        """When it fails: derive `Config` from `ComponentConfig` and leave `extra="forbid"` as it is."""
        options = {**self.sample_options(tmp_path), "no_such_option": 1}
        with pytest.raises(ValidationError, match="no_such_option"):
            self.component.Config.model_validate(options)

    def test_options_are_frozen(self, made: Any) -> None:
        """When it fails: derive `Config` from `ComponentConfig` and leave `frozen=True` as it is."""
        assert made.config.model_config.get("frozen") is True

    def test_importing_and_planning_load_nothing_heavy(self, tmp_path: Path) -> None:
        """When it fails: move the import into the function that computes, or into `_torch.py`, imported there."""
        seen = probe(self.component, self.sample_options(tmp_path), calls=self.planning_calls())
        assert not seen.imported, f"importing {self.component.__module__} loads {', '.join(sorted(seen.imported))}"
        assert not seen.planned, f"planning with it loads {', '.join(sorted(seen.planned))}"

    def test_constructing_does_no_work(self, tmp_path: Path) -> None:
        """When it fails: keep only the configuration in `__init__`; open files and sockets when a method is called."""
        seen = probe(self.component, self.sample_options(tmp_path), calls=self.planning_calls())
        assert not seen.construction, f"constructing it does: {seen.construction}"
        assert not seen.connections, f"planning with it opens sockets: {seen.connections}"


def kind_of(component: type[Component]) -> type[Component]:
    """Return the kind's class that `component` derives from."""
    for kind in KINDS.values():
        if issubclass(component, kind):
            return kind
    raise AssertionError(f"{component.__name__} derives from no kind of component")


def described(config: type[BaseModel], *, prefix: str = "") -> Iterator[tuple[str, str]]:
    """Yield each option's path and description, nested options included."""
    for name, field in config.model_fields.items():
        yield f"{prefix}{name}", descriptions(config).get(name, "")
        for nested in _models_in(field.annotation):
            yield from described(nested, prefix=f"{prefix}{name}.")


def _models_in(annotation: object) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for argument in typing.get_args(annotation):
        yield from _models_in(argument)
