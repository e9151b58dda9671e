"""General text is read, measured and replayed; what is measured is never trained on."""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from datasets import Dataset
from pydantic import ValidationError

from metier.errors import DataError
from metier.testing.models import build_model
from metier.testing.samples import TEXTS
from metier.values import ModelInfo, TaskInfo
from metier_pretraining._general import MEASURED, general_text, read, replayed
from metier_pretraining.continued_pretraining import ContinuedPretraining, ContinuedPretrainingConfig

ENCODER = ModelInfo(
    reference="tiny", model_type="bert", architecture="encoder", layers=2, hidden_size=32, vocabulary_size=100
)


def lines(path: Path, *texts: str, between: str = "\n") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(between.join(texts), encoding="utf-8")
    return path


def rows(*texts: str) -> Dataset:
    return Dataset.from_dict({"id": [str(i) for i in range(len(texts))], "text": list(texts)})


def test_texts_are_paragraphs_or_else_lines(tmp_path: Path) -> None:
    lines(tmp_path / "a.txt", "one", "two", "three")
    lines(tmp_path / "b.txt", "four\nand more", "five", between="\n\n")
    found = read(f"{tmp_path}/*.txt")
    assert found["text"][:] == ["one", "two", "three", "four\nand more", "five"]
    assert len(set(found["id"])) == 5


def test_half_is_measured_at_most_and_no_more_than_the_most(tmp_path: Path) -> None:
    few = general_text(str(lines(tmp_path / "few.txt", *map(str, range(9)))), seed=1)
    many = general_text(str(lines(tmp_path / "many.txt", *map(str, range(2000)))), seed=1)
    assert (len(few.measured), len(few.rest)) == (4, 5)
    assert (len(many.measured), len(many.rest)) == (MEASURED, 2000 - MEASURED)
    assert not set(many.measured["text"]) & set(many.rest["text"])


@pytest.mark.parametrize("share", [0.05, 0.25, 0.6])
def test_replay_is_a_share_of_the_characters(share: float) -> None:
    training, rest = rows(*["domain text " * 10] * 40), rows(*(f"general {i:04}" for i in range(2000)))
    mixed = replayed(training, rest, share=share, seed=3)
    general = [text for text in mixed["text"] if text.startswith("general")]
    assert sum(map(len, general)) / sum(map(len, mixed["text"])) == pytest.approx(share, abs=0.01)
    assert len(set(general)) == len(general)
    assert mixed["text"][:40] == training["text"][:]
    assert replayed(training, rest, share=share, seed=3)["text"][:] == mixed["text"][:]
    assert replayed(training, rest, share=0.0, seed=3) is training


def test_it_is_said_where_there_is_less_to_replay_than_asked_for(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="metier"):
        mixed = replayed(rows("domain text " * 10), rows("general", "texts"), share=0.5, seed=3)
    assert len(mixed) == 3
    assert "2 general texts are replayed, 9.1 % of the training text, of 50.0% asked for" in caplog.text


def test_general_perplexity_is_measured_beside_the_domains(
    pretrain: Callable[..., Any], tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    general = lines(tmp_path / "general.txt", *(f"the {text}" for text in TEXTS * 4))
    logged: list[Any] = []
    with caplog.at_level(logging.INFO, logger="metier"):
        pretrain(build_model("llama", tmp_path / "tiny"), tmp_path, logged, general=str(general), epochs=1)
    found = logged[-1]
    assert found["general_held_out_texts"] == 16
    assert found["general_perplexity_before"] != found["perplexity_before"]
    said = f"perplexity of 16 held-out general texts {found['general_perplexity_before']:.2f} before"
    assert said in caplog.text


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"replay": 0.05}, "`replay` needs general text: add `general: <path>`"),
        ({"anchor": "ewc"}, "`anchor: ewc` needs general text: add `general: <path>`"),
        ({"anchor": "l2-sp", "adapters": "lora"}, "adapters leave the weights where they were: take out `anchor`"),
        ({"anchor_strength": 1.0}, "`anchor_strength` needs an anchor: add `anchor: l2-sp`"),
    ],
)
def test_options_that_do_not_agree_are_refused_in_words(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValidationError, match=message):
        ContinuedPretrainingConfig.model_validate(options)


def test_general_text_that_is_not_there_is_found_while_planning(tmp_path: Path) -> None:
    def refusal(path: Path) -> str | None:
        config = ContinuedPretrainingConfig.model_validate({"general": str(path)})
        return ContinuedPretraining(config).refuses(ENCODER, TaskInfo("task"))

    lines(tmp_path / "general.txt", "one", "two")
    assert refusal(tmp_path / "general.txt") is None
    assert refusal(tmp_path / "*.txt") is None
    missing = refusal(tmp_path / "generel.txt")
    assert missing is not None
    assert "`general` cannot be read: there is no such file" in missing
    assert "did you mean 'general.txt'?" in missing
    empty = refusal(lines(tmp_path / "empty.txt"))
    assert empty is not None
    assert "the file is empty" in empty


def test_general_text_of_one_text_is_said(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there are 1 texts in it"):
        general_text(str(lines(tmp_path / "one.txt", "one")), seed=1)
    with pytest.raises(DataError, match="there is no such file"):
        general_text(str(tmp_path / "none.txt"), seed=1)


def test_the_learning_rate_rises_again_for_as_long_as_asked(pretrain: Callable[..., Any], tmp_path: Path) -> None:
    local = build_model("gpt2", tmp_path / "tiny")
    rates = {}
    for ratio in (0.0, 1.0):
        pretrain(local, tmp_path / str(ratio), logged := [], warmup_ratio=ratio, epochs=5, learning_rate=1e-3)
        rates[ratio] = {one["step"]: one["learning_rate"] for one in logged if "learning_rate" in one}
    steps = max(rates[1.0])
    assert rates[1.0][10] < rates[1.0][steps]
    assert rates[0.0][10] > rates[0.0][steps]
