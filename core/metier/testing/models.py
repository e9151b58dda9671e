"""Tiny real models with a tokenizer of their own, built in memory and saved, so that tests need no download."""

from __future__ import annotations

import atexit
import functools
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from metier.models import local_model, read_model_info
from metier.testing.samples import TEXTS
from metier.values import LocalModel

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

MODEL_TYPES = ("bert", "gpt2", "llama", "t5")
"""An encoder, two decoders (learned and rotary positions), an encoder-decoder."""
SPECIAL_TOKENS = ("[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]")
LAYERS = 2
HIDDEN_SIZE = 32
HEADS = 4
MAX_LENGTH = 64
SENTINELS = 10
"""Tokens of the tiny T5 that stand for gaps in a text; the real one has a hundred."""


def build_model(model_type: str, folder: Path, *, texts: Sequence[str] = TEXTS, seed: int = 0) -> LocalModel:
    """Save a tiny model of `model_type` with its tokenizer into `folder`: two layers of 32 units.

    Every word of `texts` is a token. The same seed gives the same weights. A model is made once a process, and copied.
    """
    shutil.copytree(_made(model_type, tuple(texts), seed), folder, dirs_exist_ok=True)
    return local_model(folder, info=read_model_info(folder, reference=f"tiny-{model_type}"))


@functools.cache
def _made(model_type: str, texts: tuple[str, ...], seed: int) -> Path:
    """Return a folder with the model, which is there as long as the process."""
    import torch

    tokenizer = build_tokenizer(texts, sentinels=SENTINELS if model_type == "t5" else 0)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        model = _model(model_type, tokenizer)
    folder = Path(tempfile.mkdtemp(prefix="tiny-"))
    atexit.register(shutil.rmtree, folder)
    model.save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return folder


def build_tokenizer(texts: Sequence[str] = TEXTS, *, sentinels: int = 0) -> PreTrainedTokenizerFast:
    """Return a tokenizer that knows the words of `texts` and puts `[CLS]` and `[SEP]` around a text.

    `sentinels` is how many of T5's tokens for gaps it has (`<extra_id_0>`, …).
    """
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors
    from transformers import PreTrainedTokenizerFast

    words = sorted({word for text in texts for word in text.lower().split()})
    vocabulary = {token: i for i, token in enumerate((*SPECIAL_TOKENS, *words))}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="[CLS] $A [SEP]",
        pair="[CLS] $A [SEP] $B [SEP]",
        special_tokens=[(token, vocabulary[token]) for token in ("[CLS]", "[SEP]")],
    )
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        model_max_length=MAX_LENGTH,
        pad_token="[PAD]",
        unk_token="[UNK]",
        cls_token="[CLS]",
        sep_token="[SEP]",
        mask_token="[MASK]",
        bos_token="[CLS]",
        eos_token="[SEP]",
        extra_special_tokens=[f"<extra_id_{number}>" for number in range(sentinels)],
    )


def load_tokenizer(folder: Path) -> PreTrainedTokenizerFast:
    """Return the tokenizer saved in `folder`."""
    from transformers import AutoTokenizer

    tokenizer: PreTrainedTokenizerFast = AutoTokenizer.from_pretrained(folder)  # type: ignore[assignment]
    return tokenizer


def _model(model_type: str, tokenizer: PreTrainedTokenizerFast) -> PreTrainedModel:
    import transformers

    size = len(tokenizer)
    pad, start, end = (tokenizer.get_vocab()[token] for token in ("[PAD]", "[CLS]", "[SEP]"))
    special: dict[str, Any] = {"pad_token_id": pad, "bos_token_id": start, "eos_token_id": end}
    wide: dict[str, Any] = {"vocab_size": size, "hidden_size": HIDDEN_SIZE, "intermediate_size": 2 * HIDDEN_SIZE}
    deep: dict[str, Any] = {"num_hidden_layers": LAYERS, "num_attention_heads": HEADS}
    deep["max_position_embeddings"] = MAX_LENGTH
    if model_type == "bert":
        return transformers.BertModel(transformers.BertConfig(**wide, **deep, pad_token_id=pad))
    if model_type == "gpt2":
        shape: dict[str, Any] = {"n_embd": HIDDEN_SIZE, "n_layer": LAYERS, "n_head": HEADS, "n_positions": MAX_LENGTH}
        return transformers.GPT2LMHeadModel(transformers.GPT2Config(vocab_size=size, **shape, **special))
    if model_type == "llama":
        return transformers.LlamaForCausalLM(transformers.LlamaConfig(**wide, **deep, **special))
    if model_type == "t5":
        shape = {"d_model": HIDDEN_SIZE, "d_ff": 2 * HIDDEN_SIZE, "d_kv": HIDDEN_SIZE // HEADS, "num_heads": HEADS}
        layers: dict[str, Any] = {"num_layers": LAYERS, "num_decoder_layers": LAYERS, "decoder_start_token_id": pad}
        config = transformers.T5Config(vocab_size=size, **shape, **layers, pad_token_id=pad, eos_token_id=end)
        return transformers.T5ForConditionalGeneration(config)
    raise ValueError(f"no tiny model of type {model_type!r}: there are {', '.join(MODEL_TYPES)}")
