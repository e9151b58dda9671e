"""Measures the label model on published data: against a majority vote, and its accuracies against the true ones.

    python benchmarks/weak_labels.py --data ../shared/data
    python benchmarks/weak_labels.py --data ../shared/data --part prompts

The second measures a small language model that is asked prompts. The tables go into the README of metier-weak-label.
"""

from __future__ import annotations

import argparse
import csv
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from metier.components import Industry
from metier.discovery import discover
from metier.files import temporary_folder
from metier.offline import is_offline
from metier.pipeline.preparation import fetch_model
from metier.values import Use
from metier_weak_label._combining import TIE, combine
from metier_weak_label._dawid_skene import ABSTAIN
from metier_weak_label._votes import votes_of
from metier_weak_label.functions import functions_of
from metier_weak_label.options import PromptConfig, WeakLabelConfig

README = Path(__file__).parents[1] / "plugins" / "strategies" / "weak-label" / "README.md"
KNOWN = (0, 60, 120, 250, 500)
DRAWS = 5
HEADER = (
    "data",
    "people's rows",
    "majority vote, no ties",
    "label model, same rows",
    "label model, ties",
    "label model, sure rows",
    "accuracies off by",
    "counted off by",
)


@dataclass(frozen=True)
class Task:
    """Texts with people's labels, and functions."""

    name: str
    texts: list[str]
    labels: list[str]
    config: WeakLabelConfig
    industry: str


def phrasebank(data: Path, folder: Path) -> Task:
    """Return Financial PhraseBank with Loughran and McDonald's word lists, the lexicon of finance, and six patterns."""
    file = data / "finance" / "financial_phrasebank" / "Sentences_50Agree.txt"
    rows = [line.rsplit("@", 1) for line in file.read_text("latin-1").splitlines()]
    lists = {"positive": "Positive", "negative": "Negative", "neutral": "Uncertainty"}
    with (data / "finance" / "loughran_mcdonald" / "LM_categorised_words.csv").open(encoding="utf-8") as handle:
        words = list(csv.DictReader(handle))
    for label, column in lists.items():
        (folder / f"{label}.txt").write_text("\n".join(row["Word"] for row in words if row[column] != "0"), "utf-8")
    patterns = {
        "positive": [
            r"\b(rose|grew|increased|climbed|up) (by|to|from|\d)|\bcompared (to|with) a (net )?loss",
            r"\b(signed|won|awarded|received) .{0,40}(contract|order|agreement)",
        ],
        "negative": [
            r"\b(fell|decreased|dropped|declined|down|slid) (by|to|from|\d)|\bloss(es)? (of|totall?ed|widened)|lay ?off"
        ],
        "neutral": [
            r"\b(is|are) (a|an|the|based|located|listed|headquartered)\b|\b(employs|was founded)\b|\bdisclosed\b",
            r"\b(will|plans to|is to|to be)\b",
            r"^\D+$",
        ],
    }
    functions = [{"label": label, "pattern": one} for label, some in patterns.items() for one in some]
    functions += [{"label": label, "lexicon": f"{label}-direction"} for label in ("positive", "negative")]
    options = {"functions": functions, "word_lists": {label: str(folder / f"{label}.txt") for label in lists}}
    config = WeakLabelConfig.model_validate(options)
    return Task("Financial PhraseBank", [row[0] for row in rows], [row[1] for row in rows], config, "finance")


SYSTEMS: dict[str, list[str]] = {
    "Hydraulic System": ["hose|hoses|hyd|hydraulic|pump|valve|o ring|fitting", "slew|swing", "leak|leaks|leaking"],
    "Bucket": ["bucket|buckets", "tooth|teeth|adapter|adapters|lip|shroud|wear plate|clam", "grease line|grease lines"],
    "Engine": ["engine|engines|eng", "starter|start|alternator|air filter|oil filter|fan belt|smoke|coolant|battery"],
    "Superstructure": ["rail|rails|handrail|stair|stairs|ladder|walkway|deck|carbody|extinguisher"],
    "Hydraulic Cylinders": ["cyl|cylinder|cylinders"],
    "Final Drive": ["final drive|final drives|travel motor|sprocket|brake pack"],
}
"""Keywords of each system, a function an entry; written after a look at about a dozen orders of each system."""


def work_orders(data: Path, folder: Path) -> Task:
    """Return the work orders of excavators whose system is one of the six commonest, with keywords."""
    with (data / "manufacturing" / "excavators_mwo" / "excavators_annotated.csv").open(encoding="utf-8") as handle:
        rows = [row for row in csv.DictReader(handle) if row["MajorSystem"] in SYSTEMS]
    functions = [{"label": label, "keywords": words.split("|")} for label, some in SYSTEMS.items() for words in some]
    config = WeakLabelConfig.model_validate({"functions": functions})
    texts, labels = ([row[name] for row in rows] for name in ("OriginalShorttext", "MajorSystem"))
    return Task("work orders of excavators", texts, labels, config, "manufacturing")


def functions_told(task: Task, industry: Industry) -> Iterator[str]:
    """Yield a line a function: its coverage, and its true accuracy."""
    labels = sorted(set(task.labels))
    functions = functions_of(task.config, industry, labels)
    votes = votes_of(functions, task.texts, labels)
    true = np.array([labels.index(label) for label in task.labels])
    says = votes != ABSTAIN
    yield f"{task.name}: {len(true)} texts, {says.any(axis=1).mean():.1%} with a vote"
    for function, share, accuracy in zip(functions, says.mean(axis=0), _right(votes, true), strict=True):
        yield f"  {function.name:<42} coverage {share:.3f}  accuracy {accuracy:.3f}"


def rows_of(task: Task, industry: Industry) -> Iterator[str]:
    """Yield the table's rows of a task, means over draws of the rows that people labelled."""
    labels = sorted(set(task.labels))
    functions = functions_of(task.config, industry, labels)
    votes = votes_of(functions, task.texts, labels)
    true = np.array([labels.index(label) for label in task.labels])
    for number in KNOWN:
        draws = [np.random.default_rng(seed).permutation(len(true)) for seed in range(DRAWS)]
        found = [_figures(task, functions, votes, true, labels, order[:number], order[number:]) for order in draws]
        figures = [_figure(one) for one in np.array(found).mean(axis=0)]
        yield f"| {task.name} | {number} | {' | '.join(figures)} |"


def _right(votes: np.ndarray, true: np.ndarray) -> np.ndarray:
    """Return how often each function is right where it says a label (functions,)."""
    says = votes != ABSTAIN
    made: np.ndarray = ((votes == true[:, None]) & says).sum(axis=0) / says.sum(axis=0)
    return made


def _figures(
    task: Task, functions: Any, votes: np.ndarray, true: np.ndarray, labels: list[str], known: Any, rest: Any
) -> tuple[float, ...]:
    """Return the figures of one draw, on the rows that are not known and have a vote."""
    mine, truth = votes[rest], true[rest]
    said = (mine != ABSTAIN).any(axis=1)
    vote = task.config.model_copy(update={"combine": "majority-vote"})
    made = [combine(config, functions, mine, votes[known], true[known], labels) for config in (task.config, vote)]
    model, counted = ((one.labels == truth) for one in made)
    tied, sure = made[1].reasons == TIE, made[0].reasons == ""
    accuracies = made[0].accuracies
    assert accuracies is not None
    right = _right(votes, true)
    spoke = votes[known] != ABSTAIN
    by_hand = (((votes[known] == true[known, None]) & spoke).sum(axis=0) + 1) / (spoke.sum(axis=0) + 2)
    return (
        counted[said & ~tied].mean(),
        model[said & ~tied].mean(),
        model[said & tied].mean(),
        model[said & sure].mean(),
        np.abs(accuracies - right).mean(),
        np.abs(by_hand - right).mean() if len(known) else np.nan,
    )


MODEL = "starter:smollm2"
ASKED = 150
"""Sentences that prompts are asked of, drawn with seed 0."""
CONFIDENCES = (0.5, 0.8)
PROMPTS: tuple[tuple[str, dict[str, str]], ...] = (
    (
        "News: {text}\nIs this good, bad or neutral for the company? Answer:",
        {"negative": "bad", "neutral": "neutral", "positive": "good"},
    ),
    (
        "{text}\nAfter this news the share price of the company will",
        {"negative": "fall", "neutral": "stay the same", "positive": "rise"},
    ),
    ("{text}\nFor the company this is", {"negative": "bad news", "positive": "good news"}),
)
"""A question, a sentence to go on with, and one with two of the labels."""
ASKED_HEADER = (
    "prompt",
    "answers",
    "calibrated",
    *(f"{figure} from {confidence} on" for confidence in CONFIDENCES for figure in ("coverage", "accuracy")),
)


def asked(data: Path, folder: Path) -> Iterator[str]:
    """Yield a table of how often a small language model speaks, and is right, on sentences of Financial PhraseBank."""
    import torch

    from metier_weak_label._answers import AnswerScorer

    torch.set_num_threads(1)
    task = phrasebank(data, folder)
    drawn = np.random.default_rng(0).permutation(len(task.texts))[:ASKED]
    texts, true = [task.texts[row] for row in drawn], np.array([task.labels[row] for row in drawn])
    yield f"| {' | '.join(ASKED_HEADER)} |"
    yield f"|{'---|' * len(ASKED_HEADER)}"
    model, seconds = fetch_model(MODEL, discover(), offline=is_offline()), 0.0
    for prompt, answers in PROMPTS:
        shown = f"`{prompt.encode('unicode_escape').decode()}` | {', '.join(answers.values())}"
        scorer = AnswerScorer(model, PromptConfig(model=MODEL, prompt=prompt), answers, where="prompt")
        start = time.process_time()
        found, _ = scorer.normalised(texts)
        seconds += time.process_time() - start
        even = found / scorer.content_free
        for calibrated, shares in (("no", found), ("yes", even / even.sum(axis=1, keepdims=True))):
            said, right = shares.max(axis=1), np.array(list(answers))[shares.argmax(axis=1)] == true
            figures = [_figure(one) for least in CONFIDENCES for one in _spoken(said >= least, right)]
            yield f"| {shown} | {calibrated} | {' | '.join(figures)} |"
    commonest = max((true == label).mean() for label in set(true))
    yield ""
    yield (
        f"{MODEL} on {ASKED} sentences of Financial PhraseBank, of which the commonest label has {_figure(commonest)}; "
        f"{seconds / ASKED / len(PROMPTS):.1f} seconds of one core a text."
    )


def _spoken(speaks: np.ndarray, right: np.ndarray) -> tuple[float, float]:
    """Return the share of texts with a label, and of those that are right."""
    return speaks.mean(), right[speaks].mean() if speaks.any() else np.nan


def _figure(share: float) -> str:
    return "-" if np.isnan(share) else f"{share:.3f}".removeprefix("0")


def label_model(data: Path, folder: Path) -> Iterator[str]:
    """Yield the table of the label model."""
    yield f"| {' | '.join(HEADER)} |"
    yield f"|{'---|' * len(HEADER)}"
    for task in (phrasebank(data, folder), work_orders(data, folder)):
        industry = discover().create(Industry, Use(Industry.kind, task.industry))
        print("\n".join(functions_told(task, industry)), end="\n\n")
        yield from rows_of(task, industry)


PARTS = {"label-model": (label_model, "figures"), "prompts": (asked, "prompts")}
"""What can be measured, by which function, and the mark of its table in the README."""


def main() -> None:
    """Measure, print, and write the table."""
    import pages  # beside this file; the tests import the rest of it from elsewhere

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with finance/, medical/ and so on")
    parser.add_argument("--part", choices=PARTS, default="label-model", help="what to measure")
    given = parser.parse_args()
    measure, mark = PARTS[given.part]
    with temporary_folder() as folder:
        lines = list(measure(given.data, folder))
    table = "\n".join([f"<!-- {mark} -->", "", *lines, "", f"<!-- /{mark} -->"])
    print(table)
    pages.put(README, table)


if __name__ == "__main__":
    main()
