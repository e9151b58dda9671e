"""CoNLL files: a token a line with its tag in a column, an empty line behind each sentence."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from metier.errors import DataError
from metier_annotations.annotated import Annotated, aligned
from metier_annotations.one_scheme import OneScheme
from metier_annotations.schemes import TagError, spans_of

Join = Literal["auto", "space", "none"]
DOCUMENT = "-DOCSTART-"
COMMENT = re.compile(r"# ?[\w.:]+ =")
"""How CoNLL-U writes a comment where no tab tells it from a token."""
TEXT = "# text ="
"""The comment that has the sentence as it was before it was cut into tokens."""
UNSPACED = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\u0e00-\u0e7f\u3000-\u303f\uff00-\uffef]")
"""Characters of scripts that put no space between words, and their punctuation."""
Line = tuple[int, str]
Cells = tuple[int, list[str]]


@dataclass(frozen=True)
class Columns:
    """How a file is laid out."""

    token: int = 0
    tag: int = -1
    join: Join = "auto"
    one_scheme: bool = True
    """Whether all its tags must be of one scheme."""

    def sentences(self, lines: Iterable[str], where: str) -> Iterator[tuple[int, Annotated]]:
        """Yield each sentence with the number of its first line; raises `DataError` with the line at fault."""
        scheme = OneScheme() if self.one_scheme else None
        numbered = ((number, line.rstrip("\r\n")) for number, line in enumerate(lines, start=1))
        for full, block in itertools.groupby(numbered, key=lambda one: not _is_border(one[1])):
            comments, tokens = _apart(list(block)) if full else ([], [])
            if tokens:
                yield tokens[0][0], self._sentence(comments, tokens, where, scheme)

    def _sentence(
        self, comments: Sequence[str], tokens: Sequence[Cells], where: str, scheme: OneScheme | None
    ) -> Annotated:
        words, tags = self._words(tokens, where)
        try:
            if scheme is not None:
                scheme.hold(tags)
            found = spans_of(tags)
        except TagError as error:
            hint = "correct the tag; if another column has the tags, say `column: 3`; `scheme: any` takes mixed ones"
            raise DataError(str(error), where=f"{where}:{tokens[error.place][0]}", hint=hint) from error
        said = next((one.removeprefix(TEXT)[1:] for one in comments if one.startswith(TEXT)), None)
        places = None if said is None else aligned(said, words)
        remark = "" if said is None or places else "sentences differ from their `# text`; their tokens were joined"
        text, places = joined(words, self.join) if said is None or places is None else (said, places)
        spans = [{"start": places[one.start][0], "end": places[one.end - 1][1], "label": one.label} for one in found]
        return Annotated(text, spans, remark)

    def _words(self, tokens: Sequence[Cells], where: str) -> tuple[list[str], list[str]]:
        """Return the tokens and their tags."""
        width = len(tokens[0][1])
        for number, cells in tokens:
            if len(cells) < 2 or len(cells) != width:
                hint = "give each token its columns, and an empty line between sentences"
                raise DataError(
                    f"{len(cells)} columns where the sentence has {width}", where=f"{where}:{number}", hint=hint
                )
        for column in (self.token, self.tag):
            if not -width <= column < width:
                hint = f"columns count from 0, or from the end with -1; there are {width}"
                raise DataError(f"there is no column {column}", where=f"{where}:{tokens[0][0]}", hint=hint)
        for number, cells in tokens:
            if not cells[self.token]:
                hint = "give the line a token; the line between two sentences is empty"
                raise DataError("a tag without a token", where=f"{where}:{number}", hint=hint)
        return [cells[self.token] for _, cells in tokens], [cells[self.tag] for _, cells in tokens]


def joined(tokens: Sequence[str], join: Join) -> tuple[str, list[tuple[int, int]]]:
    """Return the text of tokens, and where each lies; `auto` puts no space between characters that have none."""
    text, places = "", []
    for token in tokens:
        apart = bool(text) and (
            join == "space" or (join == "auto" and not (UNSPACED.match(token[0]) and UNSPACED.match(text[-1])))
        )
        text += " " if apart else ""
        places.append((len(text), len(text) + len(token)))
        text += token
    return text, places


def _is_border(line: str) -> bool:
    """Return whether a line stands between sentences: it is empty, or the mark of a document."""
    return not line.strip() or line.split(maxsplit=1)[0] == DOCUMENT


def _apart(block: Sequence[Line]) -> tuple[list[str], list[Cells]]:
    """Return a block's comments, and the cells of its tokens; where tabs part cells, a `#` without one is a comment."""
    said = {number for number, line in block if line.startswith(TEXT)}
    tabs = any("\t" in line for number, line in block if number not in said)
    comments, tokens = [], []
    for number, line in block:
        if number in said or ("\t" not in line and line.startswith("#") and (tabs or COMMENT.match(line))):
            comments.append(line)
        else:
            cells = line.split("\t") if tabs else re.split(" +", line.strip(" "))
            tokens.append((number, [cell.strip() for cell in cells]))
    return comments, tokens
