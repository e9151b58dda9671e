"""What is to be known of each labelling function: how much it says, how often it stands alone, how often it is right.

Coverage, overlaps, conflicts and polarity are those of Ratner et al. 2017, *Snorkel*.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from metier.values import TableDetail
from metier_weak_label._dawid_skene import ABSTAIN
from metier_weak_label.functions import LabellingFunction

COLUMNS = ("function", "says", "coverage", "overlaps", "conflicts", "estimated accuracy", "accuracy on people's rows")


@dataclass(frozen=True, slots=True)
class FunctionSummary:
    """One function's figures, as shares of the corpus' texts."""

    name: str
    polarity: tuple[str, ...]
    """The labels that it said."""
    coverage: float
    """Where it says a label."""
    overlaps: float
    """Where another does, too."""
    conflicts: float
    """Where another says a different one."""
    estimated: float | None
    """How often it is right where it says a label, by the label model."""
    right: int
    """On how many of people's rows it says their label."""
    judged: int
    """On how many of people's rows it says a label."""

    def cells(self) -> list[str]:
        """Return the figures as a row of a table with `COLUMNS`."""
        measured = f"{self.right / self.judged:.2f} ({self.right} of {self.judged})" if self.judged else "-"
        shares = (f"{share:.3f}" for share in (self.coverage, self.overlaps, self.conflicts))
        said = ", ".join(self.polarity) or "-"
        return [self.name, said, *shares, "-" if self.estimated is None else f"{self.estimated:.2f}", measured]

    @staticmethod
    def detail(functions: Sequence[FunctionSummary]) -> TableDetail:
        """Return the table for the report."""
        return TableDetail("Labelling functions", COLUMNS, tuple(tuple(one.cells()) for one in functions))

    @staticmethod
    def table(functions: Sequence[FunctionSummary]) -> Iterator[str]:
        """Yield the lines of a plain table."""
        rows = [list(COLUMNS), *(function.cells() for function in functions)]
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        for row in rows:
            yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()


def summaries(
    functions: Sequence[LabellingFunction],
    votes: np.ndarray,
    known_votes: np.ndarray,
    known: np.ndarray,
    labels: Sequence[str],
    accuracies: np.ndarray | None,
) -> list[FunctionSummary]:
    """Return the figures of each function, from `votes` (texts, functions) and those on people's rows."""
    made = []
    for number, function in enumerate(functions):
        mine, others = votes[:, [number]], np.delete(votes, number, axis=1)
        says, heard = mine != ABSTAIN, others != ABSTAIN
        spoke = known_votes[:, number] != ABSTAIN
        made.append(
            FunctionSummary(
                name=function.name,
                polarity=tuple(labels[place] for place in sorted(set(mine[says].tolist()))),
                coverage=_share(says[:, 0]),
                overlaps=_share((says & heard).any(axis=1)),
                conflicts=_share((says & heard & (others != mine)).any(axis=1)),
                estimated=None if accuracies is None or not says.any() else float(accuracies[number]),
                right=int((known_votes[spoke, number] == known[spoke]).sum()),
                judged=int(spoke.sum()),
            )
        )
    return made


def _share(marked: np.ndarray) -> float:
    return float(marked.mean()) if len(marked) else 0.0
