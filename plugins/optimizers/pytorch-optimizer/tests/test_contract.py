"""Every optimizer here keeps the contract."""

from __future__ import annotations

from metier.testing import OptimizerContract
from metier_pytorch_optimizer.adan import Adan
from metier_pytorch_optimizer.came import Came
from metier_pytorch_optimizer.galore_adamw import GaloreAdamW
from metier_pytorch_optimizer.lion import Lion
from metier_pytorch_optimizer.muon import Muon
from metier_pytorch_optimizer.pytorch_optimizer import PytorchOptimizer
from metier_pytorch_optimizer.schedule_free_adamw import ScheduleFreeAdamW


class TestLion(OptimizerContract):
    component = Lion


class TestAdan(OptimizerContract):
    component = Adan


class TestCame(OptimizerContract):
    component = Came


class TestMuon(OptimizerContract):
    """The problem has too few matrices for hidden ones; test_muon tries those."""

    component = Muon


class TestGaloreAdamW(OptimizerContract):
    """The problem has too few matrices for hidden ones; test_galore_adamw tries those."""

    component = GaloreAdamW


class TestScheduleFreeAdamW(OptimizerContract):
    component = ScheduleFreeAdamW


class TestPytorchOptimizer(OptimizerContract):
    """With one of the library's; test_pytorch_optimizer tries them all."""

    component = PytorchOptimizer
    options = {"algorithm": "stableadamw", "learning_rate": 0.05}
