"""What Resiliparse's rules need of the tree of a page before they are asked for its main text."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from resiliparse.parse.html import DocumentNode, Node

DEEPEST = 512
"""Elements in each other that a page may have: as many as Chrome keeps. The rules' time grows with the square."""
NESTED = 4
"""Elements around a list from which on it passes for text, not for the navigation of the site."""
LINKED = 0.5
"""Share of a list's text in links from which on it is navigation."""


def too_deep(document: DocumentNode) -> bool:
    """Return whether elements are nested deeper than `DEEPEST`."""
    node: Node | None = document
    depth = 0
    while node is not None:
        if (child := node.first_child) is not None:
            node, depth = child, depth + 1
            if depth > DEEPEST:
                return True
            continue
        while node is not None and node.next is None:
            node, depth = node.parent, depth - 1
        node = None if node is None else node.next
    return False


def deepen_lists(document: DocumentNode) -> None:
    """Put lists of text deeper into the tree: near its top all lists pass for navigation."""
    shallow = [node for node in document.query_selector_all("ul")[:] if _depth(node) < NESTED]
    for node in shallow:  # of a slice: to iterate over what is found takes time by the square
        length = _letters(node)
        linked = sum(map(_letters, node.query_selector_all("a")[:])) if length else 0
        if linked < LINKED * length:
            for _ in range(NESTED):
                around = document.create_element("div")
                node.replace_with(around)
                around.append(node)


def _letters(node: Node) -> int:
    return len("".join((node.text or "").split()))


def _depth(node: Node) -> int:
    depth = 0
    around = node.parent
    while around is not None and depth < NESTED + 2:
        around, depth = around.parent, depth + 1
    return depth - 2  # without html and body
