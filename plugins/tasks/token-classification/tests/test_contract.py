"""The head keeps the contract, with a field over its tags too."""

from __future__ import annotations

from typing import ClassVar

from metier.components import TaskHead
from metier.testing import TaskHeadContract
from metier_token_classification.token_classification import TokenClassification


class TestTokenClassification(TaskHeadContract):
    component: ClassVar[type[TaskHead]] = TokenClassification


class TestConditionalRandomField(TaskHeadContract):
    component: ClassVar[type[TaskHead]] = TokenClassification
    options = {"crf": True}
