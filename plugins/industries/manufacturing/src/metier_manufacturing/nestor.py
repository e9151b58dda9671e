"""Reads tables of maintenance work orders as NIST publishes them with Nestor."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, Literal

from metier.builtin.sources.csv import CsvTable
from metier.builtin.sources.files import FilesConfig
from metier.components import ReadContext, RecipePath
from metier.errors import DataError, Problem
from metier.values import Record

Label = Literal["MajorSystem", "Part", "Action", "Variant", "FM", "Location", "FuncLocation", "PMType", "Cost"]
TEXT, ASSET, DATE = "OriginalShorttext", "Asset", "BscStartDate"
TYPE, COST = "PMType", "Cost"
ORDER = "PM"
"""What every order's type begins with."""
SEVERAL = "_"
"""Stands between the labels of a row that has several: `Engine_Radiator`."""


class NestorWorkOrders(CsvTable):
    """Maintenance work orders of mining excavators, the table of NIST's Nestor, raw or annotated."""

    name: ClassVar[str] = "nestor-work-orders"
    patterns: ClassVar[tuple[str, ...]] = ("excavators*.csv",)

    class Config(FilesConfig):
        """Options of `nestor-work-orders`."""

        path: RecipePath
        """`excavators.csv`, or the annotated table."""
        label: Label = "MajorSystem"
        """The column that becomes `label`: a system, part, action or failure mode (`FM`) of the annotated table; or of
        either table the order's type (`PMType`), or its `Cost`, a number."""

    config: Config

    def inspect(self) -> Iterable[Problem]:
        """Look at the file, and for the label's column in its header."""
        problems = list(super().inspect())
        return problems or self._missing()

    def columns(self) -> Sequence[str] | None:
        """Return the text, its label (whole, and as a list but for a cost), and what rows can be grouped by."""
        several = () if self.config.label == COST else ("labels",)
        return ("text", "label", *several, "asset", "date")

    def read(self, context: ReadContext) -> Iterator[Record]:
        """Yield the orders that have a label; how many have none is said: nobody annotated them.

        An order of the raw table has a comma in its text without quotes, which is put back; its cost is lost.
        """
        problem = next(iter(self._missing()), None)
        if problem:
            raise DataError(problems=[problem])
        without = 0
        for where, row in self._orders(context):
            if row[self.config.label].strip():
                yield Record(where, self._values(row, where))
            else:
                without += 1
        if without:
            context.notes.append(f"nestor-work-orders: {without} orders without {self.config.label} were left out")

    def _orders(self, context: ReadContext) -> Iterator[Record]:
        for where, row in self.source.read(context):
            if TYPE in row and COST in row and row[COST].startswith(ORDER) and not row[TYPE].startswith(ORDER):
                whole = f"{row[TEXT]},{row[TYPE]}"
                context.notes.append(f"{where}: a comma without quotes was put back into the text: {whole}")
                yield Record(where, {**row, TEXT: whole, TYPE: row[COST], COST: ""})
            else:
                yield Record(where, row)

    def _values(self, row: dict[str, Any], where: str) -> dict[str, Any]:
        label = row[self.config.label].strip()
        values = {"text": row[TEXT], "label": label, "asset": row[ASSET], "date": row[DATE]}
        if self.config.label != COST:
            return {**values, "labels": [one for one in label.split(SEVERAL) if one]}
        try:
            return {**values, "label": float(label)}
        except ValueError as error:
            hint = "correct the cost, or leave it empty"
            raise DataError(f"the cost is '{label}', not a number", where=where, hint=hint) from error

    def _missing(self) -> Iterator[Problem]:
        names = self.source.columns() or ()
        for name in (TEXT, ASSET, DATE, self.config.label):
            if name not in names:
                hint = "the raw table has Cost and PMType alone; the others are in the annotated one"
                yield Problem(
                    f"there is no column '{name}'; there are {', '.join(names)}", where=self.config.path, hint=hint
                )
