"""Each family is trained as it was pretrained, in blocks that it has positions for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from metier.components import Industry, MethodContext
from metier.errors import StageError
from metier.testing.models import build_model, build_tokenizer
from metier.values import ModelInfo, TaskInfo, Term
from metier_pretraining._causal import NextWords
from metier_pretraining._masked import MaskedWords
from metier_pretraining._objectives import objective_for
from metier_pretraining._spans import CorruptedSpans
from metier_pretraining.continued_pretraining import ContinuedPretraining, ContinuedPretrainingConfig

INFO = ModelInfo(
    reference="tiny",
    model_type="bert",
    architecture="encoder",
    layers=2,
    hidden_size=32,
    vocabulary_size=100,
    max_length=64,
)


class Bonds(Industry):
    """An industry of two terms."""

    name = "bonds"

    def lexicon(self) -> Sequence[Term]:
        return [Term("bond", "debt", ("note",), "债券"), Term("yield", "return")]


class Nothing(Industry):
    """An industry without a lexicon."""

    name = "nothing"


def objective(stage: dict[str, Any] | None = None, info: ModelInfo = INFO, **options: Any) -> Any:
    context = {"tokenizer": build_tokenizer(), **(stage or {})}
    made = MethodContext(info=info, task=TaskInfo("task"), seed=1, directory=Path(), **context)
    return objective_for(ContinuedPretrainingConfig.model_validate(options), made)


def test_each_family_has_its_objective(tmp_path: Path) -> None:
    assert objective(mlm_probability=0.3) == MaskedWords(block_size=64, grouping="blocks", probability=0.3)
    decoder = objective(info=replace(INFO, architecture="decoder"), grouping="lines", block_size=16)
    assert decoder == NextWords(block_size=16, grouping="lines")
    tokenizer = build_tokenizer(sentinels=3)
    both = objective({"tokenizer": tokenizer}, replace(INFO, architecture="encoder-decoder"))
    ids = tuple(tokenizer.convert_tokens_to_ids([f"<extra_id_{number}>" for number in range(3)]))
    assert both == CorruptedSpans(block_size=64, grouping="blocks", sentinels=ids)
    every = [
        ContinuedPretraining().refuses(build_model(one, tmp_path / one).info, TaskInfo("task"))
        for one in ("bert", "gpt2", "t5")
    ]
    assert every == [None, None, None]


def test_blocks_are_no_longer_than_the_model_reads(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="metier"):
        assert objective(block_size=512).block_size == 64
    assert "blocks of 64 tokens, not 512: the model reads no more at once" in caplog.text
    caplog.clear()
    assert objective(block_size=32).block_size == 32
    assert not caplog.text
    roberta = replace(INFO, model_type="roberta", max_length=34)
    assert objective(info=roberta).block_size == 32, "two of its positions are not for text"
    tokenizer = build_tokenizer()
    tokenizer.model_max_length = int(1e30)
    assert objective({"tokenizer": tokenizer}, replace(INFO, max_length=None)).block_size == 128


def test_a_lexicon_comes_from_the_industry() -> None:
    found = objective({"industry": Bonds()}, masking="lexicon")
    assert found.lexicon == ("bond", "note", "yield", "债券")
    assert objective({"industry": Bonds()}).lexicon == ()
    missing = (
        r"needs a lexicon, which is missing: the recipe names no industry\n.*name an `industry` that has a lexicon"
    )
    with pytest.raises(StageError, match=missing):
        objective(masking="lexicon")
    with pytest.raises(StageError, match=r"needs a lexicon, which has no terms"):
        objective({"industry": Nothing()}, masking="lexicon")


def test_tokenizers_without_the_tokens_are_refused() -> None:
    tokenizer = build_tokenizer()
    with pytest.raises(StageError, match=r"no tokens for gaps in a text \(<extra_id_0>, …\)"):
        objective(info=replace(INFO, architecture="encoder-decoder"))
    tokenizer.mask_token = None
    with pytest.raises(StageError, match="no mask token"):
        objective({"tokenizer": tokenizer})


def test_how_words_are_hidden_is_for_encoders() -> None:
    def answer(masking: str, architecture: Any) -> str | None:
        method = ContinuedPretraining(ContinuedPretrainingConfig.model_validate({"masking": masking}))
        return method.refuses(replace(INFO, architecture=architecture), TaskInfo("task"))

    assert answer("lexicon", "encoder") is None
    assert answer("whole-word", "decoder") is None
    assert answer("span", "decoder") == "`masking: span` is for encoders, which this model is not"
    assert answer("lexicon", "encoder-decoder") == "`masking: lexicon` is for encoders, which this model is not"
