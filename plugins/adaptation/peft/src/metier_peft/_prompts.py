"""A prompt that is learnt (Lester, Al-Rfou & Constant 2021, arXiv 2104.08691): P rows before the words of every text.

The rows are tokens of the model's own vocabulary in the end, and the tokenizer puts them before each text by itself, so
that `from_pretrained` alone gives tokenizer and model that go together.
"""

from __future__ import annotations

import json
import logging
from typing import TYPE_CHECKING, Any

import torch
from tokenizers import AddedToken, Tokenizer
from transformers import AutoTokenizer

from metier.errors import StageError
from metier.files import temporary_folder
from metier_peft._targets import head_parameters
from metier_peft._templates import before_text

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

logger = logging.getLogger("metier")
WHERE = "prompt-tuning"
SAMPLE = "a b"


class PromptEmbedding(torch.nn.Module):
    """Word embeddings that stay, with a prompt that trains under ids of its own."""

    def __init__(self, words: torch.nn.Embedding, prompt: torch.Tensor, *, first: int) -> None:
        super().__init__()
        self.words = words
        self.prompt = torch.nn.Parameter(prompt)
        self.first = first

    @property
    def weight(self) -> torch.Tensor:
        """The words' rows, as models and others ask for them."""
        return self.words.weight

    def forward(self, ids: torch.Tensor) -> torch.Tensor:
        """Return embeddings (…, hidden) of ids."""
        place = ids - self.first
        inside = (place >= 0) & (place < len(self.prompt))
        rows = self.words(ids.masked_fill(inside, 0))
        prompt = torch.nn.functional.embedding(place.clamp(0, len(self.prompt) - 1), self.prompt)
        return torch.where(inside.unsqueeze(-1), prompt, rows)


def put_in(model: PreTrainedModel, tokenizer: PreTrainedTokenizerFast, *, tokens: int, seed: int) -> None:
    """Freeze `model` but its head, and give model and tokenizer a prompt of `tokens` tokens.

    It begins as words of the vocabulary drawn by chance (section 3.2's "sampled vocabulary").
    """
    head = [parameter for parameter in head_parameters(model) if parameter.requires_grad]
    words: Any = model.get_input_embeddings()
    if not isinstance(words, torch.nn.Embedding):
        hint = "take out what changes the word embeddings, or list it after this method"
        raise StageError("the word embeddings are not the model's own", where=WHERE, hint=hint)
    drawn = torch.randint(len(words.weight), (tokens,), generator=torch.Generator().manual_seed(seed))
    first = _add_tokens(tokenizer, tokens)
    prompt = words.weight.detach()[drawn.to(words.weight.device)].clone()
    model.requires_grad_(False)
    model.set_input_embeddings(PromptEmbedding(words, prompt, first=first))
    for parameter in head:
        parameter.requires_grad_(True)
    logger.info("prompt-tuning: %d tokens stand before every text", tokens)


def fold_in(model: PreTrainedModel) -> None:
    """Give the model its own word embeddings back, with the prompt as rows of them."""
    found: Any = model.get_input_embeddings()
    first, prompt = found.first, found.prompt.detach()
    model.set_input_embeddings(found.words)
    model.resize_token_embeddings(max(len(found.words.weight), first + len(prompt)), mean_resizing=False)
    embeddings: Any = model.get_input_embeddings()
    with torch.no_grad():
        embeddings.weight[first : first + len(prompt)] = prompt


def _add_tokens(tokenizer: PreTrainedTokenizerFast, count: int) -> int:
    """Add tokens that the tokenizer puts before every text; return the id of the first.

    Raises `StageError` where they are gone once the tokenizer was saved and loaded.
    """
    known = tokenizer.get_vocab()
    names: list[str] = []
    number = 0
    while len(names) < count:
        name = f"<|prompt-{number}|>"
        names += [] if name in known else [name]
        number += 1
    added = [AddedToken(name, normalized=False, special=True) for name in names]
    tokenizer.add_special_tokens({"extra_special_tokens": added}, replace_extra_special_tokens=False)
    vocabulary = tokenizer.get_vocab()
    ids = [vocabulary[name] for name in names]
    assert ids == list(range(ids[0], ids[0] + count)), "new tokens follow each other"
    backend = tokenizer.backend_tokenizer
    state = json.loads(backend.to_str())
    state["post_processor"] = before_text(state["post_processor"], dict(zip(names, ids, strict=True)))
    backend.post_processor = Tokenizer.from_str(json.dumps(state)).post_processor
    with temporary_folder() as folder:
        tokenizer.save_pretrained(folder)
        loaded: Any = AutoTokenizer.from_pretrained(folder)
    if loaded(SAMPLE)["input_ids"] != tokenizer(SAMPLE)["input_ids"] or ids[0] not in loaded(SAMPLE)["input_ids"]:
        hint = "choose `lora`, or a model with another tokenizer"
        raise StageError("the tokenizer forgets what stands before a text", where=WHERE, hint=hint)
    return int(ids[0])
