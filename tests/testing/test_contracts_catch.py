"""Each contract lets a good component through and catches a faulty one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
import torch
from pydantic import Field

from metier.components import (
    AdaptationMethod,
    ComponentConfig,
    DataSource,
    Industry,
    OptimizerConfig,
    OptimizerFactory,
    ReadContext,
    RecipePath,
    Strategy,
    Transform,
)
from metier.testing import (
    AdaptationMethodContract,
    DataSourceContract,
    IndustryContract,
    OptimizerContract,
    StrategyContract,
    TransformContract,
)
from metier.values import Record, Term


def contract(base: type[Any], faulty: type[Any]) -> Any:
    """Return an instance of a contract's subclass for `faulty`."""
    return type("Tried", (base,), {"component": faulty})()


def test_options_must_be_described_and_frozen() -> None:
    class Undescribed(Industry):
        """Has an option that nobody explains."""

        name = "undescribed"

        class Config(ComponentConfig):
            """Options."""

            told: int = Field(1, description="What it is.")
            untold: int = 1

    with pytest.raises(AssertionError, match="untold"):
        contract(IndustryContract, Undescribed).test_every_option_is_described()


@pytest.mark.parametrize("name", ["", "Finance", "two words", "under_score", "-finance"])
def test_name_must_be_in_kebab_case(name: str) -> None:
    faulty = type("Named", (Industry,), {"name": name})
    with pytest.raises(AssertionError, match="name is"):
        contract(IndustryContract, faulty).test_name_is_in_kebab_case()


def test_summary_must_be_the_class_own() -> None:
    faulty = type("Bare", (Industry,), {"name": "bare"})
    with pytest.raises(AssertionError, match="no docstring"):
        contract(IndustryContract, faulty).test_has_a_summary()


def test_lexicon_must_not_repeat_itself() -> None:
    class Twice(Industry):
        """Knows one term twice."""

        name = "twice"

        def lexicon(self) -> Sequence[Term]:
            return (Term("Bond", "asset", ("bond",)), Term("bond", "asset"))

    tried = contract(IndustryContract, Twice)
    with pytest.raises(AssertionError):
        tried.test_lexicon_has_each_term_once(Twice())
    with pytest.raises(AssertionError, match="given twice"):
        tried.test_synonyms_differ_from_their_term(Twice())


class Lines(DataSource):
    """Reads lines of a file."""

    name = "lines"

    class Config(ComponentConfig):
        """Options."""

        path: RecipePath
        """The file."""

    config: Config

    def columns(self) -> Sequence[str]:
        return ["line"]

    def read(self, context: ReadContext) -> Iterator[Record]:
        for i, line in enumerate(Path(self.config.path).read_text().splitlines()):
            yield Record(f"lines:{i}", {"text": line})


class LinesContract(DataSourceContract):
    """Lines, with columns that are not true."""

    component = Lines

    def sample_options(self, folder: Path) -> dict[str, str]:
        (folder / "sample.lines").write_text("one\ntwo\n")
        return {"path": str(folder / "sample.lines")}


def test_columns_must_be_true(tmp_path: Path) -> None:
    tried = LinesContract()
    with pytest.raises(AssertionError, match="lines:0"):
        tried.test_columns_are_those_of_the_records(tried.make(tmp_path))


def test_a_missing_file_must_be_told(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="finds nothing wrong"):
        LinesContract().test_missing_input_is_told_while_planning(tmp_path)
    with pytest.raises(FileNotFoundError):
        LinesContract().test_missing_input_cannot_be_read(tmp_path)


def test_a_transform_must_say_what_it_drops() -> None:
    class Silent(Transform):
        """Drops the first row and says nothing."""

        name = "silent"

        def apply(self, rows: Any, context: Any) -> Any:
            return rows.select(range(1, len(rows))) if len(rows) else rows

    tried = contract(TransformContract, Silent)
    tried.test_sample_shows_what_it_does(Silent())
    with pytest.raises(AssertionError):
        tried.test_every_dropped_row_is_said(Silent())


def test_a_transform_must_say_what_it_changes() -> None:
    class Shouting(Transform):
        """Changes every text and says nothing."""

        name = "shouting"

        def apply(self, rows: Any, context: Any) -> Any:
            return rows.map(lambda row: {"text": row["text"].upper()})

    with pytest.raises(AssertionError, match="0 changes are said"):
        contract(TransformContract, Shouting).test_every_changed_text_is_said(Shouting())


def test_an_optimizer_must_respect_groups() -> None:
    class Flat(OptimizerFactory):
        """Gives every group one learning rate."""

        name = "flat"
        Config = OptimizerConfig

        def build(self, groups: Sequence[dict[str, Any]]) -> torch.optim.Optimizer:
            return torch.optim.SGD([one for group in groups for one in group["params"]], lr=0.1)

    tried = contract(OptimizerContract, Flat)
    tried.test_moves_its_parameters_downhill(Flat())
    with pytest.raises(AssertionError):
        tried.test_respects_the_learning_rate_of_a_group(Flat())
    with pytest.raises(AssertionError, match="did not shrink"):
        tried.test_respects_the_weight_decay_of_a_group(Flat())


class Mean(AdaptationMethod):
    """Turns the sum into a mean and nudges frozen weights."""

    name = "mean"

    def prepare(self, model: Any, stage: Any) -> Any:
        model.get_input_embeddings().weight.requires_grad = False
        return model

    def wrap_loss(self, loss: Any, stage: Any) -> Any:
        def mean(model: Any, batch: Any) -> Any:
            with torch.no_grad():
                model.get_input_embeddings().weight.add_(0.01)
            return loss(model, batch) / len(batch["labels"])

        return mean


def test_a_method_must_keep_the_loss_a_sum(tmp_path: Path) -> None:
    with pytest.raises(AssertionError, match="for 8 rows"):
        contract(AdaptationMethodContract, Mean).test_loss_stays_a_sum("bert", tmp_path)


def test_a_method_must_train_what_it_says(tmp_path: Path) -> None:
    tried = contract(AdaptationMethodContract, Mean)
    with pytest.raises(AssertionError, match=r"frozen parameters moved: .*word_embeddings"):
        tried.test_trains_the_parameters_that_it_says("bert", tmp_path)
    with pytest.raises(AssertionError):
        tried.test_loss_leaves_the_weights_as_they_were("bert", tmp_path)


def test_a_strategy_must_not_hide_a_failure(tmp_path: Path) -> None:
    class Stubborn(Strategy):
        """Hides that a training failed."""

        name = "stubborn"

        def run(self, job: Any, train: Any) -> Any:
            try:
                return train(job)
            except Exception:
                return None

    with pytest.raises(pytest.fail.Exception, match="DID NOT RAISE"):
        contract(StrategyContract, Stubborn).test_a_failed_training_is_not_hidden(Stubborn(), tmp_path)
