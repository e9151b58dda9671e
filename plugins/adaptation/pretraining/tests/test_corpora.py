"""Which texts are trained on: the domain's, the task's, the passages near the task's, or one after the other."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from datasets import Dataset
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from metier.errors import DataError, StageError
from metier.models import local_model, read_model_info
from metier.testing.models import build_model, build_tokenizer
from metier.testing.samples import TEXTS
from metier_pretraining._corpora import phases, split
from metier_pretraining._nearest import near_task, nearest
from metier_pretraining._passages import passages
from metier_pretraining.continued_pretraining import ContinuedPretraining, ContinuedPretrainingConfig

TOKENIZER = build_tokenizer()
WORDS = sorted({word for text in TEXTS for word in text.split()})


def texts(*some: str) -> Dataset:
    return Dataset.from_list([{"id": str(i), "text": text} for i, text in enumerate(some)])


@given(words=st.lists(st.sampled_from(WORDS), max_size=60), size=st.integers(3, 12))
def test_passages_hold_every_word_and_no_more_than_their_size(words: list[str], size: int) -> None:
    found = passages(texts(" ".join(words), "profit"), TOKENIZER, size=size)
    *of_first, last = found["text"][:]
    assert last == "profit"
    assert " ".join(of_first).split() == words
    assert all(len(passage.split()) <= size for passage in of_first)
    assert all(len(passage.split()) == size for passage in of_first[:-1]), "only the last is shorter"


def test_passages_end_between_words_and_say_where_they_come_from() -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    pieces = {"[UNK]": 0, **{character: i for i, character in enumerate("abcdefgh", start=1)}}
    pieces |= {f"##{character}": i for i, character in enumerate("abcdefgh", start=9)}
    backend = Tokenizer(models.WordPiece(pieces, unk_token="[UNK]"))
    backend.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]")
    found = passages(texts("abc de fgh abcdefg a"), tokenizer, size=5)
    assert found["text"][:] == ["abc de", "fgh", "abcde", "fg a"], "a word longer than a passage alone is cut"
    assert found["id"][:] == ["0#1", "0#2", "0#3", "0#4"]


def test_the_nearest_are_those_of_a_plain_tf_idf() -> None:
    generator = np.random.default_rng(5)
    domain = [" ".join(generator.choice(WORDS, 8, p=_zipf())) for _ in range(60)]
    task = [" ".join(generator.choice(WORDS, 6)) for _ in range(4)]
    found = nearest(task, domain, TOKENIZER, neighbours=3)

    def terms(text: str) -> list[str]:
        words = text.split()
        return [*words, *(f"{one} {two}" for one, two in itertools.pairwise(words))]

    plain = TfidfVectorizer(analyzer=terms, sublinear_tf=True, max_df=0.5)
    theirs = plain.fit_transform(domain)
    similar = (plain.transform(task) @ theirs.T).toarray()
    expected = {int(i) for row in similar for i in np.argsort(-row)[:3]}
    assert set(found.tolist()) == expected


def _zipf() -> Any:
    shares = 1 / np.arange(1, len(WORDS) + 1)
    return shares / shares.sum()


def test_near_task_is_the_tasks_texts_with_their_neighbours() -> None:
    task = texts("profit rose in the quarter", "the board raised the dividend")
    domain = texts(
        "costs grew and sales fell " * 3 + "profit rose on strong demand in the quarter",
        "the company closed a plant",
        "orders orders orders",
    )
    found = near_task(task, domain, TOKENIZER, neighbours=1, size=8)
    assert found["text"][:2] == task["text"][:]
    assert len(found) == 4
    assert "rose on strong demand in the quarter" in found["text"][:]
    assert all(len(text.split()) <= 8 for text in found["text"][:]), "a long document comes in passages"


def test_a_passage_that_is_a_tasks_text_counts_once() -> None:
    found = near_task(texts(*TEXTS[:2]), texts(*TEXTS), TOKENIZER, neighbours=8, size=32)
    assert len(found["text"]) == len(set(found["text"]))
    assert set(TEXTS[:2]) < set(found["text"])


def test_a_corpus_without_text_has_nothing_near() -> None:
    with pytest.raises(DataError, match="there is no text in the corpus"):
        near_task(texts("profit rose"), texts("", " "), TOKENIZER, neighbours=2, size=8)


@pytest.mark.parametrize(
    ("corpus", "reads"),
    [
        ("domain", ("corpus",)),
        ("task", ("train",)),
        ("near-task", ("corpus", "train")),
        ("domain+task", ("corpus", "train")),
        ("auto", ("corpus",)),
    ],
)
def test_it_reads_what_it_says(
    corpus: str, reads: tuple[str, ...], stage_of: Callable[..., Any], tmp_path: Path
) -> None:
    method = ContinuedPretraining(ContinuedPretrainingConfig.model_validate({"corpus": corpus}))
    assert method.reads(("corpus", "train")) == reads
    assert method.needs_corpus() is ("corpus" in reads and corpus != "auto")
    given = {"corpus": texts(*TEXTS), "train": texts(*TEXTS)}
    fields = {name: given[name] if name in reads else None for name in given}
    stage = stage_of(build_model("bert", tmp_path / "tiny"), tmp_path, [], **fields)
    names = [phase.name for phase in phases(method.config, stage)]
    assert names == {"auto": ["domain"], "domain+task": ["domain", "task"]}.get(corpus, [corpus])


def test_domain_then_task_is_two_trainings_and_both_are_measured(pretrain: Callable[..., Any], tmp_path: Path) -> None:
    logged: list[Any] = []
    rows = texts(*(f"{text} again" for text in TEXTS * 3)).add_column("label", ["x"] * 24)
    options = {"corpus": "domain+task", "grouping": "lines"}
    pretrain(build_model("bert", tmp_path / "tiny"), tmp_path, logged, stage={"train": rows}, **options)
    assert {path.name for path in (tmp_path / "checkpoints").iterdir()} == {"encoded", "training-1", "training-2"}
    assert logged[-1]["held_out_texts"] == 10
    assert logged[-1]["task_held_out_texts"] == 1
    assert logged[-1]["perplexity_after"] < logged[-1]["perplexity_before"]
    assert logged[-1]["task_perplexity_after"] < logged[-1]["task_perplexity_before"]
    assert logged[-1]["steps"] == 2 * 6 + 2 * 1


def test_domain_and_task_can_be_listed_one_after_the_other(pretrain: Callable[..., Any], tmp_path: Path) -> None:
    first: Any = pretrain(build_model("bert", tmp_path / "tiny"), tmp_path / "1", [], corpus="domain", head_steps=2)
    first.save_pretrained(tmp_path / "adapted")
    build_tokenizer().save_pretrained(tmp_path / "adapted")
    local = local_model(tmp_path / "adapted", info=read_model_info(tmp_path / "adapted", reference="adapted"))
    logged: list[Any] = []
    rows = texts(*(f"{one} again {two}" for one in TEXTS for two in TEXTS))
    options = {"corpus": "task", "epochs": 4, "held_out": 0.3, "per_device_train_batch_size": 4, "head_steps": 2}
    second: Any = pretrain(local, tmp_path / "2", logged, stage={"train": rows}, **options)
    assert not (tmp_path / "2" / "checkpoints" / "training-2").exists(), "the head is there: it is not fitted again"
    assert logged[-1]["perplexity_after"] < logged[-1]["perplexity_before"]
    assert not second.bert.encoder.layer[0].output.dense.weight.equal(first.bert.encoder.layer[0].output.dense.weight)


def test_held_out_texts_are_not_trained_on(corpus: Dataset) -> None:
    training, held = split(corpus, share=0.1, seed=3)
    assert len(held) == 20
    assert sorted([*training["id"], *held["id"]]) == sorted(corpus["id"])
    assert split(corpus, share=0.1, seed=3)[1]["id"] == held["id"]


def test_too_few_texts_are_said_with_their_place(corpus: Dataset) -> None:
    with pytest.raises(DataError, match=r"data\.corpus: the corpus has 1 texts"):
        split(corpus.select([0]), share=0.1, seed=3)
    with pytest.raises(DataError, match=r"data\.train: the corpus has 0 texts"):
        split(corpus.select([]), share=0.1, seed=3, name="task")


@pytest.mark.parametrize("corpus", ["auto", "task", "near-task", "domain+task"])
def test_a_task_without_texts_is_said(corpus: str, stage_of: Callable[..., Any], tmp_path: Path) -> None:
    config = ContinuedPretrainingConfig.model_validate({"corpus": corpus})
    domain = None if corpus == "auto" else texts(*TEXTS)
    pairs = Dataset.from_list([{"id": "1", "text_a": "profit", "text_b": "loss"}])
    stage = stage_of(build_model("bert", tmp_path / "tiny"), tmp_path, [], corpus=domain, train=pairs)
    with pytest.raises(StageError, match="no text to train on: the training rows have no column `text`"):
        phases(config, stage)


@pytest.mark.parametrize("corpus", ["domain", "near-task", "domain+task"])
def test_a_missing_corpus_is_said(corpus: str, stage_of: Callable[..., Any], tmp_path: Path) -> None:
    config = ContinuedPretrainingConfig.model_validate({"corpus": corpus})
    stage = stage_of(build_model("bert", tmp_path / "tiny"), tmp_path, [], corpus=None, train=texts(*TEXTS))
    with pytest.raises(StageError, match=r"there is no text to train on\n  hint: give `data.corpus`"):
        phases(config, stage)
