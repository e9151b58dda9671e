"""Which files a corpus is made of, and which task takes which of them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from typing import NamedTuple

from metier.builtin.sources import paths
from metier.components import DataSource
from metier.errors import DataError
from metier.plan import is_path
from metier.values import Use


class File(NamedTuple):
    """A file of the corpus."""

    path: str
    """Absolute."""
    place: str
    """Its name in ids and messages, as a source that reads all files gives it."""
    size: int
    """Bytes."""
    modified: int
    """When it was changed last, in nanoseconds."""


def path_option(source: type[DataSource]) -> str | None:
    """Return the option that names the files of a source; None for one that reads something else."""
    field = source.Config.model_fields.get(source.bare_option)
    return source.bare_option if field is not None and is_path(field) else None


def files_of(source: type[DataSource], use: Use) -> list[File]:
    """Return the files that a use of `source` reads, sorted as it reads them.

    Raises `DataError` where it reads no files, a folder, or nothing that is there.
    """
    option = path_option(source)
    path = use.options.get(option) if option else None
    if not isinstance(path, str):
        hint = "write its records to files, and read these: `{use: jsonl, path: …}`"
        raise DataError(
            f"the source '{use.name}' reads no files that tasks could share", where="data.corpus", hint=hint
        )
    found = paths.expand(path)
    stats = [file.stat() for file in found]
    return [
        File(str(file.absolute()), place, stat.st_size, stat.st_mtime_ns)
        for file, place, stat in zip(found, paths.places(found), stats, strict=True)
    ]


def divide(sizes: Sequence[int], tasks: int) -> list[range]:
    """Return which files each task takes: a run of consecutive ones, about as many bytes each, at least one.

    Consecutive, so that what the tasks write is in the order of the files, whatever their number. There are as many
    runs as `tasks`, or as files where these are fewer.
    """
    tasks = min(tasks, len(sizes))
    ends = list(accumulate(sizes))
    runs, begin = list[range](), 0
    for task in range(1, tasks + 1):
        last = len(sizes) - (tasks - task)  # each task that follows needs a file
        end = begin + 1
        while end < last and (task == tasks or _nearer(ends, end, task, tasks)):
            end += 1
        runs.append(range(begin, end))
        begin = end
    return runs


def _nearer(ends: Sequence[int], end: int, task: int, tasks: int) -> bool:
    """Return whether one file more brings the end of a task's run nearer to its share of all bytes."""
    wanted = ends[-1] * task / tasks
    return abs(ends[end] - wanted) <= abs(ends[end - 1] - wanted)
