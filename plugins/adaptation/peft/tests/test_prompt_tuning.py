"""A prompt that is learnt: before every text, in tokenizer and model, and nothing else changes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from tokenizers import Tokenizer, models, pre_tokenizers, processors
from transformers import AutoModelForSequenceClassification, AutoTokenizer, PreTrainedTokenizerFast

from metier.components import AdaptationMethod
from metier.discovery import discover
from metier.errors import StageError
from metier.testing.objective import TwoLabels, build_classifier
from metier.testing.samples import rows
from metier.testing.trial import trainable
from metier.values import Use
from metier_peft._prompts import _add_tokens
from metier_peft.prompt_tuning import PromptTuning

MODEL_TYPES = ("bert", "gpt2", "llama", "t5")
TOKENS = 3


def prepared(tiny: Any, folder: Path, model_type: str) -> tuple[Any, Any, PromptTuning, Any]:
    """Return a model with a prompt, its tokenizer, the method, and the stage."""
    from metier.testing.trial import Trial

    method = PromptTuning(PromptTuning.Config(tokens=TOKENS))
    trial = Trial(method, tiny(model_type), folder / "stage")
    stage = trial.context()
    model = method.prepare(build_classifier(tiny(model_type).path), stage)
    return model, stage.tokenizer, method, stage


def batch_of(tokenizer: Any) -> Any:
    some = rows(6)
    objective = TwoLabels()
    encoded = objective.encode({name: [row[name] for row in some] for name in some[0]}, tokenizer, 64)
    examples = [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]
    return objective.collate(examples, tokenizer, np.random.default_rng(0))


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_its_rows_stand_before_the_words(model_type: str, tiny: Any, tmp_path: Path) -> None:
    """The pass is that of the plain model on the prompt's rows put before the words' by hand."""
    plain_tokenizer = AutoTokenizer.from_pretrained(tiny(model_type).path)
    model, tokenizer, _, _ = prepared(tiny, tmp_path, model_type)
    plain: Any = build_classifier(tiny(model_type).path).eval()
    text = rows(1)[0]["text"]
    ids, plain_ids = (one(text, return_tensors="pt")["input_ids"] for one in (tokenizer, plain_tokenizer))
    assert ids.shape[1] == plain_ids.shape[1] + TOKENS
    assert ids[0, 0] == plain_ids[0, 0], "what begins a text begins it still"
    embedding = model.get_input_embeddings()
    words = plain.get_input_embeddings()(plain_ids)
    expected = torch.cat([words[:, :1], embedding.prompt[None], words[:, 1:]], dim=1)
    torch.testing.assert_close(embedding(ids), expected)


@pytest.mark.parametrize("model_type", MODEL_TYPES)
def test_prompt_and_head_train_and_nothing_else(model_type: str, tiny: Any, tmp_path: Path) -> None:
    model, tokenizer, method, stage = prepared(tiny, tmp_path, model_type)
    before = {name: one.detach().clone() for name, one in model.named_parameters()}
    optimizer = torch.optim.AdamW(trainable(model).values(), lr=0.01)
    batch = batch_of(tokenizer)
    for _ in range(3):
        optimizer.zero_grad()
        loss = TwoLabels().loss(model, batch)
        loss.backward()
        optimizer.step()
    moved = {name for name, one in model.named_parameters() if not one.equal(before[name])}
    assert any(name.endswith(".prompt") for name in moved)
    assert moved == set(trainable(model))
    assert not any("layer" in name or name.endswith("words.weight") for name in moved)
    expected = TwoLabels().loss(model.eval(), batch)
    model = method.finish(model, stage)
    model.save_pretrained(tmp_path / "saved")
    tokenizer.save_pretrained(tmp_path / "saved")
    loaded = AutoModelForSequenceClassification.from_pretrained(tmp_path / "saved")
    again = batch_of(AutoTokenizer.from_pretrained(tmp_path / "saved"))
    torch.testing.assert_close(TwoLabels().loss(loaded, again), expected, rtol=1e-4, atol=1e-5)
    old = loaded.get_input_embeddings().weight[: len(before[next(n for n in before if n.endswith("words.weight"))])]
    assert old.equal(next(one for name, one in before.items() if name.endswith("words.weight")))


def word_level(processor: Any) -> PreTrainedTokenizerFast:
    backend = Tokenizer(models.WordLevel({"<s>": 0, "</s>": 1, "a": 2, "b": 3, "?": 4}, unk_token="?"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    if processor is not None:
        backend.post_processor = processor
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="?", bos_token="<s>", eos_token="</s>")


ROBERTA = processors.RobertaProcessing(("</s>", 1), ("<s>", 0))
BERT = processors.BertProcessing(("</s>", 1), ("<s>", 0))
TEMPLATE = processors.TemplateProcessing("<s> $A", "<s> $A <s> $B", [("<s>", 0)])


@pytest.mark.parametrize(
    ("processor", "single", "pair"),
    [
        (None, [5, 6, 2], [5, 6, 2, 3]),
        (processors.ByteLevel(), [5, 6, 2], [5, 6, 2, 3]),
        (BERT, [0, 5, 6, 2, 1], [0, 5, 6, 2, 1, 3, 1]),
        (ROBERTA, [0, 5, 6, 2, 1], [0, 5, 6, 2, 1, 1, 3, 1]),
        (TEMPLATE, [0, 5, 6, 2], [0, 5, 6, 2, 0, 3]),
        (processors.Sequence([processors.ByteLevel(), TEMPLATE]), [0, 5, 6, 2], [0, 5, 6, 2, 0, 3]),
        (processors.Sequence([processors.ByteLevel()]), [5, 6, 2], [5, 6, 2, 3]),
    ],
)
def test_every_kind_of_tokenizer_puts_it_before_the_text(processor: Any, single: Any, pair: Any) -> None:
    tokenizer = word_level(processor)
    types = tokenizer("a", "b", return_token_type_ids=True)["token_type_ids"]
    assert _add_tokens(tokenizer, 2) == 5
    assert tokenizer("a")["input_ids"] == single
    assert tokenizer("a", "b")["input_ids"] == pair
    assert tokenizer("a", add_special_tokens=False)["input_ids"] == [2]
    assert tokenizer.decode(single, skip_special_tokens=True).split() == ["a"]
    assert {5, 6} <= set(tokenizer.all_special_ids)
    assert tokenizer("a", "b", return_token_type_ids=True)["token_type_ids"] == [types[0], 0, 0, *types[1:]]
    assert _add_tokens(tokenizer, 2) == 7, "a second prompt has names of its own"


def test_a_text_is_cut_with_the_prompt_in_it(tiny: Any, tmp_path: Path) -> None:
    _, tokenizer, _, _ = prepared(tiny, tmp_path, "bert")
    ids = tokenizer(rows(1)[0]["text"], truncation=True, max_length=6)["input_ids"]
    assert len(ids) == 6
    assert set(ids) > set(tokenizer.convert_tokens_to_ids([f"<|prompt-{i}|>" for i in range(TOKENS)]))


def test_a_tokenizer_that_forgets_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    forgetful = word_level(TEMPLATE)
    monkeypatch.setattr(AutoTokenizer, "from_pretrained", lambda folder: word_level(TEMPLATE))
    with pytest.raises(StageError, match=r"the tokenizer forgets what stands before a text\n  hint: choose `lora`"):
        _add_tokens(forgetful, 2)


@pytest.mark.parametrize(
    ("other", "said"),
    [("lora", "both train in place"), ("lisa", "no layer trains"), ("reinitialisation", "must train")],
)
def test_what_makes_no_sense_together_is_refused(other: str, said: str) -> None:
    method = discover().create(AdaptationMethod, Use(AdaptationMethod.kind, "prompt-tuning"))
    reason = method.conflicts([Use(AdaptationMethod.kind, other)])
    assert reason is not None
    assert said in reason
