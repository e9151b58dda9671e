"""A small registry for tests of recipes and plans: components that answer what planning asks, and do no more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field
from tests.fake_sources import Csv, PhraseBank, Sample, Text

from metier.components import (
    AdaptationMethod,
    Component,
    ComponentConfig,
    Industry,
    ModelSource,
    OptimizerConfig,
    OptimizerFactory,
    RecipePath,
    Strategy,
    TaskHead,
    Transform,
)
from metier.errors import RunError
from metier.models import read_model_info
from metier.registry import Entry, Failure, Provider, Registry
from metier.values import Column, ModelInfo, TaskInfo, Use

MINILM = ModelInfo("starter:minilm", "bert", "encoder", 6, 384, 30522, max_length=512)
SMOLLM2 = ModelInfo("starter:smollm2", "llama", "decoder", 30, 576, 49152, max_length=8192)


class Normalize(Transform):
    """Tidies texts."""

    name: ClassVar[str] = "normalize"

    class Config(ComponentConfig):
        """Options."""

        whitespace: Literal["keep", "lines", "all"] = "lines"
        """Which white space becomes a blank."""


class Starter(ModelSource):
    """Two models."""

    name: ClassVar[str] = "starter"

    def describe(self, reference: str) -> ModelInfo | None:
        known = {"minilm": MINILM, "smollm2": SMOLLM2}
        if reference not in known:
            hint = "did you mean 'starter:minilm'?"
            raise RunError(f"no starter model named '{reference}'", where=f"starter:{reference}", hint=hint)
        return known[reference]


class Local(ModelSource):
    """Folders."""

    name: ClassVar[str] = "local"

    def describe(self, reference: str) -> ModelInfo | None:
        return read_model_info(Path(reference), reference=reference)


class Hub(ModelSource):
    """The Hub."""

    name: ClassVar[str] = "hub"


class ContinuedPretraining(AdaptationMethod):
    """Pretrains on a corpus."""

    name: ClassVar[str] = "continued-pretraining"

    class Config(ComponentConfig):
        """Options."""

        epochs: float = Field(1.0, gt=0)
        """Passes over the corpus."""
        vocabulary: RecipePath | None = None
        """A word list."""

    config: Config

    def needs_corpus(self) -> bool:
        return True

    def pretrain(self, model_path: Path, stage: object) -> None:
        raise AssertionError("planning trains nothing")


class Adversarial(AdaptationMethod):
    """Perturbs embeddings."""

    name: ClassVar[str] = "adversarial"

    class Config(ComponentConfig):
        """Options."""

        attack: Literal["fgm"] = "fgm"
        """How the perturbation is found."""
        epsilon: float = Field(1.0, gt=0)
        """Its norm."""

    config: Config


class EncodersOnly(AdaptationMethod):
    """Refuses what is no encoder, and every task but one."""

    name: ClassVar[str] = "encoders-only"

    def refuses(self, model: ModelInfo, task: TaskInfo) -> str | None:
        if task.name != "text-classification":
            return f"it serves text-classification, not {task.name}"
        return None if model.architecture == "encoder" else f"it needs an encoder, and this is a {model.architecture}"

    def conflicts(self, others: Sequence[Use]) -> str | None:
        return "it does not stand beside adversarial" if any(one.name == "adversarial" for one in others) else None


class Lexical(AdaptationMethod):
    """Exchanges terms of the industry's lexicon."""

    name: ClassVar[str] = "lexical"

    def lacks(self, industry: Industry | None) -> str | None:
        if industry is None:
            return "the recipe names no industry"
        return None if industry.lexicon() else f"the industry {industry.name} has no lexicon"


class Classification(TaskHead):
    """Gives a text a label."""

    name: ClassVar[str] = "text-classification"
    columns: ClassVar[tuple[Column, ...]] = (
        Column("text", aliases=("sentence",)),
        Column("label", "label", aliases=("sentiment", "category")),
    )

    class Config(ComponentConfig):
        """Options."""

        class_weights: Literal["none", "balanced"] = "none"
        """How classes are weighed."""

    config: Config


class Regression(TaskHead):
    """Gives a text a number."""

    name: ClassVar[str] = "regression"
    columns: ClassVar[tuple[Column, ...]] = (Column("text"), Column("score", "number"))

    def refuses(self, model: ModelInfo) -> str | None:
        return "it needs an encoder" if model.architecture != "encoder" else None


class Retrieval(TaskHead):
    """Answers from documents."""

    name: ClassVar[str] = "retrieval"
    columns: ClassVar[tuple[Column, ...]] = (Column("text"), Column("reply", answer=True))
    corpus_columns: ClassVar[tuple[Column, ...] | None] = (Column("page", "any", required=False),)


class AdamW(OptimizerFactory):
    """The usual one."""

    name: ClassVar[str] = "adamw"
    Config: ClassVar[type[ComponentConfig]] = OptimizerConfig


class LabelsCorpus(Strategy):
    """Labels the corpus."""

    name: ClassVar[str] = "labels-corpus"

    def needs_corpus(self) -> bool:
        return True

    def refuses(self, task: TaskHead) -> str | None:
        return f"{task.name} has no labels" if task.name == "regression" else None

    def describe(self, seed: int) -> Sequence[str]:
        return ["label the corpus"]


class Seeds(Strategy):
    """Several seeds."""

    name: ClassVar[str] = "seeds"

    class Config(ComponentConfig):
        """Options."""

        number: int = 3
        """How many."""

    config: Config

    def describe(self, seed: int) -> Sequence[str]:
        return [f"train with {self.config.number} seeds from {seed}"]


class Finance(Industry):
    """Ships recipes from a folder."""

    name: ClassVar[str] = "finance"
    folder: ClassVar[Path] = Path("/nowhere")

    def recipes(self) -> Mapping[str, Path]:
        return {path.stem: path for path in sorted(self.folder.glob("*.yaml"))}


BUILTIN = Provider("builtin", "metier", "0.1.0")
PROVIDERS = {
    Starter: Provider("starter", "metier-starter", "0.1.0"),
    Classification: Provider("classification", "metier-classification", "0.1.0"),
    ContinuedPretraining: Provider("pretraining", "metier-pretraining", "0.1.0"),
    Adversarial: Provider("adversarial", "metier-adversarial", "0.1.0"),
    Finance: Provider("finance", "metier-finance", "0.1.0"),
}
COMPONENTS: tuple[type[Component], ...] = (
    *(
        Csv,
        Text,
        PhraseBank,
        Sample,
        Normalize,
        Starter,
        Local,
        Hub,
        ContinuedPretraining,
        Adversarial,
        EncodersOnly,
        Lexical,
    ),
    *(Classification, Regression, Retrieval, AdamW, LabelsCorpus, Seeds, Finance),
)


class Twice(Transform):
    """Offered by two distributions."""

    name: ClassVar[str] = "redact"


def registry(recipes: Path | None = None, *, failures: tuple[Failure, ...] = ()) -> Registry:
    """Return a registry of the components above; the industry `finance` ships the recipes in `recipes`."""
    industry = type("Shipping", (Finance,), {"folder": recipes}) if recipes else Finance
    entries = [
        Entry(one.kind, one.name, industry if one is Finance else one, PROVIDERS.get(one, BUILTIN))
        for one in COMPONENTS
    ]
    entries += [Entry(Twice.kind, "redact", Twice, Provider(name, f"metier-{name}", "1.0")) for name in ("one", "two")]
    return Registry(tuple(entries), failures)
