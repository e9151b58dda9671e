"""Measures how often a question's right text is found among the first, by words, by vectors and by both.

    python benchmarks/retrieval.py --data ../shared/data

MedQuAD's answers by their questions, and TAT-QA's paragraphs by questions whose answer is a span of one. The table goes
into the README of metier-retrieval.
"""

from __future__ import annotations

import argparse
import json
import random
import xml.etree.ElementTree as ET
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple, get_args

import numpy as np
import pages
from adaptation import line
from datasets import Dataset

from metier.components import FetchContext
from metier.files import temporary_folder
from metier.pipeline.preparation import cache_folder
from metier_retrieval.figures import RankFigures
from metier_retrieval.found import with_texts
from metier_retrieval.index import Index, write
from metier_retrieval.options import RetrievalOptions
from metier_retrieval.reading import listed
from metier_retrieval.tables import rank
from metier_retrieval.truth import PLACE, Truth
from metier_starter.starter import Starter

README = Path(__file__).parents[1] / "plugins" / "tasks" / "retrieval" / "README.md"
BEGIN, END = "<!-- written by benchmarks/retrieval.py -->", "<!-- end of what is written -->"
FIGURES = ("recall_at_1", "recall_at_5", "recall_at_10", "mrr_at_10")
HEAD = ("data", "retriever", "right text first", "among 5", "among 10", "MRR at 10")
QUESTIONS = 1000
LONGEST = 1000
"""Characters of an answer of MedQuAD that are looked for."""


class Task(NamedTuple):
    """Questions, the text that is right for each, and all texts."""

    title: str
    questions: Sequence[str]
    right: Sequence[str]
    texts: Sequence[str]


def medquad(data: Path) -> Task:
    """Return consumers' questions on health with their answers, drawn by chance."""
    pairs: dict[str, str] = {}
    for file in sorted((data / "medical" / "medquad").glob("*/*.xml")):
        for pair in ET.parse(file).getroot().iter("QAPair"):
            question, answer = (" ".join((pair.findtext(name) or "").split()) for name in ("Question", "Answer"))
            if question and answer:
                pairs.setdefault(answer[:LONGEST], question)
    drawn = random.Random(0).sample(sorted(pairs), min(QUESTIONS, len(pairs)))
    title = f"MedQuAD: {len(drawn):,} questions to as many answers"
    return Task(title, [pairs[answer] for answer in drawn], drawn, drawn)


def tatqa(data: Path) -> Task:
    """Return questions on reports whose answer is a span of one paragraph, and the paragraphs of all reports."""
    contexts = json.loads((data / "finance" / "tatqa" / "tatqa_dataset_dev.json").read_text("utf-8"))
    texts = list(dict.fromkeys(part["text"] for context in contexts for part in context["paragraphs"]))
    asked = []
    for context in contexts:
        paragraphs = {str(part["order"]): part["text"] for part in context["paragraphs"]}
        for question in context["questions"]:
            places = question.get("rel_paragraphs") or []
            if question["answer_type"] == "span" and question["answer_from"] == "text" and len(places) == 1:
                asked.append((question["question"], paragraphs[str(places[0])]))
    title = f"TAT-QA: {len(asked):,} questions to {len(texts):,} paragraphs"
    return Task(title, [question for question, _ in asked], [right for _, right in asked], texts)


def rows(task: Task, model: Path) -> Iterator[str]:
    """Yield the table's lines of a task, one a retriever."""
    corpus = Dataset.from_dict({"id": [str(number) for number in range(len(task.texts))], "text": list(task.texts)})
    given = Dataset.from_dict(
        {
            "id": [str(number) for number in range(len(task.questions))],
            "question": list(task.questions),
            "answers": list(task.right),
            "passage": list(task.right),
        }
    )
    for number, name in enumerate(get_args(RetrievalOptions.model_fields["retriever"].annotation)):
        options = RetrievalOptions(retriever=name)
        with temporary_folder() as folder:
            write(corpus, folder, options=options, model=model, columns=("text",), searched=("text",))
            index = Index(folder)
            found = with_texts(given, index, question="question", names=PLACE, read=5, judge=Truth(index).right)
            ranks = np.array([rank(listed(one)) for one in found["found"][:]])
        figures = RankFigures(ranks)(np.ones(len(ranks)))
        yield line("" if number else task.title, f"`{name}`", [f"{figures[figure]:.3f}" for figure in FIGURES])


def main() -> None:
    """Measure, print, and write the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, required=True, help="the folder with finance/, medical/ and so on")
    data: Path = parser.parse_args().data
    model = Starter().fetch("minilm", FetchContext(cache=cache_folder() / "starter", offline=True)).path
    lines = [line(*HEAD), f"|{'---|' * len(HEAD)}"]
    for task in (medquad(data), tatqa(data)):
        lines += rows(task, model)
    table = "\n".join([BEGIN, "", *lines, "", END])
    print(table)
    pages.put(README, table)


if __name__ == "__main__":
    main()
