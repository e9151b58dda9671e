"""The contract of an optimizer: it moves what it is given, group by group, and goes on where it stopped."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any, ClassVar

from metier.components import OptimizerConfig, OptimizerFactory
from metier.testing.base import ComponentContract

if TYPE_CHECKING:
    import torch

LEARNING_RATE = 0.05
STEPS = 20


class OptimizerContract(ComponentContract):
    """Tests of an optimizer on a least-squares problem of 4 by 3 weights."""

    component: ClassVar[type[OptimizerFactory]]

    def problem(self) -> tuple[list[torch.nn.Parameter], torch.Tensor]:
        """Return weights (4, 3) and (3,), and the inputs (16, 4) that they are applied to."""
        import torch

        generator = torch.Generator().manual_seed(0)
        weights = torch.randn(4, 3, generator=generator)
        return (
            [torch.nn.Parameter(weights), torch.nn.Parameter(torch.ones(3))],
            torch.randn(16, 4, generator=generator),
        )

    def groups(self, parameters: list[torch.nn.Parameter], **options: float) -> list[dict[str, Any]]:
        """Return one group a parameter, as the core makes them."""
        return [{"params": [one], "lr": LEARNING_RATE, "weight_decay": 0.0, **options} for one in parameters]

    def steps(
        self, optimizer: torch.optim.Optimizer, parameters: list[torch.nn.Parameter], inputs: torch.Tensor, count: int
    ) -> list[float]:
        """Take `count` steps towards the zero function; return the loss before each."""
        losses = []
        for _ in range(count):
            optimizer.zero_grad()
            loss = (inputs @ parameters[0] + parameters[1]).square().mean()
            loss.backward()
            optimizer.step()
            losses.append(float(loss.detach()))
        return losses

    def test_has_the_options_of_all_optimizers(self) -> None:
        """When it fails: derive `Config` from `OptimizerConfig`: learning rate and schedule are the core's."""
        assert issubclass(self.component.Config, OptimizerConfig)

    def test_moves_its_parameters_downhill(self, made: OptimizerFactory) -> None:
        """When it fails: build the optimizer over all groups, with their learning rates."""
        parameters, inputs = self.problem()
        before = [parameter.detach().clone() for parameter in parameters]
        losses = self.steps(made.build(self.groups(parameters)), parameters, inputs, STEPS)
        assert losses[-1] < losses[0], losses
        assert all(not old.equal(new.detach()) for old, new in zip(before, parameters, strict=True))

    def test_respects_the_learning_rate_of_a_group(self, made: OptimizerFactory) -> None:
        """When it fails: leave each group's `lr` as it comes; a group at 0 stands still."""
        parameters, inputs = self.problem()
        groups = self.groups(parameters)
        groups[1]["lr"] = 0.0
        before = parameters[1].detach().clone()
        self.steps(made.build(groups), parameters, inputs, 3)
        assert before.equal(parameters[1].detach())

    def test_respects_the_weight_decay_of_a_group(self, made: OptimizerFactory) -> None:
        """When it fails: leave each group's `weight_decay` as it comes; without gradient it alone moves weights."""
        parameters, inputs = self.problem()
        groups = self.groups(parameters)
        groups[0]["weight_decay"] = 0.5
        before = [parameter.detach().clone() for parameter in parameters]
        self.steps(made.build(groups), parameters, inputs * 0, 1)
        plain, plain_inputs = self.problem()
        self.steps(made.build(self.groups(plain)), plain, plain_inputs * 0, 1)
        assert parameters[0].detach().norm() < before[0].norm(), "weights with decay did not shrink"
        assert plain[0].detach().equal(before[0]), "weights without decay or gradient moved"

    def test_goes_on_where_it_stopped(self, made: OptimizerFactory) -> None:
        """When it fails: keep all state in the optimizer's `state_dict`: checkpoints hold nothing else of it."""
        whole, inputs = self.problem()
        self.steps(made.build(self.groups(whole)), whole, inputs, 6)
        broken, _ = self.problem()
        first = made.build(self.groups(broken))
        self.steps(first, broken, inputs, 3)
        second = made.build(self.groups(broken))
        second.load_state_dict(copy.deepcopy(first.state_dict()))
        self.steps(second, broken, inputs, 3)
        assert all(one.detach().equal(two.detach()) for one, two in zip(whole, broken, strict=True))

    def test_same_seed_same_result(self, made: OptimizerFactory) -> None:
        """When it fails: use no randomness but torch's, which the core seeds."""
        import torch

        results = []
        for _ in range(2):
            torch.manual_seed(13)
            parameters, inputs = self.problem()
            self.steps(made.build(self.groups(parameters)), parameters, inputs, 5)
            results.append(parameters[0].detach())
        assert results[0].equal(results[1])
