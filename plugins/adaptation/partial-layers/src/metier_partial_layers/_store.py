"""Keeps rows of numbers on disk by key, in two files that only grow and are whole after a kill at any moment.

`states.bin` holds the rows; `index.bin` says which belong to which key. A record of the index is written after its rows
and carries checksums of itself and of them, so that what a kill or a full disk left half written is not there.
Processes that share a folder take turns to write, under a lock, and see what the others wrote.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from filelock import FileLock

KEY_BYTES = 16
RECORD = struct.Struct(f"<{KEY_BYTES}sqiII")
"""Key, first row, rows, checksum of the rows, checksum of the record before this field."""
SEAL = struct.Struct("<I")
PATIENCE = 60.0
"""Seconds to wait for another process's write, which takes milliseconds."""

Array = np.ndarray[Any, np.dtype[Any]]


class Entry(NamedTuple):
    """Where a key's rows lie."""

    first: int
    rows: int
    checksum: int | None
    """Of the rows; None once they were read and found whole."""


class Store:
    """Rows of `width` numbers by key, in `folder`. Raises `OSError` where that cannot be written."""

    def __init__(self, folder: Path, *, width: int, dtype: str) -> None:
        self.dtype = np.dtype(dtype)
        self.width = width
        folder.mkdir(parents=True, exist_ok=True)
        self._states, self._index = folder / "states.bin", folder / "index.bin"
        self._lock = FileLock(folder / "lock", timeout=PATIENCE)
        self._entries: dict[bytes, Entry] = {}
        self._records = 0
        """Records of the index that were read."""
        self._mapped: Array = np.empty((0, width), self.dtype)
        with self._lock:
            self._states.touch()
            self._index.touch()
            self._catch_up()

    def __len__(self) -> int:
        return len(self._entries)

    def rows_of(self, key: bytes) -> Array | None:
        """Return a key's rows (rows, width), mapped from the disk, or None where they are not there or not whole."""
        entry = self._entries.get(key)
        if entry is None:
            return None
        end = entry.first + entry.rows
        if end > len(self._mapped):
            self._map()
        rows = self._mapped[entry.first : end]
        if entry.checksum is not None:
            if len(rows) != entry.rows or zlib.crc32(rows.data) != entry.checksum:
                del self._entries[key]
                return None
            self._entries[key] = entry._replace(checksum=None)
        return rows

    def add(self, items: Mapping[bytes, Array]) -> None:
        """Append rows (rows, width) by key; what another process has added in the meantime is left as it is."""
        with self._lock:
            self._catch_up()
            new = {key: np.ascontiguousarray(rows) for key, rows in items.items() if key not in self._entries}
            first, records = self._append(b"".join(rows.tobytes() for rows in new.values())), []
            for key, rows in new.items():
                unsealed = RECORD.pack(key, first, len(rows), zlib.crc32(rows.data), 0)[: -SEAL.size]
                records.append(unsealed + SEAL.pack(zlib.crc32(unsealed)))
                first += len(rows)
            with self._index.open("r+b") as file:
                file.truncate(self._records * RECORD.size)  # an interrupted write may have left part of a record
                file.seek(0, 2)
                file.write(b"".join(records))
            self._catch_up()

    def _append(self, data: bytes) -> int:
        """Write `data` behind everything that is there, and return its first row."""
        with self._states.open("r+b") as file:
            first = -(-file.seek(0, 2) // self._row_bytes)  # an interrupted write may have left part of a row
            file.seek(first * self._row_bytes)
            file.write(data)
        return first

    def _catch_up(self) -> None:
        """Read the records written since the last time, up to the first that is not whole."""
        with self._index.open("rb") as file:
            file.seek(self._records * RECORD.size)
            data = file.read()
        for start in range(0, len(data) - RECORD.size + 1, RECORD.size):
            record = data[start : start + RECORD.size]
            key, first, rows, checksum, seal = RECORD.unpack(record)
            if zlib.crc32(record[: -SEAL.size]) != seal:
                return
            self._entries[key] = Entry(first, rows, checksum)
            self._records += 1

    def _map(self) -> None:
        """Map the whole of `states.bin` as it is now."""
        rows = self._states.stat().st_size // self._row_bytes
        if rows:
            # A view as plain ndarray: slicing a memmap object costs ten times as much.
            self._mapped = np.memmap(self._states, self.dtype, mode="r", shape=(rows, self.width)).view(np.ndarray)

    @property
    def _row_bytes(self) -> int:
        return self.width * self.dtype.itemsize
