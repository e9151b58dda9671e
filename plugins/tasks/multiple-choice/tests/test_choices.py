"""The choices of a question are scored together, however many there are, and baselines see what they say they see."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from datasets import Dataset

from metier.errors import StageError
from metier.testing.models import build_model, load_tokenizer
from metier_multiple_choice._torch import ChoiceObjective, build
from metier_multiple_choice.multiple_choice import MultipleChoice
from metier_multiple_choice.tables import measure, rank

ROWS = {
    "id": ["r:0", "r:1"],
    "text": ["sales rose in the quarter", "costs grew"],
    "choices": [["profit", "a loss", "the dividend for the year"], ["sales fell", "a plant"]],
    "label": ["C", "A"],
}


def examples(objective: ChoiceObjective, tokenizer: Any, rows: Any, max_length: int = 64) -> list[dict[str, Any]]:
    encoded = objective.encode(rows, tokenizer, max_length)
    return [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]


class Fixed(torch.nn.Module):
    """A model that gives each text the score that it is told."""

    def __init__(self, *scores: float) -> None:
        super().__init__()
        self.scores = torch.tensor(scores)[:, None]

    def forward(self, **inputs: torch.Tensor) -> Any:
        assert len(inputs["input_ids"]) == len(self.scores)
        return type("Answer", (), {"logits": self.scores})


def test_choices_of_a_question_are_compared_with_each_other_alone(tmp_path: Path) -> None:
    objective, tokenizer = ChoiceObjective("letter"), load_tokenizer(build_model("bert", tmp_path).path)
    given = examples(objective, tokenizer, ROWS)
    batch = objective.collate(given, tokenizer, np.random.default_rng(0))
    assert batch["labels"].tolist() == [0, 0, 1, 1, 0]
    assert objective.items(batch) == 2
    model: Any = Fixed(1.0, 0.0, 2.0, 0.5, 0.5)
    first, second = torch.tensor([1.0, 0.0, 2.0]).log_softmax(0)[2], torch.tensor(0.5).log()
    assert float(objective.loss(model, batch)) == pytest.approx(-float(first + second), rel=1e-5)
    one, other = objective.decode(objective.outputs(model, batch), given, tokenizer)
    assert one["index"] == 2
    assert one["probabilities"] == pytest.approx(torch.tensor([1.0, 0.0, 2.0]).softmax(0).tolist())
    assert other["probabilities"] == pytest.approx([0.5, 0.5])
    row = {name: values[0] for name, values in ROWS.items()}
    assert objective.joined([one], row)["choice"] == "the dividend for the year"


def test_a_batch_without_right_choices_is_an_error(tmp_path: Path) -> None:
    objective, tokenizer = ChoiceObjective("letter"), load_tokenizer(build_model("bert", tmp_path).path)
    batch = objective.collate(examples(objective, tokenizer, ROWS), tokenizer, np.random.default_rng(0))
    part = {name: values[:2] for name, values in batch.items()}
    with pytest.raises(StageError, match="without their right choice"):
        objective.loss(Fixed(1.0, 0.0), part)  # type: ignore[arg-type]


def test_what_is_not_labelled_is_predicted(tmp_path: Path) -> None:
    objective, tokenizer = ChoiceObjective("letter"), load_tokenizer(build_model("bert", tmp_path).path)
    given = examples(objective, tokenizer, {"text": ROWS["text"], "choices": ["a loss\na plant", "x\ny\nz"]})
    batch = objective.collate(given, tokenizer, np.random.default_rng(0))
    assert "labels" not in batch
    assert objective.items(batch) == 0
    assert [len(one["lengths"]) for one in given] == [2, 3]


@pytest.mark.parametrize("model_type", ["bert", "gpt2", "llama"])
def test_a_question_alone_and_in_a_batch_gives_the_same(model_type: str, tmp_path: Path) -> None:
    folder = build_model(model_type, tmp_path).path
    torch.manual_seed(0)
    model, tokenizer, objective = build(folder, mean=False).eval(), load_tokenizer(folder), ChoiceObjective("letter")
    given, random = examples(objective, tokenizer, ROWS), np.random.default_rng(0)
    with torch.no_grad():
        together = objective.outputs(model, objective.collate(given, tokenizer, random))
        alone = [objective.outputs(model, objective.collate([one], tokenizer, random))[0] for one in given]
    torch.testing.assert_close(together[0], alone[0], rtol=1e-4, atol=1e-5)
    torch.testing.assert_close(together[1, :2], alone[1], rtol=1e-4, atol=1e-5)


def test_the_end_of_a_long_question_stays(tmp_path: Path) -> None:
    objective, tokenizer = ChoiceObjective("letter"), load_tokenizer(build_model("bert", tmp_path).path)
    rows = {**ROWS, "text": ["sales " * 40 + "rose in the quarter", "costs grew"]}
    (long, _) = examples(objective, tokenizer, rows, 16)
    assert max(long["lengths"]) == 16
    text = tokenizer.decode(long["input_ids"][: long["lengths"][0]])
    assert text.endswith("rose in the quarter [SEP] profit [SEP]")
    assert text.startswith("[CLS] sales")
    assert tokenizer.truncation_side == "right", "as it was"


def test_a_context_stands_before_the_question(tmp_path: Path) -> None:
    objective, tokenizer = ChoiceObjective("letter"), load_tokenizer(build_model("bert", tmp_path).path)
    rows = {**ROWS, "context": ["the board raised the dividend", "a weak market"]}
    (one, _) = examples(objective, tokenizer, rows)
    text = tokenizer.decode(one["input_ids"][: one["lengths"][0]])
    assert text == "[CLS] the board raised the dividend [SEP] sales rose in the quarter profit [SEP]"


def test_ranks_are_shared_and_figures_weighted() -> None:
    assert [rank([0.2, 0.5, 0.2, 0.1], place) for place in range(4)] == [2.5, 1, 2.5, 4]
    names = np.array(["A. x", "B. y", "A. z"], dtype=object)
    table = {"reference": names, "prediction": names[[0, 0, 2]], "rank": np.array([1.0, 4.0, 1.0])}
    assert measure(table, None) == pytest.approx({"accuracy": 2 / 3, "mrr": 2.25 / 3})
    assert measure(table, np.array([0, 2, 1])) == pytest.approx({"accuracy": 1 / 3, "mrr": 0.5})
    assert measure(table, np.zeros(3)) == {}


def test_baselines_see_what_they_say_they_see() -> None:
    head = MultipleChoice()
    questions = ["the pump leaks oil", "the hose leaks water", "the valve is stuck shut", "the belt slips wet"]
    choices = [["oil of the pump", "sand"], ["a very long answer about nothing", "water of the hose"]]
    choices += [["snow", "a valve stuck", "ice"], ["the wet belt", "a very long answer about nothing"]]
    rows = Dataset.from_dict({"id": list("abcd"), "text": questions, "choices": choices, "label": ["A", "B", "B", "A"]})
    state = head.learn(rows)

    def shares(some: Dataset) -> np.ndarray:
        return np.array(
            [[float("oil" in t), float("water" in t), float("stuck" in t), float("wet" in t)] for t in some["text"]]
        )

    place, longest, likest, probe = (one.predict(rows, rows, features=shares) for one in head.baselines(state))
    assert list(place["prediction"]) == [
        "A. oil of the pump",
        "A. a very long answer about nothing",
        "A. snow",
        "A. the wet belt",
    ]
    assert list(longest["prediction"])[1] == "A. a very long answer about nothing"
    assert measure(likest, None)["accuracy"] == 1.0
    assert measure(probe, None)["accuracy"] == 1.0
