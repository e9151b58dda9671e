"""PEFT's configuration of each method, for one model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from transformers.pytorch_utils import Conv1D

from metier.errors import StageError
from metier.values import ModelInfo
from metier_peft import _targets
from metier_peft.adalora import AdaLoraConfig
from metier_peft.lora import DECOMPOSING, LoraConfig
from metier_peft.vera import VeraConfig

if TYPE_CHECKING:
    from transformers import PreTrainedModel


def lora(config: LoraConfig, model: PreTrainedModel, info: ModelInfo) -> Any:
    """Return the configuration of LoRA (Hu et al. 2022, equation 3) or the variant chosen.

    With B (out, rank) and A (rank, in), `W' = W + alpha / rank · B A`. DoRA (Liu et al. 2024, equation 5) makes it
    `m · W' / ‖W'‖` a row; rsLoRA (Kalajdzievski 2023) scales by `alpha / √rank`; PiSSA (Meng, Wang & Zhang 2024,
    equations 2 to 4) begins with the `rank` greatest singular values in B A and the rest in W, OLoRA (Büyükakyüz 2024)
    with the first `rank` columns and rows of a QR decomposition.
    """
    from peft import LoraConfig as Settings

    modules = _targets.chosen(model, info, config.targets, where="lora")
    if config.variant in DECOMPOSING:
        _check_decomposition(modules, config)
    return Settings(
        r=config.rank,
        lora_alpha=config.alpha,  # type: ignore[arg-type]  # PEFT divides by it, and says it is whole
        lora_dropout=config.dropout,
        target_modules=list(modules),
        use_dora=config.variant == "dora",
        use_rslora=config.variant == "rslora",
        init_lora_weights=config.variant if config.variant in DECOMPOSING else True,  # type: ignore[arg-type]
        fan_in_fan_out=_transposed(modules),
    )


def adalora(config: AdaLoraConfig, model: PreTrainedModel, info: ModelInfo) -> Any:
    """Return the configuration of AdaLoRA's layers (Zhang et al. 2023, equation 3): `W' = W + alpha / r0 · P Λ Q`.

    Ranks are allocated by `_ranks`, not by PEFT, whose allocator is called after a step and forgets on the way to a
    checkpoint: what it asks of the steps is filled in with numbers that nothing reads.
    """
    from peft import AdaLoraConfig as Settings

    modules = _targets.chosen(model, info, config.targets, where="adalora")
    return Settings(
        init_r=config.initial_rank,
        target_r=config.rank,
        total_step=1,
        lora_alpha=config.alpha,  # type: ignore[arg-type]  # PEFT divides by it, and says it is whole
        lora_dropout=config.dropout,
        target_modules=list(modules),
        fan_in_fan_out=_transposed(modules),
    )


def ia3(model: PreTrainedModel, info: ModelInfo) -> Any:
    """Return the configuration of (IA)³ (Liu et al. 2022, section 3.3): keys, values and inner units are scaled."""
    from peft import IA3Config as Settings

    attending, reading = _targets.keys_values_and_feed_forward(model, info)
    return Settings(
        target_modules=[*attending, *reading],
        feedforward_modules=list(reading),
        fan_in_fan_out=_transposed(attending),
    )


def vera(config: VeraConfig, model: PreTrainedModel, info: ModelInfo, *, seed: int) -> Any:
    """Return the configuration of VeRA (Kopiczko, Blankevoort & Asano 2024, equation 2): `W' = W + b · B (d · A)`."""
    from peft import VeraConfig as Settings

    modules = _targets.chosen(model, info, config.targets, where="vera")
    return Settings(
        r=config.rank,
        vera_dropout=config.dropout,
        target_modules=list(modules),
        d_initial=config.initial,
        projection_prng_key=seed,
        fan_in_fan_out=_transposed(modules),
    )


def _transposed(modules: _targets.Modules) -> bool:
    return any(isinstance(module, Conv1D) for module in modules.values())


def _check_decomposition(modules: _targets.Modules, config: LoraConfig) -> None:
    where = f"lora: variant {config.variant}"
    if config.variant == "olora" and _transposed(modules):
        hint = "choose `pissa`"
        raise StageError(
            "olora decomposes linear layers, and this model's weights are transposed", where=where, hint=hint
        )
    for name, module in modules.items():
        smaller = min(module.weight.shape)
        if config.rank > smaller:
            hint = "lower `rank`, or leave the layer out of `targets`"
            raise StageError(f"rank is {config.rank}, and {name} has {smaller} directions", where=where, hint=hint)
