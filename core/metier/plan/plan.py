"""What a run will do, frozen: the same plan on the same machine gives the same result."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from metier.components.base import ComponentConfig
from metier.files import digest
from metier.settings import TrainingSettings
from metier.values import ModelInfo, Use

OnLeak = Literal["error", "drop", "keep"]


class SplitOptions(ComponentConfig):
    """How rows are put aside where the recipe names no source for a split."""

    validation: float = Field(0.1, ge=0, lt=1)
    """Share of the training rows put aside to watch the training with; 0 where `data.validation` is given."""
    test: float = Field(0.2, ge=0, lt=1)
    """Share of the training rows put aside to judge the model by; 0 where `data.test` is given."""
    by: Literal["stratified", "hash", "group"] | None = None
    """`stratified` keeps the shares of labels, `hash` goes by the text alone so that a row stays in its split as others
    come, `group` keeps rows of one group together. By default `stratified` where the task has one label a row."""
    group: str | None = None
    """The source's column that holds the group."""


class GeneralOptions(ComponentConfig):
    """Keys of a recipe that hold a single value."""

    name: str | None = Field(None, pattern=r"^[\w][\w.-]*$", max_length=100)
    """Names the folder of the runs; by default the file's name."""
    description: str = ""
    """What the recipe is for, in a line."""
    sample_rows: int | None = Field(None, ge=1)
    """Labelled rows of the sample that the recipe ships with, as measured; `metier recipes` shows it."""
    sample_minutes: float | None = Field(None, gt=0)
    """Minutes of processor time that a run of that sample takes with one seed, as measured."""
    seed: int = Field(13, ge=0, lt=2**32)
    """Decides everything random: new weights, order of rows, dropout. Splits go by the text, whatever the seed."""
    seeds: int = Field(1, ge=1, le=100)
    """Train with so many seeds, from `seed` on, and report mean and interval."""
    ablate: bool = False
    """Train once more without `adapt`, and compare."""


class DataOptions(ComponentConfig):
    """Keys of `data` that hold a single value."""

    on_leak: OnLeak = "drop"
    """What to do with training rows that are in the test split too, or nearly: stop, leave them out, or keep them."""


class Plan(BaseModel):
    """A checked recipe as the pipeline reads it; paths in it are absolute."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    metier: str
    """metier's version."""
    name: str
    description: str = ""
    industry: Use | None = None
    model: str
    """`source:reference`; of the source `local`, an absolute path."""
    model_info: ModelInfo | None = None
    """None where the model must be fetched to know."""
    sources: dict[str, Use]
    """By split: `train`, and `validation`, `test`, `corpus` where the recipe has them."""
    mappings: dict[str, dict[str, str]]
    """By split: role to the source's column, where the recipe says so."""
    prepare: tuple[Use, ...] = ()
    split: SplitOptions
    on_leak: OnLeak
    adapt: tuple[Use, ...] = ()
    task: Use | None = None
    """None only where the plan ends with an adapted model and has no labelled rows."""
    optimizer: Use
    training: TrainingSettings
    improve: tuple[Use, ...] = ()
    seed: int
    seeds: int
    ablate: bool
    distributions: dict[str, str]
    """Versions of metier, of every plugin used, and of the packages that compute."""

    @property
    def digest(self) -> str:
        """Return the sha256 of the plan's canonical JSON."""
        return digest(self.model_dump(mode="json"))

    def to_json(self) -> str:
        """Return the plan as indented JSON."""
        return self.model_dump_json(indent=2) + "\n"

    @classmethod
    def from_json(cls, text: str) -> Plan:
        """Return the plan that `to_json` wrote."""
        return cls.model_validate_json(text)
