"""Transforms and strategy keep their contracts."""

from __future__ import annotations

from metier.testing import StrategyContract, TransformContract
from metier_text.balance import Balance
from metier_text.chunk import Chunk
from metier_text.quality import Quality


class TestChunkByWords(TransformContract):
    component = Chunk
    options = {"size": 8, "overlap": 3, "labelled": "repeat"}


class TestChunkBySections(TransformContract):
    component = Chunk
    options = {"by": "sections", "size": 10, "overlap": 0, "labelled": "repeat"}


class TestQuality(TransformContract):
    component = Quality
    options = {"labelled": True}


class TestQualityAsGopher(TransformContract):
    component = Quality
    options = {"preset": "gopher", "labelled": True, "min_words": 10, "max_repeated_ngrams": {"5": 0.1}}


class TestQualityAsC4(TransformContract):
    component = Quality
    options = {"preset": "c4", "labelled": True, "min_sentences": 1}


class TestBalance(StrategyContract):
    component = Balance


class TestBalanceByLeavingOut(StrategyContract):
    component = Balance
    options = {"by": "down-sampling", "ratio": 2}
