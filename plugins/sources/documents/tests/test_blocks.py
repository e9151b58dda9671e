"""Blocks become pages, sections and wholes without loss, in order."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier_documents.blocks import Block, Piece, pages, paragraphs, render, row, sections, whole

Cut = Callable[[list[Block]], Iterator[Piece]]
TEXTS = st.text("abcé油", min_size=1, max_size=8)
BLOCKS = st.lists(
    st.builds(Block, TEXTS, st.sampled_from(["heading", "paragraph", "item", "row"]), st.integers(1, 3)), min_size=1
)


@pytest.mark.parametrize("cut", [sections, paragraphs])
@given(BLOCKS)
def test_pieces_hold_every_block_once_and_in_order(cut: Cut, blocks: list[Block]) -> None:
    found = "\n\n".join(piece.text for piece in cut(blocks))
    place = 0
    for block in blocks:
        place = found.index(block.text, place) + len(block.text)
    assert sum(map(len, found.split())) == sum(map(len, render(blocks).split()))


@pytest.mark.parametrize("cut", [sections, paragraphs])
@given(BLOCKS)
def test_only_the_last_piece_may_be_headings_alone(cut: Cut, blocks: list[Block]) -> None:
    for piece in list(cut(blocks))[:-1]:
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


def test_paragraphs_have_the_page_that_they_begin_on_and_tables_stay_whole() -> None:
    made = [
        Block("Fees", "heading", 1, 1),
        Block("Late fees", "heading", 2, 1),
        Block("Fees are due", page=1),
        Block("at once.", page=2, continues=True),
        Block("x | 1", "row", page=2),
        Block("y | 2", "row", page=2),
        Block("- one", "item", page=2),
        Block("- two", "item", page=2),
    ]
    assert [(piece.text, piece.page, piece.section) for piece in paragraphs(made)] == [
        ("# Fees\n\n## Late fees\n\nFees are due at once.", 1, "Fees > Late fees"),
        ("x | 1\ny | 2", 2, "Fees > Late fees"),
        ("- one", 2, "Fees > Late fees"),
        ("- two", 2, "Fees > Late fees"),
    ]


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
