"""Words of a text as BM25 counts them: in small letters, and of Chinese as jieba cuts it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from metier.data.keys import folded

HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
RUN = re.compile(rf"[{HAN}]+|[^\W{HAN}]+")
"""A run of Han characters, or of other letters and digits."""


def words(text: str) -> list[str]:
    """Return the words of a text, without differences of case and width, in order.

    A run of Han characters is cut as a search engine does: into its words, and the shorter words within long ones.
    """
    return list(_words(folded(text)))


def _words(text: str) -> Iterator[str]:
    for run in RUN.findall(text):
        if run[0] >= "\u3400" and re.match(f"[{HAN}]", run):
            from metier_retrieval._jieba import cut

            yield from cut(run)
        else:
            yield run
