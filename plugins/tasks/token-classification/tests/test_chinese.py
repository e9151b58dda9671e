"""Chinese has no spaces between words: each character is a token and a word, and spans come back to the character."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from transformers import BertConfig, BertModel, BertTokenizerFast

import metier
from metier_token_classification._torch import TagObjective
from metier_token_classification.labels import inside_words, settled

CLUENER = Path(__file__).parents[5] / "shared" / "data" / "general" / "cluener_zh" / "dev.json"
PARTS = ("油泵", "主轴轴承", "液压缸", "PLC模块", "3号电机")
FAULTS = ("漏油", "异响", "过热", "卡死")
NOTES = [
    (f"{when}发现{part}{fault}，已报修。", part, fault)
    for when in ("今早", "夜班")
    for part in PARTS
    for fault in FAULTS
]


def spans(text: str, part: str, fault: str) -> list[dict[str, Any]]:
    return [
        {"start": text.index(words), "end": text.index(words) + len(words), "label": label}
        for words, label in ((part, "部件"), (fault, "故障"))
    ]


def chinese_model(folder: Path, texts: list[str]) -> BertTokenizerFast:
    """Save a tiny BERT that knows every character of `texts` into `folder`, and return its tokenizer."""
    characters = sorted({one.lower() for text in texts for one in text if not one.isspace()})
    vocabulary = {token: i for i, token in enumerate(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *characters])}
    vocabulary |= {f"##{one}": len(vocabulary) + i for i, one in enumerate(characters)}
    tokenizer = BertTokenizerFast(vocab=vocabulary, model_max_length=64)
    torch.manual_seed(0)
    shape = {"hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2, "num_attention_heads": 4}
    BertModel(BertConfig(vocab_size=len(vocabulary), max_position_embeddings=64, **shape)).save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    return tokenizer


def back(texts: list[str], marked: list[list[dict[str, Any]]], tokenizer: Any, **options: Any) -> list[Any]:
    """Return the spans that a model which is right about every token gives."""
    labels = tuple(sorted({span["label"] for one in marked for span in one}))
    objective = TagObjective(labels, stride=8, **options)
    encoded = objective.encode({"text": texts, "spans": marked}, tokenizer, 32)
    examples = [dict(zip(encoded, values, strict=True)) for values in zip(*encoded.values(), strict=True)]
    pieces: list[list[Any]] = [[] for _ in texts]
    for example in examples:
        tags = torch.from_numpy(np.asarray(example["tags"])).clamp_min(0)
        logits = torch.nn.functional.one_hot(tags, 1 + 2 * len(labels)).float() * 20
        pieces[example["row"]] += objective.decode(logits[None], [example], tokenizer)
    found = [objective.joined(one, {"text": text})["spans"] for one, text in zip(pieces, texts, strict=True)]
    return [[{name: one[name] for name in ("start", "end", "label")} for one in row] for row in found]


def test_spans_come_back_to_the_character(tmp_path: Path) -> None:
    texts = [text for text, _, _ in NOTES]
    marked = [spans(*note) for note in NOTES]
    assert back(texts, marked, chinese_model(tmp_path, texts)) == marked


@pytest.mark.skipif(not CLUENER.is_file(), reason="CLUENER is not beside this checkout")
def test_spans_of_published_texts_come_back(tmp_path: Path) -> None:
    rows = [json.loads(line) for line in CLUENER.read_text("utf-8").splitlines()[:400]]
    texts = [row["text"] for row in rows]
    marked = [
        settled(
            [
                {"start": start, "end": last + 1, "label": label}
                for label, surfaces in row["label"].items()
                for places in surfaces.values()
                for start, last in places
            ],
            row["text"],
        )
        for row in rows
    ]
    tokenizer = chinese_model(tmp_path, texts)
    whole = [number for number, text in enumerate(texts) if not inside_words(marked[number], text)]
    assert len(texts) - len(whole) < 10, "few entities begin or end inside a number or a Latin word"
    found = back(texts, marked, tokenizer)
    assert [found[number] for number in whole] == [marked[number] for number in whole]


def test_a_tiny_model_learns_them(tmp_path: Path) -> None:
    texts = [text for text, _, _ in NOTES]
    chinese_model(tmp_path / "base", texts)
    lines = [json.dumps({"text": note[0], "spans": spans(*note)}, ensure_ascii=False) for note in NOTES]
    (tmp_path / "notes.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (tmp_path / "notes.yaml").write_text(
        "recipe: 1\nmodel: ./base\ndata:\n  train: notes.jsonl\n  split: {validation: 0, test: 0.25}\n"
        "task: {use: token-classification, crf: true}\noptimizer: {use: adamw, learning_rate: 0.02}\n"
        "training: {max_steps: 60, per_device_train_batch_size: 8, max_length: 32, save_strategy: 'no'}\n",
        encoding="utf-8",
    )
    run = metier.run(tmp_path / "notes.yaml", output=tmp_path / "runs")
    (found,) = run.model().predict(["夜班发现液压缸过热，已报修。"])
    assert [(one["text"], one["label"]) for one in found["spans"]] == [("液压缸", "部件"), ("过热", "故障")]
    assert all(0.5 < one["score"] <= 1 for one in found["spans"])
    assert run.metrics["arms"][0]["summary"]["test"]["f1"]["mean"] > 0.9
