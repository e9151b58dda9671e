"""Cuts Chinese into words; everything that imports jieba is here."""

from __future__ import annotations

import functools
import logging
from collections.abc import Iterable

import jieba

from metier.files import temporary_folder


def cut(run: str) -> Iterable[str]:
    """Return the words of a run of Han characters, and the shorter words within long ones."""
    found: Iterable[str] = _tokenizer().cut_for_search(run)
    return found


@functools.cache
def _tokenizer() -> jieba.Tokenizer:
    """Return jieba's tokenizer with its dictionary, read once.

    It would keep what it read in a file that all users of the machine share, and trust whatever lies there: it is given
    a folder of its own.
    """
    jieba.setLogLevel(logging.WARNING)
    tokenizer = jieba.Tokenizer()
    with temporary_folder() as folder:
        tokenizer.tmp_dir = str(folder)
        tokenizer.initialize()
    return tokenizer
