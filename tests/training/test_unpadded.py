"""Without padding an encoder computes what it computes with it, and is left as it was."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
import transformers
from datasets import Dataset

from metier.testing.objective import TwoLabels, build_classifier
from metier.training import unpadded as module
from metier.training.engine import TrainingEngine
from metier.training.unpadded import trunk_of, unpadded
from metier.values import LocalModel

MakeEngine = Callable[..., TrainingEngine]
SHAPE: dict[str, Any] = {
    "vocab_size": 90,
    "hidden_size": 32,
    "intermediate_size": 64,
    "num_hidden_layers": 2,
    "num_attention_heads": 4,
    "max_position_embeddings": 40,
    "num_labels": 3,
}
CONFIGS = {
    "bert": transformers.BertConfig,
    "camembert": transformers.CamembertConfig,
    "electra": transformers.ElectraConfig,
    "roberta": transformers.RobertaConfig,
    "xlm-roberta": transformers.XLMRobertaConfig,
}


@pytest.fixture
def batch() -> dict[str, torch.Tensor]:
    """Six texts, two of one length, with padding on the right."""
    lengths = torch.tensor([4, 9, 4, 1, 7, 12])
    mask = (torch.arange(12)[None] < lengths[:, None]).long()
    ids = torch.randint(5, 90, (6, 12), generator=torch.Generator().manual_seed(0)) * mask + (1 - mask)
    return {"input_ids": ids, "attention_mask": mask}


def build(model_type: str) -> Any:
    torch.manual_seed(0)
    config = CONFIGS[model_type](**SHAPE, pad_token_id=1)
    return transformers.AutoModelForSequenceClassification.from_config(config).eval()


def gradients(model: Any, logits: torch.Tensor) -> dict[str, torch.Tensor]:
    model.zero_grad()
    logits.square().sum().backward()
    return {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}


def test_every_type_that_it_names_is_tested() -> None:
    assert set(CONFIGS) == module.MODEL_TYPES


@pytest.mark.parametrize("first_token", [False, True])
@pytest.mark.parametrize("model_type", CONFIGS)
def test_outputs_and_gradients_are_the_padded_ones(model_type: str, first_token: bool, batch: Any) -> None:
    model = build(model_type)
    expected = model(**batch).logits
    expected_gradients = gradients(model, expected)
    with unpadded(model, first_token=first_token) as done:
        found = model(**batch).logits
        assert done
        torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
        for name, gradient in gradients(model, found).items():
            torch.testing.assert_close(gradient, expected_gradients[name], rtol=1e-4, atol=1e-6)


def test_every_token_comes_back_to_its_place(batch: Any) -> None:
    model = build("bert").bert
    expected = model(**batch).last_hidden_state * batch["attention_mask"][:, :, None]
    with unpadded(model):
        found = model(**batch).last_hidden_state
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)
    with unpadded(model, first_token=True):
        firsts = model(**batch).last_hidden_state
    torch.testing.assert_close(firsts[:, 0], expected[:, 0], rtol=1e-5, atol=1e-6)


def test_padding_is_not_computed(batch: Any) -> None:
    model = build("bert")
    seen: list[int] = []
    for layer in model.bert.encoder.layer:
        layer.intermediate.register_forward_hook(lambda module, given, output: seen.append(output[..., 0].numel()))
    with unpadded(model):
        model(**batch)
    assert seen == 2 * [int(batch["attention_mask"].sum())]


def test_a_last_layer_that_somebody_answers_for_is_not_narrowed(batch: Any) -> None:
    model = build("bert").bert
    model.encoder.layer[-1].forward = lambda hidden_states, *others, **named: 2 * hidden_states
    expected = model(**batch).last_hidden_state * batch["attention_mask"][:, :, None]
    with unpadded(model, first_token=True):
        found = model(**batch).last_hidden_state
    torch.testing.assert_close(found, expected, rtol=1e-5, atol=1e-6)


def test_the_model_is_left_as_it_was_also_where_it_fails(batch: Any) -> None:
    model = build("bert")
    before = model(**batch).logits
    broken = model.bert.encoder.layer[1].output.dense
    broken.forward = lambda hidden: 1 / 0
    with pytest.raises(ZeroDivisionError), unpadded(model, first_token=True):
        model(**batch)
    del broken.forward
    assert model.config._attn_implementation == "sdpa"
    assert not any(one._forward_hooks or one._forward_pre_hooks for one in model.modules())
    assert all("forward" not in vars(one) for one in model.modules())
    assert model(**batch).logits.equal(before)


def test_what_has_no_mask_or_is_no_such_encoder_is_computed_as_ever(batch: Any) -> None:
    model = build("bert")
    ids = batch["input_ids"][:1]
    with unpadded(model) as done:
        assert done
        without = model(input_ids=ids).logits
    torch.testing.assert_close(without, model(input_ids=ids).logits)
    decoder = transformers.LlamaModel(
        transformers.LlamaConfig(**{name: value for name, value in SHAPE.items() if name != "num_labels"})
    )
    with unpadded(decoder) as done:
        assert not done
    with unpadded(model, when=False) as done:
        assert not done
    model.config.output_hidden_states = True
    assert trunk_of(model) is None, "the states between the layers are asked for as a rectangle"


def test_fast_and_plain_trainings_have_the_same_losses(
    make_engine: MakeEngine, tiny: LocalModel, labelled: Dataset, tmp_path: Path
) -> None:
    # A batch is the whole data set, so that both see the same rows at each step; no dropout.
    losses: dict[str, list[float]] = {}
    for speed in ("plain", "auto"):
        model = build_classifier(tiny.path)
        for one in model.modules():
            if isinstance(one, torch.nn.Dropout):
                one.p = 0.0
        engine = make_engine(
            speed=speed,
            precision="fp32",
            per_device_train_batch_size=64,
            max_steps=50,
            logging_steps=1,
            directory=tmp_path / speed,
        )
        found: list[float] = losses.setdefault(speed, [])
        engine._log = lambda metrics, found=found: found.append(metrics["loss"])
        engine.train(TwoLabels(), model, labelled)
        left_out = speed == "auto" and not torch.accelerator.is_available()
        assert engine.choices["padding"] == ("left out of the layers" if left_out else "computed too")
    assert len(losses["plain"]) == 50
    assert losses["plain"][-1] < 0.5 * losses["plain"][0]
    assert losses["auto"] == pytest.approx(losses["plain"], rel=1e-3, abs=1e-5)
