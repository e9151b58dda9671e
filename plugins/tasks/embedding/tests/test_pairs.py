"""Losses are what the papers say, texts are read as they are told, and the saved folder tells other libraries how."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import AutoModel

from metier.components import TaskObjective
from metier.errors import StageError
from metier.testing.models import build_model, load_tokenizer
from metier.values import ModelInfo
from metier_embedding.embedding import Embedding

TEXTS = ["sales rose in the quarter", "the company made a loss", "costs grew"]
SECONDS = ["strong sales", "profit fell", "weak orders again"]


def made(folder: Path, model_type: str = "bert", **options: Any) -> tuple[Any, TaskObjective, Any]:
    """Return a tiny model, the objective of a head with `options`, and the tokenizer."""
    path, head = build_model(model_type, folder).path, Embedding(Embedding.Config(**options))
    return head.build(path, {}).eval(), head.objective({"low": 0.0, "high": 4.0}), load_tokenizer(path)


def batch_of(objective: TaskObjective, tokenizer: Any, **rows: Any) -> Any:
    encoded = objective.encode(rows, tokenizer, 32)
    examples = [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]
    return objective.collate(examples, tokenizer, np.random.default_rng(0))


def vectors(model: Any, tokenizer: Any, texts: list[str], *, last: bool = False) -> torch.Tensor:
    """Return vectors as one would compute them text by text."""
    found = []
    for text in texts:
        states = model(**tokenizer(text, return_tensors="pt", return_token_type_ids=False)).last_hidden_state[0]
        found.append(torch.nn.functional.normalize(states[-1] if last else states.mean(dim=0), dim=-1))
    return torch.stack(found)


@pytest.mark.parametrize(
    ("model_type", "pooling"), [("bert", "mean"), ("t5", "mean"), ("gpt2", "mean"), ("llama", "last")]
)
@torch.no_grad()
def test_a_text_is_read_by_the_mean_or_the_last_token(model_type: str, pooling: Any, tmp_path: Path) -> None:
    model, objective, tokenizer = made(tmp_path, model_type, pooling=pooling)
    outputs = objective.outputs(model, batch_of(objective, tokenizer, text=TEXTS, second=SECONDS))
    expected = [vectors(model, tokenizer, texts, last=pooling == "last") for texts in (TEXTS, SECONDS)]
    torch.testing.assert_close(outputs, torch.stack(expected, dim=1), rtol=1e-4, atol=1e-5)
    one = objective.decode(outputs, [{}] * 3, tokenizer)[0]
    assert one["embedding"] == pytest.approx(expected[0][0].tolist(), abs=1e-5)
    assert set(one) == {"embedding", "second"}
    alone = objective.decode(objective.outputs(model, batch_of(objective, tokenizer, text=TEXTS)), [{}] * 3, tokenizer)
    assert set(alone[0]) == {"embedding"}


@torch.no_grad()
def test_each_partner_is_told_from_the_others_of_its_batch(tmp_path: Path) -> None:
    model, objective, tokenizer = made(tmp_path, temperature=0.1, hard_negatives=True)
    negatives = ["sales fell", "the board", "demand"]
    labels = [1.0, 0.0, 1.0]
    rows = {"text": TEXTS, "second": SECONDS, "negative": negatives, "label": labels}
    batch = batch_of(objective, tokenizer, **rows)
    candidates = vectors(model, tokenizer, [*SECONDS, *negatives])
    scores = vectors(model, tokenizer, TEXTS) @ candidates.T / 0.1
    expected = -scores.log_softmax(dim=-1)[[0, 2], [0, 2]].sum()
    assert objective.items(batch) == 2
    torch.testing.assert_close(objective.loss(model, batch), expected, rtol=1e-4, atol=1e-4)


@torch.no_grad()
@pytest.mark.parametrize("own", [True, False])
def test_rows_may_have_any_number_of_mined_negatives(own: bool, tmp_path: Path) -> None:
    model, objective, tokenizer = made(tmp_path, temperature=0.1, hard_negatives=own)
    mined = [["sales fell", "the board"], [], [SECONDS[2], "demand"]]  # one of them is the partner itself
    rows: dict[str, Any] = {"text": TEXTS, "second": SECONDS, "negatives": mined}
    rows |= {"negative": ["profit", "weak sales", "growth"]} if own else {}
    batch = batch_of(objective, tokenizer, **rows)
    others = [*rows.get("negative", []), "sales fell", "the board", "demand"]
    expected = 0.0
    for number, (text, partner) in enumerate(zip(TEXTS, SECONDS, strict=True)):
        # the third row's twin of its partner counts for the others, beside the partner itself
        candidates = [*SECONDS, *others, *([SECONDS[2]] if number != 2 else [])]
        cosines = (vectors(model, tokenizer, [text]) @ vectors(model, tokenizer, candidates).T)[0].double()
        found = torch.exp(cosines / 0.1)
        expected += float(torch.log(found.sum() / found[candidates.index(partner)]))
    assert objective.items(batch) == 3
    assert float(objective.loss(model, batch)) == pytest.approx(expected, rel=1e-4)
    assert objective.outputs(model, batch).shape == (3, 2, 32), "what is predicted has no negatives"


@torch.no_grad()
def test_candidates_that_are_right_are_no_negatives(tmp_path: Path) -> None:
    model, objective, tokenizer = made(tmp_path, temperature=1.0)
    # the second row's partner is the first's too, and the third's is the first's text
    texts, seconds = [TEXTS[0], TEXTS[1], TEXTS[2]], [SECONDS[0], SECONDS[0], TEXTS[0]]
    found = objective.loss(model, batch_of(objective, tokenizer, text=texts, second=seconds))
    cosines = vectors(model, tokenizer, texts) @ vectors(model, tokenizer, seconds).T
    first = torch.tensor(0.0)  # neither rival counts
    second, third = (cosines[1, [0, 2]].log_softmax(0)[0], cosines[2].log_softmax(0)[2])
    torch.testing.assert_close(found, -(first + second + third), rtol=1e-4, atol=1e-4)


@torch.no_grad()
def test_accumulated_batches_have_their_own_negatives(tmp_path: Path) -> None:
    model, objective, tokenizer = made(tmp_path)
    whole = batch_of(objective, tokenizer, text=TEXTS, second=SECONDS)
    alone = batch_of(objective, tokenizer, text=TEXTS[:1], second=SECONDS[:1])
    assert float(objective.loss(model, alone)) == pytest.approx(0.0, abs=1e-6), "nothing to tell the partner from"
    assert float(objective.loss(model, whole)) > 1


@torch.no_grad()
def test_cosines_are_brought_to_labels(tmp_path: Path) -> None:
    model, objective, tokenizer = made(tmp_path, loss="cosine")
    batch = batch_of(objective, tokenizer, text=TEXTS, second=SECONDS, label=[0.0, 4.0, 1.0])
    cosines = (vectors(model, tokenizer, TEXTS) * vectors(model, tokenizer, SECONDS)).sum(dim=-1)
    expected = (cosines - torch.tensor([0.0, 1.0, 0.25])).square().sum()
    assert objective.items(batch) == 3
    torch.testing.assert_close(objective.loss(model, batch), expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("loss", ["contrastive", "cosine"])
def test_a_batch_without_its_partners_is_an_error(loss: Any, tmp_path: Path) -> None:
    model, objective, tokenizer = made(tmp_path, loss=loss)
    batch = batch_of(objective, tokenizer, text=TEXTS, second=SECONDS, label=[1.0, 1.0, 1.0])
    part = {name: values[torch.tensor([0, 2, 3])] for name, values in batch.items()}
    with pytest.raises(StageError, match="texts without their partners"):
        objective.loss(model, part)


@pytest.mark.parametrize("model_type", ["bert", "t5", "llama"])
def test_transformers_loads_it_and_the_folder_says_how_it_is_read(model_type: str, tmp_path: Path) -> None:
    pooling = "last" if model_type == "llama" else "mean"
    model, _, _ = made(tmp_path / "base", model_type, pooling=pooling)
    copy.deepcopy(model).save_pretrained(tmp_path / "copy")
    for parameter in model.parameters():
        parameter.data.zero_()
    again = Embedding(Embedding.Config(pooling=pooling)).build(tmp_path / "copy", {})  # type: ignore[arg-type]
    assert any(parameter.any() for parameter in again.parameters()), "a copy saves its own weights"
    if model_type != "t5":
        assert type(AutoModel.from_pretrained(tmp_path / "copy")).__name__ == type(model).__name__
    modules = json.loads((tmp_path / "copy" / "modules.json").read_text())
    assert [one["type"].rpartition(".")[2] for one in modules] == ["Transformer", "Pooling", "Normalize"]
    told = json.loads((tmp_path / "copy" / "1_Pooling" / "config.json").read_text())
    assert [name for name, value in told.items() if value is True] == [
        "pooling_mode_lasttoken" if pooling == "last" else "pooling_mode_mean_tokens"
    ]
    assert told["word_embedding_dimension"] == 32


def test_models_that_cannot_are_refused_in_words() -> None:
    size: Any = {"reference": "it", "layers": 2, "hidden_size": 8, "vocabulary_size": 9}
    bart = ModelInfo(model_type="bart", architecture="encoder-decoder", **size)
    bert = ModelInfo(model_type="bert", architecture="encoder", **size)
    t5 = ModelInfo(model_type="t5", architecture="encoder-decoder", **size)
    assert "no model of its encoder alone" in str(Embedding().refuses(bart))
    assert Embedding().refuses(t5) is None
    assert Embedding().refuses(bert) is None
    assert "pooling: mean" in str(Embedding(Embedding.Config(pooling="last")).refuses(bert))
    with pytest.raises(ValueError, match="hard_negatives"):
        Embedding.Config(loss="cosine", hard_negatives=True)
