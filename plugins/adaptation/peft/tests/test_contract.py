"""`lora`, `adalora`, `ia3`, `vera` and `prompt-tuning` keep the contract of an adaptation method."""

from __future__ import annotations

from metier.testing import AdaptationMethodContract
from metier_peft.adalora import AdaLora
from metier_peft.ia3 import IA3
from metier_peft.lora import Lora
from metier_peft.prompt_tuning import PromptTuning
from metier_peft.vera import Vera

HEAD = ("bert.pooler.*", "classifier.*")


class TestLora(AdaptationMethodContract):
    """In every linear layer, kept beside the model."""

    component = Lora
    options = {"rank": 4, "keep": True}
    trains = ("bert.encoder.layer.*.lora_[AB].default.weight", *HEAD)


class TestAdaLora(AdaptationMethodContract):
    """With ranks to take away."""

    component = AdaLora
    options = {"rank": 2, "initial_rank": 4}
    trains = ("bert.encoder.layer.*.lora_[ABE].default", *HEAD)


class TestIA3(AdaptationMethodContract):
    """As it is by default."""

    component = IA3
    trains = ("bert.encoder.layer.*.ia3_l.default", *HEAD)


class TestVera(AdaptationMethodContract):
    """With a rank that suits a tiny model."""

    component = Vera
    options = {"rank": 16}
    trains = ("bert.encoder.layer.*.vera_lambda_[bd].default", *HEAD)


class TestPromptTuning(AdaptationMethodContract):
    """With a short prompt."""

    component = PromptTuning
    options = {"tokens": 4}
    trains = ("bert.embeddings.word_embeddings.prompt", *HEAD)
