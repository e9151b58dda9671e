"""The contract of a transform: no row or text changes unsaid."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import pytest

from metier.components import Transform, TransformContext
from metier.testing.base import ComponentContract

if TYPE_CHECKING:
    from datasets import Dataset

SAMPLE: Mapping[str, Sequence[Any]] = {
    "id": [f"sample.csv:{row}" for row in range(2, 10)],
    "text": [
        "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn in the corresponding period of 2007.",
        "Operating profit rose to EUR 13.1 mn from EUR 8.7 mn in the corresponding period of 2007.",
        "The  companyâ€™s cafÃ© business\u00a0made a loss\x07 in March.",
        "",
        "ok",
        "该公司第三季度营业收入同比增长百分之二十。",
        "Sales fell; contact the office at +358 9 123 4567 or office@example.com for the annual report.",
        "Net sales were flat, and the board proposes no dividend for the year that ended in December.",
    ],
    "label": ["positive", "positive", "negative", "neutral", "neutral", "positive", "negative", "neutral"],
}
"""A duplicate, broken encoding, a control character, an empty and a short text, Chinese, personal data."""


class TransformContract(ComponentContract):
    """Tests of a transform, on `sample`."""

    component: ClassVar[type[Transform]]
    sample: ClassVar[Mapping[str, Sequence[Any]]] = SAMPLE
    """Columns of the rows to prepare; some must be such that the transform changes or drops them."""
    text_columns: ClassVar[tuple[str, ...]] = ("text",)
    label_column: ClassVar[str | None] = "label"

    def rows(self) -> Dataset:
        """Return the sample as a data set."""
        from datasets import Dataset

        return Dataset.from_dict(dict(self.sample))

    def context(self, *, seed: int = 13) -> TransformContext:
        """Return a fresh context."""
        return TransformContext(text_columns=self.text_columns, label_column=self.label_column, seed=seed)

    def test_sample_shows_what_it_does(self, made: Transform) -> None:
        """When it fails: give `options` or a `sample` on which the transform does something."""
        assert made.apply(self.rows(), self.context()).to_dict() != self.rows().to_dict()

    def test_ids_stay_and_stay_in_order(self, made: Transform) -> None:
        """When it fails: keep column `id`, invent no id twice, and leave the rows in the order they came in."""
        before, after = self.rows()["id"], made.apply(self.rows(), self.context())["id"]
        assert len(set(after)) == len(after), "an id occurs twice"
        kept = set(after)
        known = set(before)
        assert [row for row in after if row in known] == [row for row in before if row in kept]

    def test_columns_stay(self, made: Transform) -> None:
        """When it fails: add columns if need be, but drop none."""
        assert set(made.apply(self.rows(), self.context()).column_names) >= set(self.sample)

    def test_every_dropped_row_is_said(self, made: Transform) -> None:
        """When it fails: call `context.drop(reason, id, text)` once for each row that leaves."""
        context = self.context()
        kept = set(made.apply(self.rows(), context)["id"])
        gone = [row for row in self.rows()["id"] if row not in kept]
        assert sum(change.count for change in context.dropped.values()) == len(gone), (context.dropped, gone)
        examples = {example["id"] for change in context.dropped.values() for example in change.examples}
        assert examples <= set(gone), "a row is said to be dropped that stays"

    def test_every_changed_text_is_said(self, made: Transform) -> None:
        """When it fails: call `context.change(reason, id, before, after)` for each text that differs, and no other."""
        context = self.context()
        after = made.apply(self.rows(), context)
        old = self._texts(self.rows())
        differing = {row for row, texts in self._texts(after).items() if row in old and old[row] != texts}
        said = sum(change.count for change in context.changed.values())
        assert said >= len(differing), f"{len(differing)} rows differ, {said} changes are said"
        assert differing or not said, "changes are said, but no text differs"

    def _texts(self, rows: Dataset) -> dict[str, tuple[Any, ...]]:
        columns = [rows[column] for column in self.text_columns]
        return dict(zip(rows["id"], zip(*columns, strict=True), strict=True))

    def test_reasons_are_words(self, made: Transform) -> None:
        """When it fails: give reasons that a person understands in the report."""
        context = self.context()
        made.apply(self.rows(), context)
        assert all(reason.strip() for reason in (*context.changed, *context.dropped))

    def test_no_rows_stay_no_rows(self, made: Transform) -> None:
        """When it fails: let an empty data set through."""
        assert len(made.apply(self.rows().select([]), self.context())) == 0

    def test_input_is_left_alone(self, made: Transform) -> None:
        """When it fails: return new rows, and do not change those that came in."""
        rows = self.rows()
        made.apply(rows, self.context())
        assert rows.to_dict() == self.rows().to_dict()

    def test_same_seed_same_result(self, made: Transform) -> None:
        """When it fails: draw randomness from `context.seed` alone, and iterate over no sets."""
        first, second = self.context(), self.context()
        one = made.apply(self.rows(), first).to_dict()
        two = type(made)(made.config).apply(self.rows(), second).to_dict()
        assert one == two
        assert (first.changed, first.dropped) == (second.changed, second.dropped)

    def test_a_rowwise_step_may_be_done_in_pieces(self, made: Transform) -> None:
        """When it fails: return true from `rowwise` only where a row's fate depends on no other row."""
        if not made.rowwise():
            pytest.skip("it looks at several rows")
        rows, whole = self.rows(), self.context()
        expected = made.apply(rows, whole).to_list()
        half = len(rows) // 2
        first, second = self.context(), self.context()
        pieces = [(range(half), first), (range(half, len(rows)), second)]
        found = [row for some, context in pieces for row in type(made)(made.config).apply(rows.select(some), context)]
        assert found == expected
        for book in ("changed", "dropped"):
            counts = [{name: one.count for name, one in getattr(c, book).items()} for c in (whole, first, second)]
            assert {name: counts[1].get(name, 0) + counts[2].get(name, 0) for name in counts[0]} == counts[0]
