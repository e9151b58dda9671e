"""Blocks become pages, sections and wholes without loss, in order."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier_documents.blocks import Block, pages, render, row, sections, whole

TEXTS = st.text("abcé油", min_size=1, max_size=8)
BLOCKS = st.lists(
    st.builds(Block, TEXTS, st.sampled_from(["heading", "paragraph", "item", "row"]), st.integers(1, 3)), min_size=1
)


@given(BLOCKS)
def test_sections_hold_every_block_once_and_in_order(blocks: list[Block]) -> None:
    found = "\n\n".join(piece.text for piece in sections(blocks))
    place = 0
    for block in blocks:
        place = found.index(block.text, place) + len(block.text)
    assert sum(map(len, found.split())) == sum(map(len, render(blocks).split()))


@given(BLOCKS)
def test_only_the_last_section_may_be_headings_alone(blocks: list[Block]) -> None:
    for piece in list(sections(blocks))[:-1]:
        assert any(not line.startswith("#") for line in piece.text.splitlines() if line)


def test_the_section_is_the_way_of_headings() -> None:
    made = [
        Block("Report", "heading", 1, 1),
        Block("a", page=1),
        Block("Pump", "heading", 2, 1),
        Block("b", page=2),
        Block("Seal", "heading", 2, 2),
        Block("c", page=2),
        Block("Annex", "heading", 1, 3),
    ]
    assert [piece.section for piece in sections(made)] == ["Report", "Report > Pump", "Report > Seal", "Annex"]
    assert [(piece.page, piece.section) for piece in pages(made)] == [(1, "Report"), (2, "Report > Pump"), (3, "Annex")]
    assert [piece.page for piece in whole(made)] == [None]


def test_blocks_are_written_as_markdown_has_them() -> None:
    made = [
        Block("A\nB", "heading", 2),
        Block("- one", "item"),
        Block("- two", "item", 2),
        Block("x | y", "row"),
        Block("z", "row"),
        Block("The pump lost", page=1),
        Block("pressure.", page=2, continues=True),
    ]
    assert render(made) == "## A B\n\n- one\n  - two\n\nx | y\nz\n\nThe pump lost pressure."


@pytest.mark.parametrize(
    ("cells", "text"), [(["a ", "", "c", ""], "a |  | c"), (["a\nb", "c"], "a b | c"), (["", ""], None)]
)
def test_rows_keep_the_place_of_their_cells(cells: list[str], text: str | None) -> None:
    made = row(cells)
    assert (made and made.text) == text
