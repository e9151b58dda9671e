"""Where texts are perturbed, and how long a perturbation is."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import torch

from metier.components import MethodContext
from metier.errors import StageError
from metier.testing.models import build_model, load_tokenizer
from metier.testing.objective import TwoLabels, build_classifier
from metier.values import LocalModel
from metier_adversarial._embeddings import at_embeddings, special_ids
from metier_adversarial._perturbation import Perturbation, lengths, uniform, within, zero
from metier_adversarial.adversarial import Adversarial

IDS = torch.tensor([[2, 7, 8, 9, 3], [2, 7, 3, 0, 0], [2, 3, 0, 0, 0]])
SPECIAL = [0, 2, 3]


def embedder() -> Any:
    """Something that asks word embeddings of four numbers."""

    class Embedder(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.words = torch.nn.Embedding(10, 4)

        def get_input_embeddings(self) -> Any:
            return self.words

    return Embedder()


def climbed(scale: torch.Tensor, **moves: float) -> Perturbation:
    """Return a perturbation after one step along a gradient of these scales a text (3,)."""
    model, found = embedder(), Perturbation(zero, special=SPECIAL)
    with found.added(model):
        given = model.words(IDS)
    slopes = torch.randn(3, 5, 4, generator=torch.Generator().manual_seed(0)) * scale[:, None, None]
    found.backward((given * slopes).sum())
    assert model.words.weight.grad is None, "a pure ascent pass computes gradients of parameters"
    found.turn(moves["length"]) if "length" in moves else found.climb(**moves)
    return found


def test_a_perturbation_has_its_length_a_text_and_spares_special_tokens() -> None:
    found = climbed(torch.tensor([1e-9, 1.0, 5.0]), length=0.5)
    assert lengths(found.shifts[0]).flatten().tolist() == pytest.approx([0.5, 0.5, 0.0], rel=1e-5)
    assert (found.shifts[0][torch.isin(IDS, torch.tensor(SPECIAL))] == 0).all()
    assert (found.shifts[0][0, 1:4] != 0).any()
    assert all(found.finite)


def test_a_step_ends_at_the_ball() -> None:
    assert lengths(climbed(torch.ones(3), step_size=0.3, epsilon=0.5).shifts[0])[0].item() == pytest.approx(0.3)
    assert lengths(climbed(torch.ones(3), step_size=0.9, epsilon=0.5).shifts[0])[0].item() == pytest.approx(0.5)
    inside = torch.randn(2, 3, 4)
    assert within(inside, 100.0).equal(inside), "what lies inside is changed"


def test_a_gradient_that_is_not_finite_is_noted() -> None:
    found = climbed(torch.tensor([1.0, float("nan"), 1.0]), step_size=0.3, epsilon=0.5)
    assert [bool(one) for one in found.finite] == [False]
    assert found.shifts[0].isfinite().all(), "the mark is the only trace: no step was taken"


def test_noise_is_as_long_for_a_short_text_as_for_a_long_one() -> None:
    place = torch.zeros(2, 400, 1, dtype=torch.bool)
    place[0], place[1, :4] = True, True
    noise = uniform(2.0, torch.Generator().manual_seed(0))(place, 64)
    assert lengths(noise).flatten().tolist() == pytest.approx([2 / 3**0.5] * 2, rel=0.1)


def test_an_unknown_word_is_a_word(tiny: LocalModel) -> None:
    tokenizer = load_tokenizer(tiny.path)
    assert special_ids(tokenizer) == [0, 2, 3, 4]
    tokenizer.unk_token = tokenizer.eos_token  # as GPT-2 has it
    assert special_ids(tokenizer) == [0, 2, 3, 4]


def test_a_model_that_asks_no_embeddings_is_an_error() -> None:
    with (
        pytest.raises(StageError, match="did not ask its word embeddings"),
        Perturbation(zero, special=[]).added(embedder()),
    ):
        pass


def test_an_encoder_decoder_is_perturbed_on_both_sides(tmp_path: Path) -> None:
    tokenizer = load_tokenizer(build_model("t5", tmp_path).path)
    model: Any = build_classifier(tmp_path).eval()
    padded = tokenizer(
        ["profit rose", "sales fell again"], padding=True, return_tensors="pt", return_token_type_ids=False
    )
    found = Perturbation(uniform(1.0, torch.Generator().manual_seed(0)), special=special_ids(tokenizer))
    with found.added(model):
        once = model(**padded).logits
    with found.added(model):
        assert model(**padded).logits.equal(once), "the second pass has another perturbation"
    assert [tuple(one.shape[:2]) for one in found.shifts] == [tuple(padded["input_ids"].shape)] * 2
    assert not torch.allclose(model(**padded).logits, once)


ADAPTERS: dict[str, dict[str, Any]] = {
    "frozen": {},
    "adapted": {"target_modules": ["query", "value", "word_embeddings"]},
    "some tokens": {"trainable_token_indices": {"word_embeddings": [7, 8]}},
    "trained whole": {"modules_to_save": ["word_embeddings"]},
}


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")  # peft asks it
@pytest.mark.parametrize("adapter", ADAPTERS)
def test_embeddings_are_found_whatever_peft_makes_of_them(
    adapter: str, tiny: LocalModel, context: MethodContext, batch: Any
) -> None:
    peft = pytest.importorskip("peft")
    config = peft.LoraConfig(**{"target_modules": ["query", "value"], **ADAPTERS[adapter]})
    model: Any = peft.get_peft_model(build_classifier(tiny.path), config).eval()  # type: ignore[arg-type]
    calls = []
    with at_embeddings(model, lambda ids, embeddings: calls.append(ids) or embeddings):  # type: ignore[func-returns-value]
        plain = TwoLabels().loss(model, batch)
    assert [one.equal(batch["input_ids"]) for one in calls] == [True]
    method = Adversarial(Adversarial.Config.model_validate({"attack": "fgm", "epsilon": 0.5}))
    loss = method.wrap_loss(TwoLabels().loss, context)(model, batch)
    assert loss.item() > 2.001 * plain.item(), "the perturbation does not raise the loss"
    loss.backward()
    trains = {name for name, one in model.named_parameters() if one.requires_grad}
    assert {name for name, one in model.named_parameters() if one.grad is not None} == trains


def test_frozen_embeddings_are_perturbed_all_the_same(tiny: LocalModel, context: MethodContext, batch: Any) -> None:
    model: Any = build_classifier(tiny.path).eval()
    model.bert.embeddings.requires_grad_(False)
    reached: list[bool] = []
    model.bert.embeddings.register_forward_hook(lambda module, inputs, output: reached.append(output.requires_grad))
    method = Adversarial(Adversarial.Config.model_validate({"attack": "fgm", "epsilon": 0.5}))
    loss = method.wrap_loss(TwoLabels().loss, context)(model, batch)
    assert reached == [True, False], "the pass that trains goes back further than to what trains"
    assert loss.item() > 2.001 * TwoLabels().loss(model, batch).item()
    loss.backward()
    assert model.get_input_embeddings().weight.grad is None
