"""How an answer is compared with the true ones: as SQuAD's script does, or by characters as CMRC 2018's does."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Literal

Match = Literal["words", "characters"]
NO_ANSWER = ""
PUNCTUATION = str.maketrans("", "", string.punctuation)
ARTICLES = re.compile(r"\b(a|an|the)\b")
SIGNS = str.maketrans("", "", "-:_*^/\\~`+=，。：？！“”；’《》·、「」（）－～『』")
"""What CMRC's script takes out."""
SEGMENT = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\d+(?:[.,]\d+)*|(?:(?![\u3040-\u30ff\u3400-\u9fff])\w)+|[^\w\s]")
"""A Han or kana character, a number, another word, any other sign; CMRC's script has NLTK cut the last three."""
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f]")
"""Characters of scripts that put no space between words: kana, Han, Thai."""
UNSPACED_SHARE = 0.2


def exact_match(answer: str, references: Sequence[str], match: Match) -> float:
    """Return 1 where an answer is one of the true ones, normalised; else 0."""
    said = _normalised(answer, match)
    return float(any(said == _normalised(one, match) for one in _kept(references, match)))


def f1(answer: str, references: Sequence[str], match: Match) -> float:
    """Return the harmonic mean of precision and recall of an answer's parts, for the true answer that is nearest.

    Parts are words, of which those in both count (Rajpurkar et al. 2016); or characters, of which the longest run in
    both counts (Cui et al. 2019). Where one of both is empty it is 1 if the other is, too (Rajpurkar et al. 2018).
    """
    said = _parts(answer, match)
    return max(_f1(said, _parts(one, match), match) for one in _kept(references, match))


def match_of(texts: Sequence[str]) -> Match:
    """Return `characters` where texts are mostly of a script that puts no space between words."""
    letters = sum(character.isalpha() for text in texts for character in text)
    return "characters" if sum(len(UNSPACED.findall(text)) for text in texts) > UNSPACED_SHARE * letters else "words"


def _kept(references: Sequence[str], match: Match) -> Sequence[str]:
    """Return the true answers of which something is left; where there is none, that there is no answer."""
    return [one for one in references if _normalised(one, match)] or [NO_ANSWER]


def _normalised(text: str, match: Match) -> str:
    if match == "characters":
        return text.lower().strip().translate(SIGNS)
    return " ".join(ARTICLES.sub(" ", text.lower().translate(PUNCTUATION)).split())


def _parts(text: str, match: Match) -> list[str]:
    normalised = _normalised(text, match)
    return SEGMENT.findall(normalised) if match == "characters" else normalised.split()


def _f1(said: Sequence[str], true: Sequence[str], match: Match) -> float:
    if not said or not true:
        return float(said == true)
    if match == "characters":
        common = SequenceMatcher(None, said, true, autojunk=False).find_longest_match().size
    else:
        common = sum((Counter(said) & Counter(true)).values())
    return 2 * common / (len(said) + len(true))
