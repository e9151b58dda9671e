"""The Hub's models that are cached already are known while planning."""

from __future__ import annotations

from pathlib import Path

import pytest

from metier.builtin.models.hub import Hub

CONFIG = '{"model_type": "bert", "num_hidden_layers": 2, "hidden_size": 8, "vocab_size": 9}'


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Returns a Hub cache with one repository, laid out as the Hub's library does."""
    repository = tmp_path / "hub" / "models--owner--name"
    snapshot = repository / "snapshots" / "abc123"
    snapshot.mkdir(parents=True)
    (snapshot / "config.json").write_text(CONFIG, encoding="utf-8")
    (repository / "refs").mkdir()
    (repository / "refs" / "main").write_text("abc123", encoding="utf-8")
    monkeypatch.delenv("HF_HUB_CACHE", raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    return tmp_path


@pytest.mark.parametrize("reference", ["owner/name", "owner/name@main", "owner/name@abc123"])
def test_what_is_cached_is_described(cache: Path, reference: str) -> None:
    info = Hub().describe(reference)
    assert info is not None
    assert (info.reference, info.model_type, info.layers) == (f"hub:{reference}", "bert", 2)


@pytest.mark.parametrize("reference", ["owner/other", "owner/name@v2", "name"])
def test_what_is_not_is_not(cache: Path, reference: str) -> None:
    assert Hub().describe(reference) is None
