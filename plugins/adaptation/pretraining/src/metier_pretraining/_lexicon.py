"""Finds an industry's terms in a text."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from metier.values import Term
from metier_pretraining._chinese import HAN

CHINESE = f"{HAN}\uf900-\ufaff\U00020000-\U0002fa1f"
"""Characters that are words by themselves, as BERT's tokenizer takes them (Devlin et al. 2019, multilingual models)."""
IS_CHINESE = re.compile(f"[{CHINESE}]")
PARTS = re.compile(rf"[{CHINESE}]|[^\W{CHINESE}]+|[^\w\s]")
"""A Chinese character, a word, or a sign."""
END = ""
"""Marks in the tree of terms that one ends here; no part of a text is empty."""
Tree = dict[str, Any]


def surface_forms(terms: Iterable[Term]) -> tuple[str, ...]:
    """Return every way in which terms are written, sorted: the term, its synonyms, its Chinese name."""
    return tuple(sorted({form for term in terms for form in (term.term, *term.synonyms, term.chinese) if form.strip()}))


def find_terms(text: str, forms: Sequence[str]) -> list[tuple[int, int]]:
    """Return where `forms` stand in `text` as (start, end), in order and apart; of two that begin alike, the longer.

    Words are whole ones (`bond` is not in `bondage`), in any case, with any space between; a word of capitals
    (`IT`) is matched in capitals alone. Chinese needs no space around it.
    """
    tree = _tree(tuple(forms))
    parts = [(one.group(), one.start(), one.end()) for one in PARTS.finditer(text)]
    found, place = [], 0
    while place < len(parts):
        end = _longest(tree, parts, place)
        if end > place:
            found.append((parts[place][1], parts[end - 1][2]))
        place = max(place + 1, end)
    return found


def _longest(tree: Tree, parts: Sequence[tuple[str, int, int]], place: int) -> int:
    """Return where the longest term ends that begins with the part at `place`, counted in parts; 0 for none."""
    best = place if END in tree else 0
    if place < len(parts):
        word = parts[place][0]
        for key in {word, word.casefold()}:
            if key in tree:
                best = max(best, _longest(tree[key], parts, place + 1))
    return best


@lru_cache(maxsize=4)
def _tree(forms: tuple[str, ...]) -> Tree:
    tree: Tree = {}
    for form in forms:
        node = tree
        for part in PARTS.findall(form):
            node = node.setdefault(part if len(part) > 1 and part.isupper() else part.casefold(), {})
        if node is not tree:
            node[END] = {}
    return tree
