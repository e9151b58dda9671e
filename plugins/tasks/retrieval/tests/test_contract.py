"""`retrieval-qa`, `retrieval-augmented-generation` and `faq` keep the contract of a task head."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from datasets import Dataset

from metier.components import TaskHead
from metier.testing import TaskHeadContract
from metier.testing.samples import rows
from metier.values import Json
from metier_retrieval.faq import Faq
from metier_retrieval.generation import RetrievalAugmentedGeneration
from metier_retrieval.retrieval_qa import RetrievalQA


class TestRetrievalQA(TaskHeadContract):
    """Every text is asked for its first word by its others; every fourth question has no answer."""

    component: ClassVar[type[TaskHead]] = RetrievalQA
    options: ClassVar[Mapping[str, Json]] = {"passages": 2}

    def sample(self) -> Mapping[str, Sequence[Any]]:
        some = rows(16)
        return {
            "id": [row["id"] for row in some],
            "question": [" ".join(row["text"].split()[2:6]) for row in some],
            "answers": [[] if number % 4 == 3 else [row["text"].split()[0]] for number, row in enumerate(some)],
            "passage": [row["text"] for row in some],
        }


class TestRetrievalAugmentedGeneration(TestRetrievalQA):
    """The same questions, answered in words."""

    component: ClassVar[type[TaskHead]] = RetrievalAugmentedGeneration
    options: ClassVar[Mapping[str, Json]] = {"passages": 2, "max_new_tokens": 8, "system": "", "no_answer": "none"}


class TestFaq(TaskHeadContract):
    """Questions leave a word out of those of the FAQ; every fourth is not in it."""

    component: ClassVar[type[TaskHead]] = Faq
    options: ClassVar[Mapping[str, Json]] = {"candidates": 4}

    def sample(self) -> Mapping[str, Sequence[Any]]:
        some = rows(16)
        return {
            "id": [row["id"] for row in some],
            "text": [" ".join(row["text"].split()[1:]) for row in some],
            "answer": ["" if number % 4 == 3 else f"answer {number % 8}" for number in range(16)],
        }

    def corpus(self) -> Dataset:
        some = rows(8)
        return Dataset.from_dict(
            {
                "id": [f"pair-{number}" for number in range(8)],
                "text": [row["text"] for row in some],
                "answer": [f"answer {number}" for number in range(8)],
                "pair": [f"p{number}" for number in range(8)],
            }
        )
