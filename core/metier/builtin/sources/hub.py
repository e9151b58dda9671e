"""The data source `hub`: a data set of the Hugging Face Hub, or a folder laid out like one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, ClassVar

from metier.builtin.sources import paths
from metier.components import ComponentConfig, DataSource, ReadContext
from metier.errors import DataError, MetierError, Problem
from metier.values import Record


class Hub(DataSource):
    """A data set of the Hugging Face Hub, or a local folder laid out like one."""

    name: ClassVar[str] = "hub"
    bare_option: ClassVar[str] = "dataset"

    class Config(ComponentConfig):
        """Options of `hub`."""

        dataset: str
        """The Hub id (`owner/name`), or a local folder."""
        subset: str | None = None
        """The data set's configuration, where it has several."""
        split: str = "train"
        """The split to read; slices (`train[:1000]`) where `streaming` is off."""
        revision: str | None = None
        """A commit or tag; give one to have the same rows every time."""
        streaming: bool = False
        """Read over the network row by row, and keep nothing on disk."""

    config: Config

    def __init__(self, config: Config) -> None:
        super().__init__(config)

    def inspect(self) -> Iterable[Problem]:
        """Look for a local folder; whether the Hub has a data set is known only once it is asked."""
        path = Path(self.config.dataset)
        local = path.is_absolute() or self.config.dataset.startswith(".") or len(path.parts) > 2
        if local and not path.exists():
            yield Problem("there is no such folder", where=self.config.dataset, hint=paths.nearby(path))

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the split's rows; class labels come by name.

        Raises `DataError` where it cannot be had: no such data set, subset or split, or offline and not kept.
        """
        config = self.config
        rows = self._open(context)
        named = {name: feature for name, feature in (rows.features or {}).items() if hasattr(feature, "int2str")}
        if config.revision is None:
            context.notes.append(f"{config.dataset}: read at its newest revision; pin one with `revision:`")
        iterator, number = iter(rows), 0
        while True:
            try:
                values = next(iterator, None)
            except Exception as error:  # the libraries underneath raise whatever the network and formats do
                raise self._fault(error, context, f"row {number + 1} cannot be read") from error
            if values is None:
                return
            number += 1
            for name, feature in named.items():
                values[name] = feature.int2str(values[name]) if _is_class(values[name]) else None
            yield Record(f"{config.dataset}/{config.split}:{number}", values)

    def _open(self, context: ReadContext) -> Any:
        from datasets import load_dataset

        config = self.config
        try:
            return load_dataset(
                config.dataset,
                config.subset,
                split=config.split,
                revision=config.revision,
                streaming=config.streaming,
            )
        except Exception as error:  # the libraries underneath raise whatever the network and formats do
            raise self._fault(error, context, "cannot be had") from error

    def _fault(self, error: Exception, context: ReadContext, what: str) -> MetierError:
        if context.offline:
            hint = "fetch it once without --offline and with `streaming: false`, or read it from a file"
            what = f"{what} offline"
        else:
            hint = "check the id, `subset`, `split` and `revision`, and the connection"
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        return DataError(f"{what}: {reason}", where=f"hub data set '{self.config.dataset}'", hint=hint)


def _is_class(value: Any) -> bool:
    return isinstance(value, int) and value >= 0  # -1 is the Hub's mark for a row without label
