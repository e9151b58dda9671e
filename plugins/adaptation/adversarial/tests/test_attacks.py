"""Each attack against its paper, written here with `inputs_embeds` and one text at a time."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch.nn.functional import cross_entropy

from metier.components import MethodContext
from metier.testing.objective import TwoLabels, build_classifier
from metier.values import LocalModel
from metier_adversarial._average import begin, of
from metier_adversarial._r_drop import _say_once
from metier_adversarial.adversarial import Adversarial

SPECIAL = (0, 2, 3, 4)  # [PAD], [CLS], [SEP], [MASK]; 1 is [UNK], a word
Batch = dict[str, torch.Tensor]
Predict = Callable[[torch.Tensor], torch.Tensor]
"""From what is added to one text's embeddings (sequence, hidden) to its logits (labels,)."""


class Spied:
    """A loss that remembers, pass by pass, what was added to the word embeddings, and its value."""

    def __init__(self) -> None:
        self.shifts: list[torch.Tensor] = []
        self.losses: list[float] = []
        self.randomness: list[torch.Tensor] = []
        self.touched: list[bool] = []
        """Whether a parameter had a gradient when the pass began."""

    def __call__(self, model: Any, batch: Batch) -> torch.Tensor:
        words = model.get_input_embeddings()
        self.randomness.append(torch.get_rng_state())
        self.touched.append(any(one.grad is not None for one in model.parameters()))

        def see(module: Any, inputs: Any, output: torch.Tensor) -> None:
            self.shifts.append(output.detach() - words.weight[batch["input_ids"]].detach())

        handle = words.register_forward_hook(see)
        value = TwoLabels().loss(model, batch)
        handle.remove()
        self.losses.append(value.item())
        return value


class Run:
    """An attack run once on a batch: its passes, its loss, its gradients; then what the paper says, text by text."""

    def __init__(self, tiny: LocalModel, context: MethodContext, batch: Batch, **options: Any) -> None:
        self.model: Any = build_classifier(tiny.path).eval()
        self.batch, self.spied = batch, Spied()
        method = Adversarial(Adversarial.Config.model_validate(options))
        method.prepare(self.model, context)
        if options.get("proximal"):
            move(of(self.model))
        weights = {name: one.detach().clone() for name, one in self.model.named_parameters()}
        torch.manual_seed(5)
        value = method.wrap_loss(self.spied, context)(self.model, batch)
        value.backward()
        self.loss, self.gradients = value.item(), gradients(self.model)
        assert all(one.equal(weights[name]) for name, one in self.model.named_parameters()), "a weight was written to"
        assert not self.model.get_input_embeddings()._forward_hooks
        self.model.zero_grad()

    def texts(self) -> list[tuple[torch.Tensor, torch.Tensor, Predict]]:
        """Return each text's words (sequence, 1), label and predictor."""

        def predictor(ids: torch.Tensor, mask: torch.Tensor) -> Predict:
            words = self.model.get_input_embeddings()
            return lambda shift: self.model(inputs_embeds=(words(ids) + shift)[None], attention_mask=mask[None]).logits[
                0
            ]

        ids = self.batch["input_ids"]
        words = torch.stack([ids != special for special in SPECIAL]).all(dim=0)
        rows = zip(ids, self.batch["attention_mask"], words, self.batch["labels"], strict=True)
        return [(place[:, None], label, predictor(one, mask)) for one, mask, place, label in rows]

    def check(self, expected: torch.Tensor, *, tolerance: float = 1e-5) -> None:
        """Compare loss and gradients with a reference's loss."""
        assert self.loss == pytest.approx(expected.item(), rel=tolerance)
        expected.backward()
        found = gradients(self.model)
        assert set(found) == set(self.gradients)
        for name, gradient in found.items():
            torch.testing.assert_close(
                self.gradients[name], gradient, rtol=1e-3, atol=2e-6, msg=lambda m, n=name: n + m
            )


def move(average: Any) -> None:
    """Let the average differ from the weights."""
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(9)
        for weight in average.weights().values():
            weight.add_(0.1 * torch.randn_like(weight))


def gradients(model: Any) -> dict[str, torch.Tensor]:
    return {name: one.grad.clone() for name, one in model.named_parameters() if one.grad is not None}


def nll(logits: torch.Tensor, label: torch.Tensor) -> torch.Tensor:
    return cross_entropy(logits[None], label[None], reduction="sum")


def kl(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return torch.distributions.kl_divergence(
        torch.distributions.Categorical(logits=one), torch.distributions.Categorical(logits=other)
    )


def symmetric(one: torch.Tensor, other: torch.Tensor) -> torch.Tensor:
    return kl(one, other) + kl(other, one)


def slope(value: Callable[[torch.Tensor], torch.Tensor], at: torch.Tensor, place: torch.Tensor) -> torch.Tensor:
    """Return the direction in which `value` grows fastest at `at`, over words alone."""
    at = at.detach().requires_grad_()
    (gradient,) = torch.autograd.grad(value(at), at)
    gradient = gradient * place
    return gradient / gradient.norm()


def into_ball(shift: torch.Tensor, radius: float) -> torch.Tensor:
    return shift * min(1.0, radius / shift.norm().item()) if shift.norm() > 0 else shift


def path(
    start: torch.Tensor,
    value: Callable[[torch.Tensor], torch.Tensor],
    place: torch.Tensor,
    steps: int,
    step: float,
    radius: float,
) -> list[torch.Tensor]:
    """Return the perturbations of an ascent, the start first."""
    found = [start]
    for _ in range(steps):
        found.append(into_ball(found[-1] + step * slope(value, found[-1], place), radius))
    return found


def test_fgm_is_that_of_miyato(tiny: LocalModel, context: MethodContext, batch: Batch) -> None:
    run = Run(tiny, context, batch, attack="fgm", epsilon=0.5, weight=0.7)
    total = torch.zeros(())
    for place, label, predict in run.texts():
        none = torch.zeros(*place.shape[:1], 32)
        shift = 0.5 * slope(lambda r, p=predict, y=label: nll(p(r), y), none, place)
        total = total + nll(predict(none), label) + 0.7 * nll(predict(shift), label)
    run.check(total)
    assert len(run.spied.losses) == 2


@pytest.mark.parametrize(("start", "clean", "passes"), [("zero", False, 4), ("zero", True, 4), ("random", True, 5)])
def test_pgd_is_that_of_madry(
    start: str, clean: bool, passes: int, tiny: LocalModel, context: MethodContext, batch: Batch
) -> None:
    # Steps of 0.2 in a ball of 0.5: the third is cut off.
    options = {"epsilon": 0.5, "steps": 3, "step_size": 0.2, "start": start, "clean": clean, "weight": 0.7}
    run = Run(tiny, context, batch, attack="pgd", **options)
    spied = run.spied
    assert len(spied.losses) == passes
    total = torch.zeros(())
    for i, (place, label, predict) in enumerate(run.texts()):
        first = spied.shifts[1 if clean and start == "random" else 0][i]
        if start == "random":
            assert 0 < first.norm() < 0.5
        shift = path(first, lambda r, p=predict, y=label: nll(p(r), y), place, 3, 0.2, 0.5)[-1]
        torch.testing.assert_close(spied.shifts[-1][i], shift, rtol=1e-3, atol=1e-6)
        total = total + 0.7 * nll(predict(shift), label)
        if clean:
            total = total + nll(predict(torch.zeros_like(shift)), label)
    run.check(total)
    assert spied.losses[-1] > spied.losses[0], "the ascent does not raise the loss"
    assert spied.touched == [False] * passes if not clean else [False] + [True] * (passes - 1)


@pytest.mark.parametrize("attack", ["free", "freelb"])
def test_free_and_freelb_train_on_every_step_of_the_way(
    attack: str, tiny: LocalModel, context: MethodContext, batch: Batch
) -> None:
    options: dict[str, Any] = {"epsilon": 0.5, "steps": 3, **({"step_size": 0.2} if attack == "freelb" else {})}
    run = Run(tiny, context, batch, attack=attack, **options)
    assert len(run.spied.losses) == 3
    total = torch.zeros(())
    for i, (place, label, predict) in enumerate(run.texts()):
        first = run.spied.shifts[0][i]
        if attack == "free":
            assert (first == 0).all()
        else:
            bound = 0.5 / math.sqrt(int(place.sum()) * 32)
            assert 0.9 * bound < first.abs().max() <= bound + 1e-7
            assert (first[~place[:, 0]] == 0).all()
        step = options.get("step_size", 0.5)
        for shift in path(first, lambda r, p=predict, y=label: nll(p(r), y), place, 2, step, 0.5):
            total = total + nll(predict(shift), label) / 3
    run.check(total)


@pytest.mark.parametrize("steps", [1, 2])
def test_vat_is_that_of_miyato(steps: int, tiny: LocalModel, context: MethodContext, batch: Batch) -> None:
    run = Run(tiny, context, batch, attack="vat", epsilon=0.5, steps=steps, start_size=0.05, weight=0.7)
    assert len(run.spied.losses) == 2 + steps
    total = torch.zeros(())
    for i, (place, label, predict) in enumerate(run.texts()):
        none = torch.zeros(*place.shape[:1], 32)
        clean = predict(none)
        direction = run.spied.shifts[1][i] / 0.05
        assert direction.norm().item() == pytest.approx(1, rel=1e-4)
        assert (direction[~place[:, 0]] == 0).all()
        for _ in range(steps):
            direction = slope(lambda r, p=predict, c=clean: kl(c.detach(), p(r)), 0.05 * direction, place)
        torch.testing.assert_close(run.spied.shifts[-1][i], 0.5 * direction, rtol=5e-2, atol=1e-3)
        shift = run.spied.shifts[-1][i]
        total = total + nll(clean, label) + 0.7 * kl(clean.detach(), predict(shift))
    run.check(total)


def test_the_power_iteration_finds_the_hessians_first_eigenvector(
    tiny: LocalModel, context: MethodContext, batch: Batch
) -> None:
    run = Run(tiny, context, batch, attack="vat", epsilon=1.0, steps=12, start_size=0.02)
    place, _, predict = run.texts()[0]
    run.model.set_attn_implementation("eager")  # the fused kernel has no second derivative
    none = torch.zeros(len(place), 32)
    clean = predict(none).detach()
    vector = torch.randn(len(place), 32, generator=torch.Generator().manual_seed(0)) * place
    for _ in range(30):
        _, vector = torch.autograd.functional.hvp(lambda r: kl(clean, predict(r)), none, vector / vector.norm())
        vector = vector * place
    found = run.spied.shifts[-1][0]
    assert abs(torch.cosine_similarity(vector.flatten(), found.flatten(), dim=0).item()) > 0.98


@pytest.mark.parametrize("proximal", [False, True])
def test_smart_is_that_of_jiang(proximal: bool, tiny: LocalModel, context: MethodContext, batch: Batch) -> None:
    options = {"epsilon": 0.5, "steps": 2, "step_size": 0.3, "start_size": 0.05, "weight": 0.7}
    more = {"proximal_weight": 0.4, "momentum": 0.9} if proximal else {}
    run = Run(tiny, context, batch, attack="smart", proximal=proximal, **options, **more)
    assert len(run.spied.losses) == 4 + proximal
    before: Any = build_classifier(tiny.path).eval()
    if proximal:  # the same weights, moved in the same way
        begin(before)
        move(of(before))
        averages = of(before).weights()
        before.load_state_dict(averages, strict=False)
    total = torch.zeros(())
    for i, (place, label, predict) in enumerate(run.texts()):
        none = torch.zeros(*place.shape[:1], 32)
        clean, first = predict(none), run.spied.shifts[1][i]
        assert first.norm().item() == pytest.approx(0.05, rel=1e-4)
        shift = path(first, lambda r, p=predict, c=clean: symmetric(c.detach(), p(r)), place, 2, 0.3, 0.5)[-1]
        torch.testing.assert_close(run.spied.shifts[3][i], shift, rtol=5e-2, atol=1e-3)
        total = total + nll(clean, label) + 0.7 * symmetric(predict(run.spied.shifts[3][i]), clean)
        if proximal:
            row = {name: batch[name][i : i + 1] for name in ("input_ids", "attention_mask")}
            total = total + 0.4 * symmetric(clean, before(**row).logits[0].detach())
    run.check(total)


def test_r_drop_is_that_of_liang(tiny: LocalModel, context: MethodContext, batch: Batch) -> None:
    model: Any = build_classifier(tiny.path).train()
    method = Adversarial(Adversarial.Config.model_validate({"attack": "r-drop", "weight": 3.0}))
    torch.manual_seed(5)
    torch.randint(2**62, ())  # the seed of what an attack draws
    inputs = {name: batch[name] for name in ("input_ids", "attention_mask")}
    one, other = model(**inputs).logits, model(**inputs).logits
    expected = sum(
        nll(one[i], y) + nll(other[i], y) + 1.5 * symmetric(one[i], other[i]) for i, y in enumerate(batch["labels"])
    )
    expected.backward()
    wanted = gradients(model)
    model.zero_grad()
    torch.manual_seed(5)
    value = method.wrap_loss(TwoLabels().loss, context)(model, batch)
    value.backward()
    assert value.item() == pytest.approx(expected.item(), rel=1e-5)
    assert not torch.allclose(one, other), "dropout draws the same mask twice"
    for name, gradient in gradients(model).items():
        torch.testing.assert_close(gradient, wanted[name], rtol=1e-3, atol=1e-6)


def test_r_drop_says_where_there_is_no_dropout(
    tiny: LocalModel, context: MethodContext, batch: Batch, caplog: pytest.LogCaptureFixture
) -> None:
    _say_once.cache_clear()
    wrapped = Adversarial(Adversarial.Config.model_validate({"attack": "r-drop"})).wrap_loss(TwoLabels().loss, context)
    model: Any = build_classifier(tiny.path)
    wrapped(model.train(), batch)
    assert "no dropout" not in caplog.text
    for _ in range(2):
        wrapped(model.eval(), batch)
    assert caplog.text.count("the model has no dropout") == 1


def test_neftune_is_that_of_jain(tiny: LocalModel, context: MethodContext, batch: Batch) -> None:
    run = Run(tiny, context, batch, attack="neftune", alpha=5.0)
    (noise,) = run.spied.shifts
    total = torch.zeros(())
    for shift, (place, label, predict) in zip(noise, run.texts(), strict=True):
        bound = 5 / math.sqrt(int(place.sum()) * 32)
        numbers = shift[place[:, 0]]
        assert (shift[~place[:, 0]] == 0).all()
        assert numbers.abs().max() <= bound + 1e-6
        assert numbers.std().item() == pytest.approx(bound / math.sqrt(3), rel=0.15), "not uniform"
        total = total + nll(predict(shift), label)
    run.check(total)


ALL: dict[str, dict[str, Any]] = {
    "fgm": {},
    "pgd": {"start": "random"},
    "free": {},
    "freelb": {},
    "smart": {},
    "vat": {},
    "neftune": {},
}


@pytest.mark.parametrize("attack", ALL)
def test_all_passes_of_a_step_drop_the_same_units(
    attack: str, tiny: LocalModel, context: MethodContext, batch: Batch
) -> None:
    model: Any = build_classifier(tiny.path).train()
    method = Adversarial(Adversarial.Config.model_validate({"attack": attack, **ALL[attack]}))
    method.prepare(model, context)
    spied, dropped = Spied(), []
    model.dropout.register_forward_hook(lambda module, inputs, output: dropped.append(output == 0))
    wrapped = method.wrap_loss(spied, context)
    torch.manual_seed(5)
    wrapped(model, batch)
    after, passes = torch.get_rng_state(), len(dropped)
    assert all(one.equal(dropped[0]) for one in dropped)
    assert dropped[0].any()
    torch.set_rng_state(spied.randomness[0])
    TwoLabels().loss(model, batch)
    assert torch.get_rng_state().equal(after), "a step does not leave randomness as one pass does"
    torch.set_rng_state(after)
    wrapped(model, batch)
    assert not dropped[passes + 1].equal(dropped[0]), "the next step drops the same units"


def test_noise_is_new_at_each_step_without_dropout_too(tiny: LocalModel, context: MethodContext, batch: Batch) -> None:
    model: Any = build_classifier(tiny.path).eval()
    spied = Spied()
    wrapped = Adversarial(Adversarial.Config.model_validate({"attack": "neftune"})).wrap_loss(spied, context)
    wrapped(model, batch)
    wrapped(model, batch)
    assert not spied.shifts[0].equal(spied.shifts[1])


@pytest.mark.parametrize("attack", [*ALL, "r-drop"])
def test_it_measures_nothing_but_the_plain_loss(
    attack: str, tiny: LocalModel, context: MethodContext, batch: Batch
) -> None:
    model: Any = build_classifier(tiny.path).eval()
    spied = Spied()
    with torch.no_grad():
        wrapped = Adversarial(Adversarial.Config.model_validate({"attack": attack})).wrap_loss(spied, context)
        assert wrapped(model, batch).equal(TwoLabels().loss(model, batch))
    assert len(spied.losses) == 1


@pytest.mark.parametrize("attack", [*ALL, "r-drop"])
def test_autocast_changes_it_by_rounding_only(
    attack: str, tiny: LocalModel, context: MethodContext, batch: Batch
) -> None:
    found: list[tuple[float, torch.Tensor]] = []
    for bf16 in (False, True):
        model: Any = build_classifier(tiny.path).train()
        method = Adversarial(Adversarial.Config.model_validate({"attack": attack}))
        method.prepare(model, context)
        torch.manual_seed(5)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=bf16):
            loss = method.wrap_loss(TwoLabels().loss, context)(model, batch)
        assert loss.dtype == torch.float32
        loss.backward()
        found.append((loss.item(), torch.cat([one.flatten() for one in gradients(model).values()])))
    (exact, gradient), (rounded, other) = found
    assert rounded == pytest.approx(exact, rel=0.03)
    assert torch.cosine_similarity(gradient, other, dim=0) > 0.95
