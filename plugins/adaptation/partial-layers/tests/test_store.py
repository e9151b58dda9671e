"""What is kept on disk by key: whole after a kill at any moment, and shared by processes."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from metier_partial_layers._store import KEY_BYTES, RECORD, Array, Store

WIDTH = 3
ENDLESS = """
import sys
from pathlib import Path
import numpy as np
from metier_partial_layers._store import Store

store = Store(Path(sys.argv[1]), width=3, dtype="<f4")
for number in range(1_000_000):
    keys = [b"%015d%d" % (number, i) for i in range(5)]
    store.add({key: np.full((400, 3), number * 10 + int(key[-1:]), dtype="<f4") for key in keys})
"""


def key(number: int) -> bytes:
    """Return a key."""
    return number.to_bytes(KEY_BYTES, "big")


def rows(number: int, count: int = 2) -> Array:
    """Return rows that follow from a number."""
    return np.arange(count * WIDTH, dtype=np.float32).reshape(count, WIDTH) + 100 * number


def opened(folder: Path) -> Store:
    """Return the store in a folder."""
    return Store(folder, width=WIDTH, dtype="<f4")


def found(store: Store, number: int) -> bool:
    """Return whether a key's rows are there; if so they are the right ones."""
    states = store.rows_of(key(number))
    if states is not None:
        np.testing.assert_array_equal(states, rows(number, len(states)))
    return states is not None


def test_rows_come_back_by_key_in_this_process_and_the_next(tmp_path: Path) -> None:
    store = opened(tmp_path)
    assert store.rows_of(key(1)) is None
    store.add({key(1): rows(1), key(2): rows(2, 5)})
    store.add({key(3): rows(3, 1)})
    for one in (store, opened(tmp_path)):
        assert len(one) == 3
        assert [found(one, number) for number in (1, 2, 3, 4)] == [True, True, True, False]
        again = one.rows_of(key(2))
        assert again is not None
        assert again.shape == (5, WIDTH)
        assert not again.flags.owndata, "it is a copy, not mapped"


def test_whatever_was_half_written_is_not_there(tmp_path: Path) -> None:
    opened(tmp_path).add({key(1): rows(1)})
    whole = {name: (tmp_path / name).read_bytes() for name in ("states.bin", "index.bin")}
    opened(tmp_path).add({key(2): rows(2), key(3): rows(3)})
    after = {name: (tmp_path / name).read_bytes() for name in whole}
    moments = [(size, len(whole["index.bin"])) for size in range(len(whole["states.bin"]), len(after["states.bin"]), 5)]
    moments += [
        (len(after["states.bin"]), size) for size in range(len(whole["index.bin"]), len(after["index.bin"]) + 1)
    ]
    for states, index in moments:
        (tmp_path / "states.bin").write_bytes(after["states.bin"][:states])
        (tmp_path / "index.bin").write_bytes(after["index.bin"][:index])
        records = (index - RECORD.size) // RECORD.size
        store = opened(tmp_path)
        assert [found(store, number) for number in (1, 2, 3)] == [True, records > 0, records > 1], (states, index)
        store.add({key(number): rows(number) for number in (2, 3, 4)})
        for one in (store, opened(tmp_path)):
            assert all(found(one, number) for number in (1, 2, 3, 4)), (states, index)


@pytest.mark.parametrize("damage", ["changed", "cut"])
def test_rows_that_are_not_those_written_are_written_anew(damage: str, tmp_path: Path) -> None:
    opened(tmp_path).add({key(1): rows(1), key(2): rows(2)})
    path = tmp_path / "states.bin"
    data = bytearray(path.read_bytes())
    data[-1] ^= 1
    path.write_bytes(data if damage == "changed" else data[:-1])
    store = opened(tmp_path)
    assert [found(store, 1), found(store, 2)] == [True, False]
    store.add({key(2): rows(2)})
    assert [found(one, 2) for one in (store, opened(tmp_path))] == [True, True]


def test_an_index_with_a_damaged_record_ends_there(tmp_path: Path) -> None:
    opened(tmp_path).add({key(number): rows(number) for number in (1, 2, 3)})
    path = tmp_path / "index.bin"
    data = bytearray(path.read_bytes())
    data[RECORD.size + KEY_BYTES] ^= 1  # where the second one's rows begin
    path.write_bytes(data)
    store = opened(tmp_path)
    assert [found(store, number) for number in (1, 2, 3)] == [True, False, False]
    store.add({key(number): rows(number) for number in (2, 3)})
    assert all(found(one, number) for one in (store, opened(tmp_path)) for number in (1, 2, 3))


def test_two_at_once_see_what_the_other_wrote(tmp_path: Path) -> None:
    first, second = opened(tmp_path), opened(tmp_path)
    first.add({key(1): rows(1), key(2): rows(2)})
    second.add({key(2): rows(2), key(3): rows(3)})
    first.add({key(4): rows(4)})
    assert all(found(first, number) for number in (1, 2, 3, 4))
    assert [found(second, number) for number in (1, 2, 3, 4)] == [True, True, True, False]
    assert len(opened(tmp_path)) == 4
    assert (tmp_path / "states.bin").stat().st_size == 4 * 2 * WIDTH * 4, "rows were written twice"


def test_a_process_killed_while_writing_leaves_nothing_half(tmp_path: Path) -> None:
    for _ in range(3):
        process = subprocess.Popen([sys.executable, "-c", ENDLESS, str(tmp_path)])
        deadline = time.monotonic() + 30
        before = len(opened(tmp_path))
        while len(opened(tmp_path)) < before + 50 and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGKILL)
        process.wait()
        store = opened(tmp_path)
        assert len(store) >= before + 50
        for name in list(store._entries):
            states = store.rows_of(name)
            assert states is not None, name
            assert states.shape == (400, 3)
            assert (states == int(name[:-1]) * 10 + int(name[-1:])).all()
