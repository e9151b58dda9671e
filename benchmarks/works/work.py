"""What every work has: a model, rows, two ways to train, and a judge that is the same for both."""

from __future__ import annotations

import functools
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

import torch
from datasets import Dataset
from transformers import AutoTokenizer, Trainer, TrainingArguments

from metier.components import AdaptationMethod, FetchContext, MethodContext, Objective
from metier.discovery import discover
from metier.pipeline.preparation import cache_folder
from metier.settings import TrainingSettings
from metier.training.precision import pick_device, supports_bf16
from metier.values import TaskInfo, Use
from metier_starter.starter import Starter


class Work:
    """One kind of training on rows that ship with metier."""

    name: ClassVar[str]
    title: ClassVar[str]
    """The work in words, for the table."""
    model_name: ClassVar[str] = "minilm"
    epochs: float = 2
    batch: ClassVar[int] = 32
    max_length: ClassVar[int] = 128
    learning_rate: ClassVar[float] = 1e-4
    methods: ClassVar[Sequence[tuple[str, Mapping[str, Any]]]] = ()
    """Adaptation methods of metier's arm."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.folder = Path(tempfile.mkdtemp())
        self.local = Starter().fetch(self.model_name, FetchContext(cache=cache_folder() / "starter", offline=True))
        self.tokenizer: Any = AutoTokenizer.from_pretrained(self.local.path)
        if self.tokenizer.pad_token is None:
            self.tokenizer.pad_token = self.tokenizer.eos_token
        self.train, self.held_out = self.rows()
        torch.manual_seed(seed)
        self.model: Any = self.build()

    def rows(self) -> tuple[Dataset, Dataset]:
        """Return rows to train on, and rows to judge by."""
        raise NotImplementedError

    def build(self) -> Any:
        """Return the model that both arms train, with its head."""
        raise NotImplementedError

    def objective(self) -> Objective:
        """Return metier's objective."""
        raise NotImplementedError

    def encoded(self) -> tuple[Dataset, Any]:
        """Return the Trainer's data set and collator, as its users write them."""
        raise NotImplementedError

    def judge(self, model: Any) -> dict[str, float]:
        """Return held-out `loss` in float32, and `accuracy` where there is one, by code that is neither arm's."""
        raise NotImplementedError

    def plain_model(self) -> Any:
        """Return the model as the Trainer gets it: what a method does to it, written by hand."""
        return self.model

    trainer_class: type[Trainer] = Trainer

    def by_trainer(self, *, tuned: bool = False, torch_compile: bool = False) -> Any:
        """Train with `transformers.Trainer`, with its defaults or with an expert's flags for this machine."""
        expert: dict[str, Any] = {"train_sampling_strategy": "group_by_length", "optim": "adamw_torch_fused"}
        expert["bf16"] = supports_bf16(pick_device())
        data, collator = self.encoded()
        arguments = TrainingArguments(
            output_dir=str(self.folder),
            per_device_train_batch_size=self.batch,
            num_train_epochs=self.epochs,
            learning_rate=self.learning_rate,
            weight_decay=0.01,
            warmup_steps=0.1,
            seed=self.seed,
            save_strategy="no",
            report_to="none",
            disable_tqdm=True,
            torch_compile=torch_compile,
            use_cpu=pick_device().type == "cpu",
            **(expert if tuned else {}),
        )
        model = self.plain_model()
        trainer = self.trainer_class(
            model, arguments, train_dataset=data, data_collator=collator, processing_class=self.tokenizer
        )
        trainer.train()
        return model

    def by_metier(self) -> Any:
        """Train with metier's engine and its defaults."""
        from metier.builtin.optimizers.adamw import AdamW
        from metier.training.engine import TrainingEngine

        settings = {"per_device_train_batch_size": self.batch, "num_train_epochs": self.epochs, "save_strategy": "no"}
        engine = TrainingEngine(
            tokenizer=self.tokenizer,
            settings=TrainingSettings.model_validate({**settings, "max_length": self.max_length}),
            optimizer=AdamW(AdamW.Config(learning_rate=self.learning_rate)),
            methods=self.acting(),
            directory=self.folder,
            seed=self.seed,
            log=lambda metrics: None,
        )
        engine.train(self.objective(), self.model, self.train)
        return engine.trained

    def acting(self) -> list[tuple[AdaptationMethod, MethodContext]]:
        """Return the methods with their stage."""
        uses = [Use(AdaptationMethod.kind, name, options) for name, options in self.methods]
        return [(discover().create(AdaptationMethod, use), self.stage) for use in uses]

    @functools.cached_property
    def stage(self) -> MethodContext:
        """What methods may know."""
        return MethodContext(
            info=self.local.info,
            task=TaskInfo("text-classification"),
            tokenizer=self.tokenizer,
            seed=self.seed,
            directory=self.folder,
            train=self.train,
        )

    def tokens(self) -> int:
        """Return the tokens of an epoch, padding not counted."""
        encoded = self.tokenizer(list(self.train["text"]), truncation=True, max_length=self.max_length)
        return sum(len(ids) for ids in encoded["input_ids"])
