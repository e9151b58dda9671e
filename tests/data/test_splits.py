"""Splits partition rows by content, whatever their order, and keep copies, groups and labels where they belong."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from metier.data.splits import Method, Shares, Side, split
from metier.errors import DataError

ROWS = st.lists(st.tuples(st.integers(0, 40), st.sampled_from("abc"), st.integers(0, 7)), min_size=6, max_size=60)
SHARES = st.sampled_from([Shares(0.1, 0.2), Shares(0.0, 0.3), Shares(0.25, 0.25)])


def sides_of(rows: list[tuple[int, str, int]], shares: Shares, by: Method) -> list[Side] | None:
    try:
        return split(
            [f"text {number}" for number, _, _ in rows],
            shares,
            by=by,
            labels=[[label] for _, label, _ in rows],
            groups=[group for _, _, group in rows],
        )
    except DataError:
        return None


@settings(max_examples=200, deadline=None)
@given(rows=ROWS, shares=SHARES, by=st.sampled_from(["stratified", "hash", "group"]), random=st.randoms())
def test_a_split_goes_by_content(rows: list[tuple[int, str, int]], shares: Shares, by: Method, random: object) -> None:
    sides = sides_of(rows, shares, by)
    order = list(range(len(rows)))
    random.shuffle(order)  # type: ignore[attr-defined]
    turned = sides_of([rows[place] for place in order], shares, by)
    if sides is None:
        assert turned is None
        return
    assert turned == [sides[place] for place in order]
    assert set(sides) == {"train", "test"} | ({"validation"} if shares.validation else set())
    for unit in (0, 2) if by == "group" else (0,):
        homes: dict[object, set[Side]] = {}
        for row, side in zip(rows, sides, strict=True):
            homes.setdefault(row[unit] if by != "group" else row[2], set()).add(side)
        assert all(len(home) == 1 for home in homes.values())
    train = {row[1] for row, side in zip(rows, sides, strict=True) if side == "train"}
    assert train == {label for _, label, _ in rows}


@settings(max_examples=60, deadline=None)
@given(counts=st.lists(st.integers(1, 300), min_size=2, max_size=5), shares=SHARES)
def test_strata_keep_their_shares(counts: list[int], shares: Shares) -> None:
    labels = [f"label {number}" for number, count in enumerate(counts) for _ in range(count)]
    assume(len(labels) > 40)
    sides = split([f"text {row}" for row in range(len(labels))], shares, labels=[[label] for label in labels])
    found = Counter(zip(labels, sides, strict=True))
    for number, count in enumerate(counts):
        for side, share in shares.by_side().items():
            assert abs(found[f"label {number}", side] - share * count) <= 2
        assert found[f"label {number}", "train"] >= 1
    if min(counts) > 5:
        for side, share in shares.by_side().items():
            assert abs(sides.count(side) - share * len(labels)) <= 2


def test_hash_keeps_rows_in_place_as_others_come() -> None:
    keys = [f"text {row}" for row in range(1000)]
    few, many = split(keys[:500], Shares(0.1, 0.2), by="hash"), split(keys, Shares(0.1, 0.2), by="hash")
    assert many[:500] == few
    assert 0.16 < many.count("test") / 1000 < 0.24


def test_groups_come_near_to_their_shares() -> None:
    groups = [f"g{row % 50}" for row in range(1000)]
    sides = split([f"t{row}" for row in range(1000)], Shares(0.1, 0.2), by="group", groups=groups)
    assert sides.count("test") == 200
    assert sides.count("validation") == 100


def test_tiny_labels_are_in_train_and_the_total_comes_out() -> None:
    labels = [[f"label {row // 2}"] for row in range(200)]
    sides = split([f"text {row}" for row in range(200)], Shares(0.0, 0.2), labels=labels)
    assert sides.count("test") == 40
    assert {label for (label,), side in zip(labels, sides, strict=True) if side == "train"} == {
        one for (one,) in labels
    }


def test_several_labels_a_row() -> None:
    labels = [["common", "rare"] if row % 20 == 0 else ["common"] for row in range(200)]
    sides = split([f"text {row}" for row in range(200)], Shares(0.0, 0.2), labels=labels)
    assert sum("rare" in mine for mine, side in zip(labels, sides, strict=True) if side == "test") == 2


@pytest.mark.parametrize(
    ("keys", "by", "groups", "message"),
    [
        (["a", "a"], "stratified", None, "1 different texts cannot make 2 splits"),
        (["a", "b", "c"], "group", ["x", "x", "x"], "1 groups cannot make 2 splits"),
        (["a", "b", "c"], "group", ["x", None, "y"], "some rows have no group"),
        (["a", "b", "c"], "group", None, "some rows have no group"),
        (["a", "b"], "stratified", None, "the test split comes out empty"),
    ],
)
def test_what_cannot_be_split_is_an_error(
    keys: list[str], by: Method, groups: list[object] | None, message: str
) -> None:
    with pytest.raises(DataError, match=message):
        split(keys, Shares(0.0, 0.2), by=by, groups=groups)
