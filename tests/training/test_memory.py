"""Freed memory is kept inside the block, and the C library is as before behind it."""

from __future__ import annotations

from typing import Any

import pytest

from metier.training import memory


class Library:
    """Stands for glibc and remembers what it is told."""

    def __init__(self) -> None:
        self.said: list[tuple[int, ...]] = []

    def mallopt(self, parameter: int, value: int) -> int:
        self.said.append((parameter, value))
        return 1

    def malloc_trim(self, pad: int) -> int:
        self.said.append((pad,))
        return 1


def test_it_is_set_and_put_back_also_where_the_block_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    library: Any = Library()
    monkeypatch.setattr(memory, "_glibc", lambda: library)
    block = memory.memory_kept()
    assert block.__enter__()
    assert library.said == [(-1, 2**31 - 1), (-4, 0)]
    assert not block.__exit__(KeyError, KeyError(), None)
    assert library.said[2:] == [(-1, 128 * 1024), (-4, 65536), (0,)]


def test_another_c_library_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(memory.sys, "platform", "darwin")
    with memory.memory_kept() as kept:
        assert not kept


def test_the_real_library_takes_it() -> None:
    with memory.memory_kept(when=False) as kept:
        assert not kept
    library = memory._glibc()
    if library is None:
        pytest.skip("the C library is not glibc")
    for parameter, value in memory.DEFAULTS.items():
        assert library.mallopt(parameter, value) == 1
    with memory.memory_kept() as kept:
        assert kept
