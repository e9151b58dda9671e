"""Turns SmolLM2's GGUF file into a folder for transformers: float32 safetensors, configuration, tokenizer.

transformers reads GGUF too, but refuses to save what it has read, and splits no digits where this tokenizer must.
Float32 holds the dequantised values exactly; of them, 8% lie halfway between two bfloat16 numbers.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import gguf
import numpy as np
from safetensors.numpy import save_file
from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers
from transformers import GenerationConfig, LlamaConfig, PreTrainedTokenizerFast

INITIALIZER_RANGE = 1 / 24
"""For new heads: as SmolLM2-135M was published with; GGUF does not say."""

CONTROL = 3
"""The type of a GGUF token that is never made by merging."""

NAMES = {
    "attn_k": "self_attn.k_proj",
    "attn_norm": "input_layernorm",
    "attn_output": "self_attn.o_proj",
    "attn_q": "self_attn.q_proj",
    "attn_v": "self_attn.v_proj",
    "ffn_down": "mlp.down_proj",
    "ffn_gate": "mlp.gate_proj",
    "ffn_norm": "post_attention_layernorm",
    "ffn_up": "mlp.up_proj",
    "output_norm": "norm",
    "token_embd": "embed_tokens",
}
"""What transformers calls what GGUF calls so."""


def convert(path: Path, *, folder: Path) -> None:
    """Write the model in the GGUF file at `path` to `folder`, as `from_pretrained` takes it."""
    reader = gguf.GGUFReader(path)
    metadata = {key: field.contents() for key, field in reader.fields.items()}
    config = _config(metadata)
    config.save_pretrained(folder)
    special = {"bos_token_id": config.bos_token_id, "eos_token_id": config.eos_token_id}
    GenerationConfig(**special, pad_token_id=config.pad_token_id).save_pretrained(folder)
    _tokenizer(metadata).save_pretrained(folder)
    heads = {
        "attn_k": metadata["llama.attention.head_count_kv"],
        "attn_q": metadata["llama.attention.head_count"],
    }
    tensors = {_name(tensor.name): _values(tensor, heads=heads) for tensor in reader.tensors}
    save_file(tensors, folder / "model.safetensors", metadata={"format": "pt"})


def _config(metadata: dict[str, Any]) -> LlamaConfig:
    model = {key.removeprefix("llama."): value for key, value in metadata.items() if key.startswith("llama.")}
    return LlamaConfig(
        architectures=["LlamaForCausalLM"],
        bos_token_id=metadata["tokenizer.ggml.bos_token_id"],
        dtype="float32",
        eos_token_id=metadata["tokenizer.ggml.eos_token_id"],
        head_dim=model["rope.dimension_count"],
        hidden_size=model["embedding_length"],
        initializer_range=INITIALIZER_RANGE,
        intermediate_size=model["feed_forward_length"],
        max_position_embeddings=model["context_length"],
        num_attention_heads=model["attention.head_count"],
        num_hidden_layers=model["block_count"],
        num_key_value_heads=model["attention.head_count_kv"],
        pad_token_id=metadata["tokenizer.ggml.padding_token_id"],
        rms_norm_eps=float(f"{model['attention.layer_norm_rms_epsilon']:.6g}"),
        rope_parameters={"rope_theta": model["rope.freq_base"], "rope_type": "default"},
        tie_word_embeddings=True,
        vocab_size=model["vocab_size"],
    )


def _tokenizer(metadata: dict[str, Any]) -> PreTrainedTokenizerFast:
    field = {key.removeprefix("tokenizer."): value for key, value in metadata.items()}
    tokens = field["ggml.tokens"]
    merges = [tuple(merge.split(" ")) for merge in field["ggml.merges"]]
    tokenizer = Tokenizer(models.BPE(vocab={token: i for i, token in enumerate(tokens)}, merges=merges))
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False)
    # What GGUF names "smollm": every digit alone, before the words.
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence([pre_tokenizers.Digits(individual_digits=True), byte_level])
    tokenizer.decoder = decoders.ByteLevel()
    control = [token for token, kind in zip(tokens, field["ggml.token_type"], strict=True) if kind == CONTROL]
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in control])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        bos_token=tokens[field["ggml.bos_token_id"]],
        eos_token=tokens[field["ggml.eos_token_id"]],
        pad_token=tokens[field["ggml.padding_token_id"]],
        unk_token=tokens[field["ggml.unknown_token_id"]],
        chat_template=field["chat_template"],
        model_max_length=metadata["llama.context_length"],
    )


def _name(name: str) -> str:
    *block, kind, leaf = name.split(".")
    layer = f"layers.{block[1]}." if block else ""
    return f"model.{layer}{NAMES[kind]}.{leaf}"


def _values(tensor: gguf.ReaderTensor, *, heads: Mapping[str, int]) -> np.ndarray[Any, np.dtype[np.float32]]:
    values = gguf.dequantize(tensor.data, tensor.tensor_type)
    kind = tensor.name.split(".")[-2]
    if kind in heads:  # llama.cpp turns neighbours by one angle, transformers the two halves of a head
        halves = values.reshape(heads[kind], -1, 2, values.shape[-1]).swapaxes(1, 2)
        values = halves.reshape(values.shape)
    return np.ascontiguousarray(values, dtype=np.float32)
