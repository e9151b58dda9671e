"""The loss is what the options say, predictions are by name, and padding changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from metier.components import TaskObjective
from metier.errors import RunError
from metier.testing.models import build_model, build_tokenizer, load_tokenizer
from metier.testing.samples import TEXTS
from metier.training.padding import pad_token_id
from metier_classification._torch import build
from metier_classification.classification import TextClassification

STATE = {"labels": ["bad", "good", "mixed"], "counts": [6, 3, 1], "rows": 10}


def objective(**options: Any) -> TaskObjective:
    return TextClassification(TextClassification.Config(**options)).objective(STATE)


class Fixed(torch.nn.Module):
    """A model that answers with the logits that it is given."""

    def __init__(self, logits: torch.Tensor) -> None:
        super().__init__()
        self.logits = logits

    def forward(self, **inputs: torch.Tensor) -> Any:
        return type("Answer", (), {"logits": self.logits})


LOGITS = torch.tensor([[2.0, 0.5, -1.0], [0.0, 1.0, 0.5]])


def loss(chosen: TaskObjective, labels: torch.Tensor) -> float:
    return float(chosen.loss(Fixed(LOGITS), {"labels": labels}))  # type: ignore[arg-type]


def test_balanced_weights_multiply_the_loss_of_their_rows() -> None:
    each = -LOGITS.log_softmax(-1)[[0, 1], [0, 2]]
    labels = torch.tensor([0, 2])
    assert loss(objective(), labels) == pytest.approx(float(each.sum()))
    weights = torch.tensor([10 / 18, 10 / 3])
    assert loss(objective(class_weights="balanced"), labels) == pytest.approx(float((each * weights).sum()))


def test_smoothing_spreads_a_share_over_all_labels() -> None:
    logs = -LOGITS.log_softmax(-1)
    expected = 0.9 * logs[[0, 1], [0, 2]].sum() + 0.1 * logs.mean(-1).sum()
    assert loss(objective(label_smoothing=0.1), torch.tensor([0, 2])) == pytest.approx(float(expected))


def test_several_labels_take_the_mean_over_labels() -> None:
    targets = torch.tensor([[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]])
    expected = torch.nn.functional.binary_cross_entropy_with_logits(LOGITS, targets) * 2
    assert loss(objective(multi_label=True), targets) == pytest.approx(float(expected))


def test_predictions_are_by_name(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    one = objective().decode(LOGITS, [{}] * len(LOGITS), tokenizer)
    assert [prediction["label"] for prediction in one] == ["bad", "good"]
    assert one[0]["score"] == one[0]["probabilities"]["bad"] == pytest.approx(float(LOGITS.softmax(-1)[0, 0]))
    assert sum(one[1]["probabilities"].values()) == pytest.approx(1.0)


def test_several_labels_are_those_above_the_threshold(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("bert", tmp_path).path)
    several = objective(multi_label=True, threshold=0.6).decode(LOGITS, [{}] * len(LOGITS), tokenizer)
    assert [prediction["labels"] for prediction in several] == [["bad", "good"], ["good", "mixed"]]
    sigmoid = LOGITS.sigmoid()[0]
    assert several[0]["score"] == pytest.approx(float(sigmoid[0] * sigmoid[1] * (1 - sigmoid[2])))


def test_rows_without_labels_can_be_encoded() -> None:
    tokenizer, chosen = build_tokenizer(), objective()
    encoded = chosen.encode({"text": list(TEXTS[:2])}, tokenizer, 5)
    assert [len(ids) for ids in encoded["input_ids"]] == [5, 5]
    batch = chosen.collate([{"input_ids": ids} for ids in encoded["input_ids"]], tokenizer, np.random.default_rng(0))
    assert set(batch) == {"input_ids", "attention_mask"}
    assert chosen.items(batch) == 0


def test_labels_become_positions_and_sets() -> None:
    tokenizer, texts = build_tokenizer(), list(TEXTS[:2])
    encoded = objective().encode({"text": texts, "label": ["mixed", "bad"]}, tokenizer, 16)
    assert encoded["label"] == [2, 0]
    several = objective(multi_label=True)
    encoded = several.encode({"text": texts, "labels": [["mixed", "bad"], []]}, tokenizer, 16)
    examples = [{"input_ids": [2, 3], "labels": positions} for positions in encoded["labels"]]
    batch = several.collate(examples, tokenizer, np.random.default_rng(0))
    assert batch["labels"].tolist() == [[1.0, 0.0, 1.0], [0.0, 0.0, 0.0]]
    assert several.items(batch) == 2


def test_names_travel_in_the_configuration(tmp_path: Path) -> None:
    build_model("bert", tmp_path / "base")
    model = build(tmp_path / "base", labels=("bad", "good"), several=False)
    model.save_pretrained(tmp_path / "saved")
    again = build(tmp_path / "base", labels=("bad", "good"), several=True)
    assert model.config.id2label == {0: "bad", 1: "good"}
    assert model.config.label2id == {"bad": 0, "good": 1}
    assert again.config.problem_type == "multi_label_classification"
    assert model.dtype == torch.float32


@pytest.mark.parametrize("model_type", ["bert", "gpt2", "llama"])
@pytest.mark.parametrize("own_padding", [True, False], ids=["pad", "pad=eos"])
def test_a_row_alone_and_in_a_batch_gives_the_same(model_type: str, own_padding: bool, tmp_path: Path) -> None:
    if not own_padding and model_type == "bert":
        pytest.skip("an encoder has a padding token")
    build_model(model_type, tmp_path / "base")
    tokenizer = load_tokenizer(tmp_path / "base")
    if not own_padding:
        tokenizer.pad_token = None  # type: ignore[assignment]
        tokenizer.padding_side = "left"
        tokenizer.save_pretrained(tmp_path / "base")
        assert pad_token_id(tokenizer) == tokenizer.eos_token_id
    torch.manual_seed(0)
    model = build(tmp_path / "base", labels=("bad", "good", "mixed"), several=False).eval()
    chosen, random = objective(), np.random.default_rng(0)
    encoded = chosen.encode({"text": [TEXTS[0], "profit", " ".join(TEXTS[:4])]}, tokenizer, 64)
    examples = [{"input_ids": ids} for ids in encoded["input_ids"]]
    with torch.no_grad():
        together = chosen.outputs(model, chosen.collate(examples, tokenizer, random))
        alone = [chosen.outputs(model, chosen.collate([one], tokenizer, random)) for one in examples]
    torch.testing.assert_close(together, torch.cat(alone), rtol=1e-4, atol=1e-5)


def test_a_tokenizer_that_cannot_pad_is_an_error() -> None:
    tokenizer = build_tokenizer()
    tokenizer.pad_token = tokenizer.eos_token = None  # type: ignore[assignment]
    with pytest.raises(RunError, match="neither a padding token"):
        pad_token_id(tokenizer)


def test_a_type_without_classification_is_an_error(tmp_path: Path) -> None:
    from transformers import Blip2QFormerConfig

    Blip2QFormerConfig().save_pretrained(tmp_path)
    with pytest.raises(RunError, match="no text classification"):
        build(tmp_path, labels=("a", "b"), several=False)
