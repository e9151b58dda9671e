"""The Python API: `metier.run`, `metier.plan`, `metier.load`, and the same path step by step."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.discovery import discover
from metier.errors import RunError
from metier.files import read_json
from metier.offline import is_offline
from metier.plan import Plan, make_plan
from metier.recipe import Recipe, load_recipe, to_yaml
from metier.values import Json, Use

if TYPE_CHECKING:
    from metier.components import TaskHead
    from metier.evaluation import Evaluation
    from metier.training.predictor import Predictor


@dataclass(frozen=True)
class Run:
    """A finished run."""

    path: Path

    @cached_property
    def metrics(self) -> Mapping[str, Any]:
        """Return evaluation/metrics.json."""
        metrics: Mapping[str, Any] = read_json(self.path / "evaluation" / "metrics.json")
        return metrics

    @property
    def report(self) -> Path:
        """Return the report page."""
        return self.path / "report.html"

    def model(self) -> Loaded:
        """Return the run's model, ready to predict."""
        return load(self.path)


def recipe(reference: str | Path, *, sets: Sequence[str] = (), **overrides: str) -> Recipe:
    """Return a recipe with `sets` (`training.num_train_epochs=5`) and overrides (`train="mine.csv"`) applied."""
    return load_recipe(reference, sets=sets, overrides=overrides, registry=discover())


def plan(reference: str | Path, *, sets: Sequence[str] = (), **overrides: str) -> Plan:
    """Return the plan of a recipe (a file, or `industry/name`); raises `RecipeError` with every problem found."""
    return make_plan(recipe(reference, sets=sets, **overrides), discover(), offline=is_offline())


def run(
    reference: str | Path,
    *,
    sets: Sequence[str] = (),
    output: str | Path = "runs",
    resume: bool = False,
    **overrides: str,
) -> Run:
    """Run a recipe to the end, and return the finished run.

    `overrides` are those of the command line: `model`, `train`, `validation`, `test`, `corpus`. Raises `MetierError`.
    """
    from metier.pipeline.run import RunOptions
    from metier.pipeline.run import run as run_plan

    chosen = recipe(reference, sets=sets, **overrides)
    made = make_plan(chosen, discover(), offline=is_offline())
    options = RunOptions(root=Path(output), resume=resume, offline=is_offline())
    return Run(run_plan(made, discover(), recipe=to_yaml(chosen.tree), options=options).path)


def load(path: str | Path) -> Loaded:
    """Return the model of a run, or of a model folder that a run wrote, ready to predict."""
    folder = Path(path)
    folder = folder / "model" if (folder / "model" / "metier.json").is_file() else folder
    if not (folder / "metier.json").is_file():
        hint = "name a finished run (runs/<recipe>/<time>), or its model folder"
        raise RunError("no metier.json here, so no model that metier trained", where=str(folder), hint=hint)
    return Loaded(folder)


@dataclass(frozen=True)
class Loaded:
    """A trained model, ready to predict; it is read when it is first used."""

    folder: Path

    @cached_property
    def note(self) -> Mapping[str, Json]:
        """Return what the model's folder says of its task."""
        note: Mapping[str, Json] = read_json(self.folder / "metier.json")
        return note

    @cached_property
    def head(self) -> TaskHead:
        """Return the task's head."""
        from metier.components import TaskHead

        task = self.note["task"]
        return discover().create(TaskHead, Use(TaskHead.kind, task["name"], task["options"]))

    @cached_property
    def predictor(self) -> Predictor:
        """Return what predicts; the model is read when it is first asked."""
        from metier.settings import TrainingSettings
        from metier.training.predictor import Predictor

        settings = TrainingSettings.model_validate(self.note["settings"])
        return Predictor(self.folder, self.head, self.note["state"], settings)

    def predict(self, inputs: Sequence[str | Mapping[str, Any]]) -> list[Mapping[str, Json]]:
        """Return one prediction a text, in order: `{"label": "positive", "score": 0.93, "probabilities": {…}}`.

        Where a task reads more than a text, give mappings with its columns; `DataError` says what is missing.
        """
        from metier.data.labelled import input_of

        return self.predictor.predict([input_of(one, self.head) for one in inputs])

    def evaluate(self, rows: str | Path, *, predictions: str | Path | None = None) -> Evaluation:
        """Return the model's figures on a labelled file, with 95 % intervals; `DataError` for rows that do not fit.

        `predictions` names a parquet file to keep what was predicted for each row.
        """
        from metier.data.labelled import read_labelled
        from metier.evaluation import evaluate
        from metier.files import temporary_folder

        state = self.note["state"]
        with temporary_folder() as folder:
            given = read_labelled(rows, self.head, discover(), folder)
            self.head.check(str(rows), given, state)
            path = Path(predictions) if predictions else folder / "predictions.parquet"
            return evaluate(self.head, state, self.predictor.stream(given), given, path, seed=self.note["seed"])
