"""The contract of a model source: what it offers it describes, and what it fetches loads."""

from __future__ import annotations

from pathlib import Path
from typing import ClassVar

import pytest

from metier.components import FetchContext, ModelSource
from metier.errors import MetierError, Problem
from metier.models import digest_folder
from metier.testing.base import ComponentContract
from metier.values import ModelInfo


class ModelSourceContract(ComponentContract):
    """Tests of a model source; set `reference` to a model that it has without a network, or override `sample`."""

    component: ClassVar[type[ModelSource]]
    reference: ClassVar[str | None] = None
    """A model that can be fetched offline; None where there is none."""
    unknown: ClassVar[str] = "no-such-model-anywhere"

    def sample(self, folder: Path) -> str | None:
        """Return a reference that can be fetched offline; override to write a model into `folder` first."""
        return self.reference

    def _sample(self, folder: Path) -> str:
        reference = self.sample(folder)
        if reference is None:
            pytest.skip("it has no model that can be fetched offline")
        return reference

    def test_offers_describe(self, made: ModelSource) -> None:
        """When it fails: `describe` each reference that `offers` lists, and give each offer a summary."""
        for offer in made.offers():
            assert offer.summary, f"{offer.reference} has no summary"
            assert made.describe(offer.reference) is not None, f"{offer.reference} is offered but not described"

    def test_offers_are_different(self, made: ModelSource) -> None:
        """When it fails: offer each reference once."""
        references = [offer.reference for offer in made.offers()]
        assert len(references) == len(set(references))

    def test_unknown_model_is_refused_with_a_hint(self, made: ModelSource) -> None:
        """When it fails: raise a `MetierError` with a hint from `describe`; return None if only fetching can tell."""
        problems: tuple[Problem, ...] = ()
        info = None
        try:
            info = made.describe(self.unknown)
        except MetierError as error:
            problems = error.problems
        assert info is None
        assert all(problem.hint for problem in problems), problems

    def test_unknown_model_cannot_be_fetched(self, made: ModelSource, tmp_path: Path) -> None:
        """When it fails: raise a `MetierError` with a hint from `fetch` where there is no such model."""
        with pytest.raises(MetierError) as raised:
            made.fetch(self.unknown, FetchContext(cache=tmp_path, offline=True))
        assert all(problem.hint for problem in raised.value.problems)

    def test_fetched_model_is_as_described(self, made: ModelSource, tmp_path: Path) -> None:
        """When it fails: let `describe` and `fetch` say the same of the model's type, layers and sizes."""
        reference = self._sample(tmp_path)
        fetched = made.fetch(reference, FetchContext(cache=tmp_path / "cache", offline=True))
        said = made.describe(reference)
        assert said is None or _shape(said) == _shape(fetched.info)

    def test_fetched_model_is_a_folder_that_loads(self, made: ModelSource, tmp_path: Path) -> None:
        """When it fails: give a folder with config.json, a tokenizer and safetensors weights, no pickles."""
        from transformers import AutoConfig, AutoTokenizer

        fetched = made.fetch(self._sample(tmp_path), FetchContext(cache=tmp_path / "cache", offline=True))
        assert AutoConfig.from_pretrained(fetched.path).model_type == fetched.info.model_type
        assert AutoTokenizer.from_pretrained(fetched.path)("A test.")["input_ids"]
        assert list(fetched.path.glob("*.safetensors")), "no safetensors weights"
        assert not list(fetched.path.glob("*.bin")), "pickled weights are not safe to load"

    def test_fetching_twice_is_the_same(self, made: ModelSource, tmp_path: Path) -> None:
        """When it fails: digest names and bytes of the files alone, and leave a fetched folder as it is."""
        reference = self._sample(tmp_path)
        context = FetchContext(cache=tmp_path / "cache", offline=True)
        first = made.fetch(reference, context)
        assert type(made)(made.config).fetch(reference, context).digest == first.digest
        assert first.digest == digest_folder(first.path)


def _shape(info: ModelInfo) -> tuple[object, ...]:
    return (info.model_type, info.architecture, info.layers, info.hidden_size, info.vocabulary_size)
