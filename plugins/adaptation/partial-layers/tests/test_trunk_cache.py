"""The frozen trunk's output, kept and read: the same training, at the cost of the top."""

from __future__ import annotations

import errno
import logging
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import pytest
import torch
import transformers
from datasets import Dataset
from pydantic import ValidationError

from metier.builtin.optimizers.adamw import AdamW
from metier.components import AdaptationMethod, MethodContext, Objective
from metier.errors import StageError
from metier.settings import TrainingSettings
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.training.engine import TrainingEngine
from metier.training.unpadded import unpadded
from metier.values import Use
from metier_partial_layers._frozen import Frozen
from metier_partial_layers._lower import Lower
from metier_partial_layers._store import Store
from metier_partial_layers._texts import Texts, read
from metier_partial_layers._trunk import Trunk
from metier_partial_layers.gradual_unfreezing import GradualUnfreezing
from metier_partial_layers.partial_layers import CACHE, PartialLayers

VOCABULARY = 60
WIDE: dict[str, Any] = {"vocab_size": VOCABULARY, "hidden_size": 32, "num_attention_heads": 4, "intermediate_size": 64}
DEEP: dict[str, Any] = {**WIDE, "num_hidden_layers": 3, "max_position_embeddings": 40, "pad_token_id": 1}
CONFIGS = {
    "bert": lambda: transformers.BertConfig(**DEEP),
    "camembert": lambda: transformers.CamembertConfig(**DEEP),
    "electra": lambda: transformers.ElectraConfig(**DEEP, embedding_size=16),
    "roberta": lambda: transformers.RobertaConfig(**DEEP),
    "xlm-roberta": lambda: transformers.XLMRobertaConfig(**DEEP),
    "distilbert": lambda: transformers.DistilBertConfig(
        vocab_size=VOCABULARY, dim=32, n_heads=4, n_layers=3, hidden_dim=64, max_position_embeddings=40, pad_token_id=1
    ),
    "gpt2": lambda: transformers.GPT2Config(
        vocab_size=VOCABULARY, n_embd=32, n_head=4, n_layer=3, n_positions=40, pad_token_id=1, bos_token_id=2
    ),
    "llama": lambda: transformers.LlamaConfig(**DEEP, bos_token_id=2, num_key_value_heads=2),
}
LENGTHS = (7, 3, 12, 7, 1, 12)
Batch = dict[str, torch.Tensor]


def classifier(model_type: str, *, seed: int = 0) -> Any:
    """Return a tiny classifier of three layers."""
    torch.manual_seed(seed)
    return transformers.AutoModelForSequenceClassification.from_config(CONFIGS[model_type]())


def batch_of(*lengths: int, seed: int = 0, types: bool = False) -> Batch:
    """Return random texts, padded on the right."""
    generator = torch.Generator().manual_seed(seed)
    mask = torch.arange(max(lengths)) < torch.tensor(lengths)[:, None]
    ids = torch.randint(3, VOCABULARY, mask.shape, generator=generator).masked_fill(~mask, 1)
    made = {"input_ids": ids, "attention_mask": mask.long(), "labels": torch.arange(len(lengths)) % 2}
    if types:
        made["token_type_ids"] = (torch.arange(max(lengths)) > 2).long() * mask
    return made


def method(**options: Any) -> PartialLayers:
    """Return the method, with one layer that trains."""
    return PartialLayers(PartialLayers.Config.model_validate({"train": "top-1", **options}))


def step(model: Any, loss: Any, batch: Batch, *, seed: int = 3) -> tuple[torch.Tensor, dict[str, torch.Tensor]]:
    """Return loss and gradients of a training step."""
    torch.manual_seed(seed)
    model.zero_grad()
    model.train()
    value = loss(model, batch)
    value.backward()
    return value.detach(), {name: one.grad for name, one in model.named_parameters() if one.grad is not None}


@contextmanager
def counted(model: Any, model_type: str = "bert") -> Iterator[list[int]]:
    """Give a list that gets the rows of every call of the lowest layer, without touching the model."""
    stack = model.base_model.get_submodule(
        {"gpt2": "h", "llama": "layers", "distilbert": "transformer.layer"}.get(model_type, "encoder.layer")
    )
    kind, calls, lowest = type(stack[0]), [], stack[0]
    original = kind.forward

    def forward(self: Any, states: torch.Tensor, *others: Any, **named: Any) -> Any:
        if self is lowest:
            calls.append(len(states))
        return original(self, states, *others, **named)

    kind.forward = forward
    try:
        yield calls
    finally:
        kind.forward = original


@pytest.fixture
def stage(context: Callable[..., MethodContext], tmp_path: Path) -> MethodContext:
    """A stage whose runs share a folder."""
    return context(shared=tmp_path / "shared")


def prepared(one: PartialLayers, model: Any, stage: MethodContext) -> Any:
    """Return the two-label loss as the engine gets it, after the method prepared `model`."""
    one.prepare(model, stage)
    one.parameter_groups(model, stage)
    return one.wrap_loss(TwoLabels().loss, stage)


@pytest.mark.parametrize("model_type", CONFIGS)
@pytest.mark.parametrize("padding", [True, False])
def test_loss_and_gradients_are_those_without_the_cache(model_type: str, padding: bool, stage: MethodContext) -> None:
    model, batch = classifier(model_type), batch_of(*LENGTHS)
    plain = prepared(method(cache="off"), model, stage)
    cached = method(cache="on").wrap_loss(TwoLabels().loss, stage)
    with unpadded(model, when=not padding):
        value, gradients = step(model, plain, batch)
        for computed in (True, False):
            with counted(model, model_type) as calls:
                found, others = step(model, cached, batch)
            assert bool(calls) == computed
            torch.testing.assert_close(found, value, rtol=1e-5, atol=1e-5)
            assert others.keys() == gradients.keys()
            for name, gradient in gradients.items():
                torch.testing.assert_close(others[name], gradient, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("model_type", CONFIGS)
def test_the_model_is_left_as_it_was(model_type: str, stage: MethodContext) -> None:
    model, batch = classifier(model_type), batch_of(*LENGTHS)
    loss = prepared(method(cache="on"), model, stage)
    before = {name: value.clone() for name, value in model.state_dict().items()}
    inputs = {name: value for name, value in batch.items() if name != "labels"}
    expected = model.eval()(**inputs).logits
    step(model, loss, batch)
    assert all(module.training for module in model.modules())
    assert not any("forward" in vars(module) for module in model.modules())
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())
    assert torch.equal(model.eval()(**inputs).logits, expected)
    with torch.no_grad(), counted(model, model_type) as calls:
        loss(model, batch)
    assert calls == [len(LENGTHS)], "it reads where nothing trains"


def test_a_loss_that_raises_leaves_the_model_as_it_was(stage: MethodContext) -> None:
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    one = method(cache="on")
    loss = prepared(one, model, stage)
    step(model, loss, batch)
    model.bert.encoder.layer[2].register_forward_hook(lambda module, given, output: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        loss(model, batch)
    assert not any("forward" in vars(module) for module in model.modules())
    assert not model.bert._forward_hooks
    assert not model.bert._forward_pre_hooks


def test_a_text_is_computed_once_whatever_batch_it_is_in(stage: MethodContext) -> None:
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    loss = prepared(method(cache="on"), model, stage)
    narrow = {name: value[[4, 1]] for name, value in batch.items()}
    narrow = {name: value[:, :3] if value.ndim == 2 else value for name, value in narrow.items()}
    step(model, loss, batch)
    with counted(model) as calls:
        step(model, loss, {name: value.flip(0) for name, value in batch.items()})
        step(model, loss, narrow)
        assert not calls
        changed = {**batch, "input_ids": batch["input_ids"].clone()}
        changed["input_ids"][0, 3] = 2
        step(model, loss, changed)
        assert calls
    twice = {name: torch.cat([value, value]) for name, value in batch_of(5, seed=9).items()}
    step(model, loss, twice)
    folder = next((stage.shared / CACHE).iterdir())  # type: ignore[operator]
    assert len(Store(folder, width=32, dtype="<f4")) == len(LENGTHS) + 1 + 1


def test_token_types_are_part_of_a_text(stage: MethodContext) -> None:
    model, batch, typed = classifier("bert"), batch_of(*LENGTHS), batch_of(*LENGTHS, types=True)
    plain = prepared(method(cache="off"), model, stage)
    cached = method(cache="on").wrap_loss(TwoLabels().loss, stage)
    for one in (batch, typed, {**batch, "token_type_ids": torch.zeros_like(batch["input_ids"])}):
        torch.testing.assert_close(step(model, cached, one)[0], step(model, plain, one)[0], rtol=1e-5, atol=1e-5)
    folder = next((stage.shared / CACHE).iterdir())  # type: ignore[operator]
    short = sum(length <= 3 for length in LENGTHS)
    assert len(Store(folder, width=32, dtype="<f4")) == 2 * len(LENGTHS) - short, "types of 0 are no other text"


@pytest.mark.parametrize("threads", [1, 2])
@pytest.mark.parametrize("model_type", ["bert", "distilbert", "llama"])
def test_a_text_has_the_same_numbers_in_any_company(threads: int, model_type: str) -> None:
    former = torch.get_num_threads()
    torch.set_num_threads(threads)
    try:
        frozen = Frozen(Trunk.of(classifier(model_type).requires_grad_(False)))
        batch = batch_of(*[5, 9, 14] * 7)
        texts = read(frozen.trunk, (), {name: batch[name] for name in ("input_ids", "attention_mask")})
        together = dict(frozen.states(texts, range(21)))
        assert {number: len(states) for number, states in together.items()} == {i: [5, 9, 14][i % 3] for i in range(21)}
        for some in ([0], [1], [13], [20, 13, 4], [3, 0, 16, 7]):
            for number, states in frozen.states(texts, some):
                assert torch.equal(states, together[number]), (some, number)
        assert torch.get_num_threads() == threads
    finally:
        torch.set_num_threads(former)


@pytest.mark.parametrize("noise", [0.0, 1e-6])
@pytest.mark.parametrize("model_type", ["bert", "gpt2"])
def test_where_kernels_differ_by_company_a_text_is_computed_alone(noise: float, model_type: str) -> None:
    frozen, groups = Frozen(Trunk.of(classifier(model_type).requires_grad_(False))), []

    def compute(texts: Texts, group: Any) -> list[torch.Tensor]:
        groups.append(group.tolist())
        return [torch.full((3, 32), 1 + noise * len(group)) for _ in group]

    frozen.compute = compute  # type: ignore[method-assign]
    batch = batch_of(30, 30, 20)
    texts = read(frozen.trunk, (), {"input_ids": batch["input_ids"], "attention_mask": batch["attention_mask"]})
    assert [number for number, _ in frozen.states(texts, [0, 2])] == (
        [2, 0] if model_type == "gpt2" and not noise else [0, 2]
    )
    groups.clear()
    list(frozen.states(texts, [0, 1, 2]))
    together = [[0, 1, 2]] if model_type == "bert" else [[2, 2, 2, 2], [0, 1, 0, 1]]
    assert groups == ([[0], [1], [2]] if noise else together), "fewer than 64 tokens are too few"


def test_precisions_take_half_the_space_and_fp16_is_the_closer(stage: MethodContext) -> None:
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    plain = prepared(method(cache="off"), model, stage)
    value, _ = step(model, plain, batch)
    errors, sizes = {}, {}
    for precision in ("fp32", "fp16", "bf16"):
        loss = method(cache="on", cache_precision=precision).wrap_loss(TwoLabels().loss, stage)
        first, second = step(model, loss, batch)[0], step(model, loss, batch)[0]
        assert torch.equal(first, second), "what was computed is not what was kept"
        errors[precision] = (first - value).abs().item()
        folder = next((stage.shared / CACHE).glob(f"*-{precision}"))  # type: ignore[operator]
        sizes[precision] = (folder / "states.bin").stat().st_size
    assert sizes == {"fp32": sum(LENGTHS) * 128, "fp16": sum(LENGTHS) * 64, "bf16": sum(LENGTHS) * 64}
    assert errors["fp32"] < 1e-5
    assert errors["fp32"] < errors["fp16"] < 1e-2
    assert errors["fp16"] < errors["bf16"] < 1e-1


class Trained:
    """Trainings of tiny BERT through the engine."""

    def __init__(self, path: Path, stage: MethodContext) -> None:
        self.path, self.stage = path, stage

    objective: Objective = TwoLabels()
    dropout = True

    def __call__(self, *methods: AdaptationMethod, seed: int = 13, head: int = 0, **settings: Any) -> Any:
        model: Any = build_classifier(self.path, seed=head)
        for module in model.modules():
            if isinstance(module, torch.nn.Dropout) and not self.dropout:
                module.p = 0.0
        plain = {"num_train_epochs": 2, "per_device_train_batch_size": 4, "save_strategy": "no"}
        self.figures: list[Mapping[str, float]] = []
        engine = TrainingEngine(
            tokenizer=self.stage.tokenizer,
            settings=TrainingSettings.model_validate({**plain, **settings}),
            optimizer=AdamW(AdamW.Config(learning_rate=1e-2)),
            methods=[(method, self.stage) for method in methods],
            directory=self.stage.directory / "training",
            seed=seed,
            log=self.figures.append,
        )
        torch.manual_seed(seed)
        with counted(model) as self.calls:
            engine.train(self.objective, model, Dataset.from_list(rows(24)))
        self.choices = engine.choices
        return engine.trained

    @property
    def losses(self) -> list[float]:
        """The losses that the last training logged."""
        return [one["loss"] for one in self.figures if "loss" in one]


def weights(model: Any) -> str:
    """Return a sha256 of a model's weights."""
    found = sha256()
    for name, value in model.state_dict().items():
        found.update(name.encode() + value.cpu().numpy().tobytes())
    return found.hexdigest()


@pytest.fixture
def training(local: Any, stage: MethodContext) -> Trained:
    """A function that trains tiny BERT."""
    return Trained(local("bert").path, stage)


@pytest.mark.parametrize("speed", ["auto", "plain"])
def test_cold_warm_and_uncached_trainings_end_alike(speed: str, training: Trained) -> None:
    settings = {"speed": speed, "gradient_accumulation_steps": 2, "logging_steps": 1}
    cold = weights(training(method(cache="on"), **settings))
    assert training.calls, "it was not cold"
    losses = training.losses
    assert weights(training(method(cache="on"), **settings)) == cold
    assert not training.calls, "it was not warm"
    assert weights(training(method(), GradualUnfreezing(GradualUnfreezing.Config(epochs=0.1)), **settings)) != cold
    assert not training.calls, "what waits for its turn is not frozen for good"
    training(method(cache="off"), **settings)
    np.testing.assert_allclose(training.losses, losses, rtol=1e-4, atol=1e-5)
    assert len(losses) == 6


class FirstToken(TwoLabels):
    """The same objective, which says that it reads the first token alone."""

    first_token: ClassVar[bool] = True


@pytest.mark.skipif(torch.accelerator.is_available(), reason="padding is left out on a CPU alone")
@pytest.mark.parametrize("train", ["top-1", "head"])
def test_a_last_layer_for_the_first_token_learns_the_same(train: str, training: Trained) -> None:
    training.dropout = False  # it is drawn in other shapes
    training(method(train=train, cache="on"), logging_steps=1)
    assert training.choices["last_layer"] == "all tokens"
    losses = training.losses
    training.objective = FirstToken()
    training(method(train=train, cache="on"), logging_steps=1)
    assert training.choices["last_layer"] == "first token"
    np.testing.assert_allclose(training.losses, losses, rtol=1e-4, atol=1e-5)


def test_another_head_and_seed_compute_nothing_below(training: Trained) -> None:
    training(method(train="top-1"), seed=1, head=1, num_train_epochs=1)
    assert training.calls
    training(method(train="top-1", cache="on"), seed=2, head=2, num_train_epochs=1)
    assert not training.calls
    training(method(train="head", cache="on"), seed=3, head=3, num_train_epochs=1)
    assert training.calls, "the trunk is a deeper one"
    training(method(train="head", cache="on"), seed=4, head=4, num_train_epochs=1)
    assert not training.calls


def test_a_training_broken_off_and_resumed_ends_alike(resumes: Any) -> None:
    resumes([method(cache="on")])


def test_what_no_other_run_finds_is_deleted(training: Trained, tmp_path: Path) -> None:
    training(method(cache="on"), num_train_epochs=1)
    assert (tmp_path / "shared" / CACHE).is_dir()
    training.stage = replace(training.stage, shared=None)
    one = method(cache="on")
    seen: list[bool] = []
    finish = one.finish
    one.finish = lambda model, stage: (seen.append((tmp_path / CACHE).is_dir()), finish(model, stage))[1]  # type: ignore
    training(one, num_train_epochs=1)
    assert seen == [True]
    assert not (tmp_path / CACHE).exists()


def test_listed_twice_it_reads_once(stage: MethodContext) -> None:
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    first, second = method(train="top-2", cache="on"), method(train=["*.layer.2.*"], cache="on")
    first.prepare(model, stage)
    plain = prepared(method(train=["*.layer.2.*"], cache="off"), model, stage)
    for one in (first, second):
        one.parameter_groups(model, stage)
    loss = second.wrap_loss(first.wrap_loss(TwoLabels().loss, stage), stage)
    for computed in (True, False):
        with counted(model) as calls:
            torch.testing.assert_close(step(model, loss, batch)[0], step(model, plain, batch)[0], rtol=1e-5, atol=1e-5)
        assert calls[:-1] if computed else calls == [len(LENGTHS)], "the plain loss alone computes"
    assert not any("forward" in vars(module) for module in model.modules())


def test_layers_that_the_task_added_are_the_heads(stage: MethodContext) -> None:
    model = classifier("bert")
    model.config.mean_pooling_layers = 1
    model.requires_grad_(False)
    assert Trunk.of(model).depth == 2


@pytest.mark.filterwarnings("ignore:.is_gradient_checkpointing. is deprecated:FutureWarning")
def test_adapters_above_leave_the_trunk_and_adapters_in_it_do_not(stage: MethodContext) -> None:
    from peft import LoraConfig, TaskType, get_peft_model

    for layers, depth in (([2], 2), ([1, 2], 1), ([0, 2], None)):
        adapters = LoraConfig(task_type=TaskType.SEQ_CLS, target_modules=["query"], layers_to_transform=layers)
        model: Any = get_peft_model(classifier("bert"), adapters)
        lower = Lower.of(model)
        assert (lower.trunk and lower.trunk.depth) == depth
        if depth:
            batch = batch_of(*LENGTHS)
            plain, cached = (method(cache=one).wrap_loss(TwoLabels().loss, stage) for one in ("off", "on"))
            torch.testing.assert_close(
                step(model, cached, batch)[0], step(model, plain, batch)[0], rtol=1e-5, atol=1e-5
            )


# Where it would be wrong.


def noisy(model: Any) -> None:
    """Let noise act on the word embeddings, as adversarial methods do."""
    model.bert.embeddings.word_embeddings.register_forward_hook(lambda module, given, output: output + 0.1)


def left(batch: Batch) -> Batch:
    """Return the texts padded on the left."""
    return {name: value.flip(1) if value.ndim == 2 else value for name, value in batch.items()}


def embedded(batch: Batch) -> Batch:
    """Return embeddings instead of token ids."""
    given = {name: value for name, value in batch.items() if name != "input_ids"}
    return {**given, "inputs_embeds": torch.randn(*batch["input_ids"].shape, 32)}


WRONG: dict[str, tuple[dict[str, Any], Any, Any, str]] = {
    "embeddings": ({"embeddings": True}, None, None, "the embeddings train"),
    "bottom": ({"train": "bottom-1"}, None, None, "the lowest layer trains"),
    "names": ({"train": ["*.layer.0.*.bias"]}, None, None, "the lowest layer trains"),
    "noise": ({}, noisy, None, "another method acts on the embeddings or the frozen layers"),
    "outputs": ({}, lambda model: setattr(model.config, "output_hidden_states", True), None, "its lower layers find"),
    "left": ({}, None, left, "padding does not follow the tokens"),
    "embedded": ({}, None, embedded, "the model is called with inputs_embeds"),
    "positions": ({}, None, lambda batch: {**batch, "position_ids": batch["attention_mask"]}, "position_ids"),
    "rectangle": ({}, None, lambda batch: {**batch, "attention_mask": torch.ones(6, 1, 12, 12)}, "not one of tokens"),
    "kind": (
        {},
        lambda model: setattr(model.config, "model_type", "cubist"),
        None,
        "it is not known how to run cubist models without their lower layers",
    ),
    "parameters": (
        {},
        lambda model: setattr(model.bert.encoder.layer[0].output.dense, "weight", Odd(torch.zeros(32, 64), False)),
        None,
        "frozen weights are of the kind Odd",
    ),
}  # fmt: skip


class Odd(torch.nn.Parameter):
    """Stands for weights that are not their own bytes: quantised, or spread over processes."""


@pytest.mark.parametrize("case", WRONG)
def test_where_it_would_be_wrong_the_layers_are_computed_and_the_log_says_why(
    case: str, stage: MethodContext, caplog: pytest.LogCaptureFixture
) -> None:
    options, change, given, reason = WRONG[case]
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    one, other = method(**options), method(**options, cache="on")
    plain = prepared(method(**options, cache="off"), model, stage)
    if change:
        change(model)
    if given:
        batch = given(batch)
    for each in (one, other):
        each.parameter_groups(model, stage)
    value, gradients = step(model, plain, batch)
    with caplog.at_level(logging.INFO, logger="metier"):
        loss = one.wrap_loss(TwoLabels().loss, stage)
        for _ in range(2):
            found, others = step(model, loss, batch)
            assert torch.equal(found, value)
            assert all(torch.equal(others[name], gradient) for name, gradient in gradients.items())
    said = [message for message in caplog.messages if "computed, not read from the cache" in message]
    assert len(said) == 1, "it is said once"
    assert reason in said[0]
    with pytest.raises(
        StageError, match=r"partial-layers: cache: the frozen layers cannot be read.*\n  hint: "
    ) as raised:
        step(model, other.wrap_loss(TwoLabels().loss, stage), batch)
    assert reason in str(raised.value)


def test_frozen_weights_that_change_are_computed_with(stage: MethodContext, caplog: pytest.LogCaptureFixture) -> None:
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    plain = prepared(method(cache="off"), model, stage)
    cached = method().wrap_loss(TwoLabels().loss, stage)
    step(model, cached, batch)
    with torch.no_grad():
        model.bert.encoder.layer[0].output.dense.weight.add_(0.1)
    with caplog.at_level(logging.INFO, logger="metier"):
        assert torch.equal(step(model, cached, batch)[0], step(model, plain, batch)[0])
    assert "no longer those that the training began with" in caplog.text
    other = method(cache="on").wrap_loss(TwoLabels().loss, stage)
    torch.testing.assert_close(step(model, other, batch)[0], step(model, plain, batch)[0], rtol=1e-5, atol=1e-5)
    assert len(list((stage.shared / CACHE).iterdir())) == 2, "other weights, another folder"  # type: ignore[operator]


def test_layers_that_begin_to_train_are_computed(stage: MethodContext) -> None:
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    cached = prepared(method(), model, stage)
    step(model, cached, batch)
    model.bert.encoder.layer[0].requires_grad_(True)
    _, gradients = step(model, cached, batch)
    assert "bert.encoder.layer.0.output.dense.weight" in gradients


def test_dropout_acts_in_the_trunk_only_where_it_is_asked_for(
    stage: MethodContext, caplog: pytest.LogCaptureFixture
) -> None:
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    with torch.no_grad():
        model.bert.encoder.layer[2].attention.output.dropout.p = model.bert.encoder.layer[2].output.dropout.p = 0
        model.bert.encoder.layer[2].attention.self.dropout.p = model.dropout.p = 0
    quiet = prepared(method(cache="off"), model, stage)
    assert torch.equal(step(model, quiet, batch, seed=1)[0], step(model, quiet, batch, seed=2)[0])
    with caplog.at_level(logging.INFO, logger="metier"):
        loud = prepared(method(trunk_dropout=True), model, stage)
    assert not torch.equal(step(model, loud, batch, seed=1)[0], step(model, loud, batch, seed=2)[0])
    assert "not read from the cache: dropout acts in them (`trunk_dropout`)" in caplog.text
    with pytest.raises(ValidationError, match="with trunk_dropout the frozen layers give something else at every step"):
        PartialLayers.Config.model_validate({"trunk_dropout": True, "cache": "on"})


def test_dropout_rests_in_frozen_layers_of_families_that_are_not_served(local: Any, context: Any) -> None:
    model: Any = build_classifier(local("t5").path)
    stage = context("t5")
    one = method(train="top-1")
    one.prepare(model, stage)
    lower = Lower.of(model)
    assert lower.trunk is None
    inside = set(lower.modules)
    for stack in (model.transformer.encoder.block, model.transformer.decoder.block):
        assert set(stack[0].modules()) <= inside
        assert not inside & set(stack[1].modules())
    model.requires_grad_(True)
    assert not Lower.of(model).modules


# A disk that fails.


def test_a_folder_that_cannot_be_written_costs_the_cache_alone(
    stage: MethodContext, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "shared").write_text("a file where a folder is to be")
    model, batch = classifier("bert"), batch_of(*LENGTHS)
    plain = prepared(method(cache="off"), model, stage)
    with caplog.at_level(logging.INFO, logger="metier"):
        cached = method().wrap_loss(TwoLabels().loss, stage)
        for _ in range(2):
            assert torch.equal(step(model, cached, batch)[0], step(model, plain, batch)[0])
    assert len([message for message in caplog.messages if str(tmp_path / "shared") in message]) == 1


@pytest.mark.parametrize("fault", ["full", "large"])
def test_what_cannot_be_kept_is_not_tried_again(
    fault: str, stage: MethodContext, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def add(self: Any, items: Any) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    model, batch = classifier("bert"), batch_of(*LENGTHS)
    if fault == "full":
        monkeypatch.setattr(Store, "add", add)
    else:
        model.bert.encoder.layer[1].output.LayerNorm.bias.data.fill_(1e6)
    plain = prepared(method(cache="off"), model, stage)
    with caplog.at_level(logging.INFO, logger="metier"):
        cached = method(cache_precision="fp16").wrap_loss(TwoLabels().loss, stage)
        assert torch.equal(step(model, cached, batch)[0], step(model, plain, batch)[0])
    assert {"full": "No space left", "large": "too large for torch.float16"}[fault] in caplog.text
    with counted(model) as calls:
        step(model, cached, batch)
    assert calls == [len(LENGTHS)]


def test_a_recipe_that_insists_is_told_while_planning_what_is_in_the_way() -> None:
    def use(name: str, **options: Any) -> Use:
        return Use(kind="adaptation method", name=name, options=options, path="adapt[1]")

    said = method(cache="on").conflicts([use("adversarial", attack="freelb")])
    assert said is not None
    assert "adversarial (freelb) perturbs what they are given" in said
    assert method(cache="on").conflicts([use("adversarial", attack="r-drop")]) is None
    assert method().conflicts([use("adversarial")]) is None


def test_keys_follow_from_what_a_text_is() -> None:
    ids = np.array([[5, 6, 7, 1], [5, 6, 1, 1], [5, 6, 7, 8]])
    keys = Texts(ids, np.array([3, 2, 4]), None).keys()
    assert len(set(keys)) == 3
    assert Texts(ids[:1, :3].astype(np.int32), np.array([3]), None).keys() == keys[:1]
    types = np.array([[0, 0, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]])
    typed = Texts(ids, np.array([3, 2, 4]), types).keys()
    assert typed[0] != keys[0]
    assert typed[1:] == keys[1:]
