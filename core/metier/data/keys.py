"""Two views of a text that near-copies share: a key that is the same for equal texts, and words."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Iterator

_CJK = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
_WORD = re.compile(rf"[{_CJK}]|[^\W{_CJK}]+")


def folded(text: str) -> str:
    """Return the text without differences of case, width and spacing."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.casefold().split())


def key(text: str) -> str:
    """Return a digest that equal texts share, whatever their case, width and spacing."""
    return hashlib.blake2b(folded(text).encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def keys(texts: Iterable[str]) -> Iterator[str]:
    """Yield the key of each text."""
    return map(key, texts)


def words(text: str) -> list[str]:
    """Return the words, folded; of Chinese, Japanese and Korean each character is one."""
    return _WORD.findall(folded(text))
