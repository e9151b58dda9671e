"""Holds the tags of a file to one scheme: what two schemes write in different ways must not stand there in both."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from metier_annotations.schemes import BEGIN, END, SINGLE, TagError, parts, spans_of

ALPHABETS = ("BI", "IE", "BIES", "BILU", "BMES", "BMEW")
"""Letters that stand together: IOB1 and IOB2, IOE1 and IOE2, BIOES, BILOU, BMES, BMEWO."""


class OneScheme:
    """What the tags of a file have said of their scheme so far."""

    def __init__(self) -> None:
        self.letters: frozenset[str] = frozenset()
        self.marked: dict[str, bool] = {}
        """Whether entities begin, and end, with a tag of their own, where that is known."""

    def hold(self, tags: Sequence[str]) -> None:
        """Take in a sentence's tags; raises `TagError` for the first that is of another scheme than those before."""
        for place, tag in enumerate(tags):
            if not parts(tag, place)[0] or tag[0] in self.letters:
                continue
            if not any(self.letters | {tag[0]} <= set(alphabet) for alphabet in ALPHABETS):
                raise TagError(f"'{tag}' is of another scheme than {', '.join(sorted(self.letters))} before it", place)
            self.letters |= {tag[0]}
        for place, what, marked in _marks(tags):
            if self.marked.setdefault(what, marked) != marked:
                this, others = ("a tag of its own", "an inside") if marked else ("an inside", "a tag of its own")
                raise TagError(f"here an entity {what} with {this} ('{tags[place]}'), before it with {others}", place)


def _marks(tags: Sequence[str]) -> Iterator[tuple[int, str, bool]]:
    """Yield for each entity whether it `begins` and `ends` with a tag of its own, and that tag's place.

    IOB1 and IOE1 mark only where two entities of one label touch: such a border tells nothing.
    """
    found = spans_of(tags)
    ends = {(span.end, span.label) for span in found}
    starts = {(span.start, span.label) for span in found}
    for span in found:
        if (span.start, span.label) not in ends:
            yield span.start, "begins", parts(tags[span.start], span.start)[0] in (BEGIN, SINGLE)
        if (span.end, span.label) not in starts:
            yield span.end - 1, "ends", parts(tags[span.end - 1], span.end - 1)[0] in (END, SINGLE)
