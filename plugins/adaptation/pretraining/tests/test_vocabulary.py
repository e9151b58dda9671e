"""Words of the trade become tokens: found, added to every kind of tokenizer, given embeddings, saved and loaded."""

from __future__ import annotations

import copy
import json
import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers, trainers
from transformers import (
    AutoModel,
    AutoModelForCausalLM,
    AutoModelForSequenceClassification,
    AutoTokenizer,
    BertTokenizer,
    GPT2Tokenizer,
    PreTrainedTokenizerFast,
)

from metier.builtin.optimizers.adamw import AdamW
from metier.data.store import write
from metier.errors import StageError
from metier.models import local_model, read_model_info
from metier.settings import TrainingSettings
from metier.testing.models import SPECIAL_TOKENS, build_model
from metier.testing.samples import TEXTS
from metier.training.jobs import Workplace, adapt
from metier.values import LocalModel, TaskInfo
from metier_pretraining._chinese import chinese_words
from metier_pretraining._embeddings import add_rows
from metier_pretraining._models import with_head
from metier_pretraining._tokenizers import add_words
from metier_pretraining._vocabulary import shattered_words
from metier_pretraining.continued_pretraining import ContinuedPretraining

GENERAL = [*TEXTS, *(text.title() for text in TEXTS), "a the an of to in is 的 了 公 司 股 份 质 押 减 持"]
MOST_SAVED = {"goodwill", "amortisation"}
TRADE = [
    "the amortisation of goodwill fell",
    "goodwill and amortisation, amortisation again",
    "Amortisation rose in the quarter (goodwill)",
    "the impairment of goodwill in the quarter",
] * 5


def word_pieces(*, cased: bool) -> PreTrainedTokenizerFast:
    """A BERT tokenizer that knows the general words, and letters."""
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789,()的了公司股份质押减持"
    words = sorted({word if cased else word.lower() for text in GENERAL for word in text.split()} - set(letters))
    names = [*SPECIAL_TOKENS, *letters, *(f"##{one}" for one in letters), *words]
    return BertTokenizer(vocab={name: i for i, name in enumerate(names)}, do_lower_case=not cased)


def byte_pairs(*, behind: bool = False) -> PreTrainedTokenizerFast:
    """A byte-level tokenizer as GPT-2's; with special tokens `behind` its vocabulary, as Llama 3 has them."""
    special = ["<s>", "</s>", "<pad>"]
    backend = Tokenizer(models.BPE())
    backend.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    backend.decoder = decoders.ByteLevel()
    alphabet = pre_tokenizers.ByteLevel.alphabet()
    trainer: Any = trainers.BpeTrainer(
        vocab_size=500, special_tokens=[] if behind else special, initial_alphabet=alphabet, show_progress=False
    )
    backend.train_from_iterator(GENERAL, trainer)
    return PreTrainedTokenizerFast(tokenizer_object=backend, bos_token="<s>", eos_token="</s>", pad_token="<pad>")


def sentence_pieces() -> PreTrainedTokenizerFast:
    """A byte-pair tokenizer on text whose spaces were made visible, and which it does not cut, as Llama 2's."""
    backend = Tokenizer(models.BPE(unk_token="<unk>"))
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.Fuse(), decoders.Strip(" ", 1, 0)])
    trainer: Any = trainers.BpeTrainer(vocab_size=220, special_tokens=["<unk>", "<s>", "</s>"], show_progress=False)
    backend.train_from_iterator([*GENERAL, "abcdefghijklmnopqrstuvwxyz,()"], trainer)
    backend.pre_tokenizer = None
    backend.normalizer = normalizers.Sequence([normalizers.Prepend("▁"), normalizers.Replace(" ", "▁")])
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="<unk>", bos_token="<s>", eos_token="</s>")


def unigrams(*, behind: bool = False) -> PreTrainedTokenizerFast:
    """A unigram tokenizer as XLM-R's; with sentinels `behind` its vocabulary, as T5 has them."""
    backend = Tokenizer(models.Unigram())
    backend.pre_tokenizer = pre_tokenizers.Metaspace()
    backend.decoder = decoders.Metaspace()
    trainer: Any = trainers.UnigramTrainer(
        vocab_size=120, special_tokens=["<unk>", "<pad>", "</s>"], unk_token="<unk>", show_progress=False
    )
    backend.train_from_iterator([*GENERAL, "abcdefghijklmnopqrstuvwxyz,()AGT"], trainer)
    made = PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="<unk>", pad_token="<pad>", eos_token="</s>")
    if behind:
        made.add_special_tokens({"additional_special_tokens": ["<extra_id_0>"]})
    return made


KINDS: dict[str, Callable[[], PreTrainedTokenizerFast]] = {
    "bert, uncased": lambda: word_pieces(cased=False),
    "bert, cased": lambda: word_pieces(cased=True),
    "gpt-2": byte_pairs,
    "llama 3": lambda: byte_pairs(behind=True),
    "llama 2": sentence_pieces,
    "xlm-r": unigrams,
}


def tokens(tokenizer: PreTrainedTokenizerFast, text: str) -> list[str]:
    return tokenizer.tokenize(text)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def test_words_that_save_most_tokens_come_first(kind: str) -> None:
    tokenizer = KINDS[kind]()
    words = shattered_words(TRADE, tokenizer, minimum=5)
    found = {word.text: word for word in words}
    assert {word.text for word in words[:2]} == MOST_SAVED
    in_both_cases = 20 if kind == "bert, uncased" else 15
    assert (found["amortisation"].count, found["goodwill"].count) == (in_both_cases, 20)
    assert [word.saved for word in words] == sorted((word.saved for word in words), reverse=True)
    for word in words:
        pieces = tokenizer(f"the {word.text}", add_special_tokens=False)["input_ids"]
        assert pieces[-len(word.pieces) :] == list(word.pieces)
        assert word.saved == word.count * (len(word.pieces) - 1) > 0
    frequent = {word.text for word in shattered_words(TRADE, tokenizer, minimum=21)}
    assert not {"amortisation", "goodwill", "impairment"} & frequent


def test_new_words_are_one_token_in_a_sentence_and_nothing_else_changes(kind: str) -> None:
    tokenizer = KINDS[kind]()
    plain = copy.deepcopy(tokenizer)
    words, new = add_words(tokenizer, shattered_words(TRADE, tokenizer, minimum=5), number=2)
    assert {word.text for word in words} == MOST_SAVED
    sentence = "the amortisation of goodwill, the amortisation in the quarter"
    found = tokenizer(sentence, add_special_tokens=False)["input_ids"]
    assert len([one for one in found if one in new]) == 3
    assert len(found) < len(plain(sentence, add_special_tokens=False)["input_ids"])
    assert tokenizer.decode(found) == plain.decode(plain(sentence, add_special_tokens=False)["input_ids"])
    assert min(new) == max(plain.get_vocab().values()) + 1
    for general in GENERAL:
        assert tokenizer(general)["input_ids"] == plain(general)["input_ids"]
    if kind == "bert, uncased":
        assert len(tokens(tokenizer, "AMORTISATION")) == 1
    assert not set(tokenizer("the preamortisation")["input_ids"]) & {max(new)}, "it is found where a word begins"


def test_new_words_are_pieces_of_their_own_inflections(kind: str) -> None:
    tokenizer = KINDS[kind]()
    plain = copy.deepcopy(tokenizer)
    add_words(tokenizer, shattered_words(TRADE, tokenizer, minimum=5), number=2)
    text = "the amortisations"
    assert len(tokens(tokenizer, text)) < len(tokens(plain, text))
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]) == text


def test_an_extended_tokenizer_is_saved_and_loaded_and_extended_again(kind: str, tmp_path: Path) -> None:
    tokenizer = KINDS[kind]()
    (first,), _ = add_words(tokenizer, shattered_words(TRADE, tokenizer, minimum=5), number=1)
    tokenizer.save_pretrained(tmp_path)
    again: Any = AutoTokenizer.from_pretrained(tmp_path)
    for text in (*TRADE, *GENERAL):
        assert again(text)["input_ids"] == tokenizer(text)["input_ids"]
    words, new = add_words(again, shattered_words(TRADE, again, minimum=5), number=1)
    assert {words[0].text, first.text} == MOST_SAVED
    assert min(new) == max(tokenizer.get_vocab().values()) + 1
    assert again.add_tokens(["<later>"]) == 1
    assert again.convert_tokens_to_ids("<later>") > max(new), "what others add later gets a number of its own"


def test_gpt2s_own_class_keeps_the_words(tmp_path: Path) -> None:
    backend = byte_pairs().backend_tokenizer
    merges = [tuple(pair) for pair in json.loads(backend.to_str())["model"]["merges"]]
    tokenizer = GPT2Tokenizer(vocab=backend.get_vocab(), merges=merges)
    add_words(tokenizer, shattered_words(TRADE, tokenizer, minimum=5), number=2)
    tokenizer.save_pretrained(tmp_path)
    again: Any = AutoTokenizer.from_pretrained(tmp_path)
    assert type(again) is GPT2Tokenizer
    assert tokens(again, "the amortisation") == tokens(tokenizer, "the amortisation") == ["the", "Ġamortisation"]


def test_a_tokenizer_that_cannot_take_words_says_so() -> None:
    tokenizer = unigrams(behind=True)
    words = shattered_words(TRADE, tokenizer, minimum=5)
    with pytest.raises(StageError, match="a Unigram tokenizer with tokens behind its vocabulary takes no new words"):
        add_words(tokenizer, words, number=1)


# Chinese.

SUBJECTS = ("公司", "股东", "银行", "他们", "集团")
DEEDS = ("质押", "减持", "出售")


def chinese_text(count: int = 120) -> list[str]:
    """Sentences in which deeds stand among characters that vary."""
    draw = random.Random(4).choice
    parts = (SUBJECTS, "将把已未再", DEEDS, "了的和与或", "股债资金房")
    return ["".join(draw(part) for part in parts) for _ in range(count)]


def test_chinese_words_are_found_by_the_company_of_their_characters() -> None:
    runs = dict.fromkeys(chinese_text(), 1)
    found = chinese_words(runs, minimum=5)
    assert {*DEEDS, *SUBJECTS} <= set(found)
    for first, second in (*DEEDS, *SUBJECTS):
        assert not {word for word in found if (first in word) is not (second in word)}, "a word is cut"
    assert found["质押"] == sum("质押" in run for run in runs)
    assert "质押" not in chinese_words(runs, minimum=found["质押"] + 1)


@pytest.mark.parametrize("name", ["bert, uncased", "bert, cased", "gpt-2", "llama 3"])
def test_a_chinese_word_is_one_token_between_others(name: str, tmp_path: Path) -> None:
    tokenizer = KINDS[name]()
    plain = copy.deepcopy(tokenizer)
    words = [word for word in shattered_words(chinese_text(), tokenizer, minimum=5) if word.text == "质押"]
    assert len(words) == 1
    chosen, new = add_words(tokenizer, words, number=1)
    assert chosen == words
    text = "公司质押股份"
    (found,) = (one for one in tokenizer(text, add_special_tokens=False)["input_ids"] if one in new)
    assert tokenizer.decode([found]).strip() == "质押"
    assert tokenizer.decode(tokenizer(text, add_special_tokens=False)["input_ids"]).replace(" ", "") == text
    assert len(tokens(tokenizer, text)) == len(tokens(plain, text)) - len(words[0].pieces) + 1
    tokenizer.save_pretrained(tmp_path)
    assert AutoTokenizer.from_pretrained(tmp_path)(text)["input_ids"] == tokenizer(text)["input_ids"]


# Embeddings.


def model_of(model_type: str, tokenizer: PreTrainedTokenizerFast, folder: Path, *, tied: bool) -> LocalModel:
    """A tiny model with another tokenizer."""
    import transformers

    size = max(tokenizer.get_vocab().values()) + 1
    wide: Any = {"vocab_size": size, "hidden_size": 32, "intermediate_size": 64, "max_position_embeddings": 64}
    deep: Any = {"num_hidden_layers": 2, "num_attention_heads": 4}
    torch.manual_seed(0)
    if model_type == "bert":
        model: Any = transformers.BertModel(transformers.BertConfig(**wide, **deep))
    else:
        model = transformers.LlamaForCausalLM(transformers.LlamaConfig(**wide, **deep, tie_word_embeddings=tied))
    model.save_pretrained(folder)
    tokenizer.model_max_length = 64
    tokenizer.save_pretrained(folder)
    return local_model(folder, info=read_model_info(folder, reference=f"tiny-{model_type}"))


def test_a_new_row_is_the_mean_of_its_pieces_rows(tmp_path: Path) -> None:
    for tied in (False, True):
        local = model_of("llama", byte_pairs(), tmp_path / str(tied), tied=tied)
        model: Any = AutoModelForCausalLM.from_pretrained(local.path)
        size = model.config.vocab_size
        embeddings, head = model.model.embed_tokens.weight.clone(), model.lm_head.weight.clone()
        add_rows(model, {size: (5, 6, 7), size + 1: (8, 9)})
        assert model.config.vocab_size == size + 2
        assert model.model.embed_tokens.weight[:size].equal(embeddings)
        torch.testing.assert_close(model.model.embed_tokens.weight[size], embeddings[[5, 6, 7]].mean(0))
        torch.testing.assert_close(model.lm_head.weight[size + 1], head[[8, 9]].mean(0))
        assert (model.lm_head.weight is model.model.embed_tokens.weight) is tied


def test_an_encoders_bias_has_the_row_too_and_spare_rows_are_used(tmp_path: Path) -> None:
    model: Any = with_head(build_model("bert", tmp_path / "tiny").path)[0]
    size = model.config.vocab_size
    with torch.no_grad():
        model.cls.predictions.bias += torch.arange(size)
    model.resize_token_embeddings(size + 2, mean_resizing=False)
    add_rows(model, {size: (4, 8), size + 2: (5, 6)})
    bias = model.cls.predictions.bias
    assert bias[[size, size + 2]].tolist() == [6.0, 5.5]
    assert model.cls.predictions.decoder.bias is bias
    assert model.cls.predictions.decoder.weight is model.bert.embeddings.word_embeddings.weight
    assert model.config.vocab_size == size + 3


# The whole way.


@pytest.mark.parametrize("model_type", ["bert", "llama"])
@pytest.mark.parametrize("adapters", ["none", "lora"])
def test_words_are_learnt_and_saved_with_their_model(model_type: str, adapters: str, tmp_path: Path) -> None:
    tokenizer = word_pieces(cased=False) if model_type == "bert" else byte_pairs()
    local = model_of(model_type, tokenizer, tmp_path / "tiny", tied=False)
    corpus = write([{"id": str(i), "text": text} for i, text in enumerate(TRADE)], tmp_path / "corpus.arrow")
    options: dict[str, Any] = {"new_words": 2, "new_word_minimum": 5, "adapters": adapters, "grouping": "lines"}
    options |= {"head_steps": 2, "learning_rate": 1e-2}
    method = ContinuedPretraining(ContinuedPretraining.Config.model_validate(options))
    place = Workplace(tmp_path / "stage", TrainingSettings(), AdamW(AdamW.Config()), seed=13, log=lambda metrics: None)
    logged = adapt(method, model=local, task=TaskInfo("task"), datasets={"corpus": corpus}, place=place)

    saved, old = tmp_path / "stage" / "model", len(tokenizer)
    reader: Any = AutoTokenizer.from_pretrained(saved)
    again: Any = with_head(saved)[0] if model_type == "bert" else AutoModelForCausalLM.from_pretrained(saved)
    assert again.config.vocab_size == len(reader) == old + logged["new_tokens"]
    assert len(reader(TRADE[0])["input_ids"]) < len(tokenizer(TRADE[0])["input_ids"])
    for_a_task = AutoModelForSequenceClassification.from_pretrained(saved)
    assert for_a_task(**reader(TRADE[0], return_tensors="pt")).logits.isfinite().all()

    start: Any = AutoModel.from_pretrained(local.path).get_input_embeddings().weight
    end = again.get_input_embeddings().weight
    word = reader.convert_tokens_to_ids("goodwill" if model_type == "bert" else "Ġgoodwill")
    pieces = reader.convert_tokens_to_ids(tokens(tokenizer, "a goodwill")[1:])
    assert not torch.allclose(end[word], start[pieces].mean(0), atol=1e-3), "the new row has learnt"
    assert torch.equal(end[:old], start) is (adapters == "lora"), "adapters leave the other rows bit for bit"
    if model_type == "bert":
        assert again.cls.predictions.decoder.weight is end


def test_nothing_to_add_is_an_error_before_any_training(pretrain: Callable[..., Any], tmp_path: Path) -> None:
    with pytest.raises(StageError, match="no word that stands in the corpus at least 10 times comes in") as error:
        pretrain(build_model("bert", tmp_path / "tiny"), tmp_path, [], new_words=5)
    assert "lower `new_word_minimum`" in str(error.value)
    assert not (tmp_path / "checkpoints").exists()
