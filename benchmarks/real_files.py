"""Runs the recipes from real files, as people download them, and writes the second table of docs/recipes.md.

    python benchmarks/real_files.py --data ../shared/data [finance/sentiment …] [--runs FOLDER] [--no-page] [--no-runs]

Each run is the recipe that ships with `data` from the files, trained for a bounded number of steps with three seeds,
offline, with one thread. What was trained is kept in the folder of runs, as `benchmarks/recipes.py` does it.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pages
from adaptation import line
from recipes import PAGE, finished, measured, run

from metier.environment import environment

BEGIN, END = "<!-- written by benchmarks/real_files.py -->", "<!-- end of real files -->"
HEAD = (
    "recipe",
    "file",
    "steps",
    "rows: train, test",
    "figure",
    "model",
    "best of what is simpler",
    "processor minutes, a seed",
)


@dataclass(frozen=True)
class RealFile:
    """A published data set that a recipe is run from."""

    title: str
    data: Mapping[str, Any]
    """The recipe's `data`, paths from the folder of all data."""
    steps: int = 200
    more: Mapping[str, Any] = field(default_factory=dict)
    """Further keys of the recipe."""

    def recipe(self, name: str, folder: Path) -> dict[str, Any]:
        """Return the recipe that extends the one of this name; `folder` is that of all data."""
        data = {key: _placed(value, folder) for key, value in self.data.items()}
        training = {"max_steps": self.steps, "eval_strategy": "no", "save_strategy": "no"}
        told = {"description": f"{name} from {self.title}", "ablate": False}
        common: dict[str, Any] = {"recipe": 1, "extends": name, **told, "data": data}
        return {**common, **self.more, "training": {**training, **self.more.get("training", {})}}


def _placed(value: Any, folder: Path) -> Any:
    """Return a source or split with its path below `folder`."""
    if isinstance(value, str):
        return str(folder / value)
    return {**value, "path": str(folder / value["path"])} if "path" in value else value


def _annotated(path: str, **options: Any) -> dict[str, Any]:
    return {"use": "annotations", "path": path, **options}


PUBLISHED = {"validation": 0.1}
"""Where the test rows are published, only validation rows are put aside."""
APART = {"validation": 0.1, "test": 0.2}
UPPER_CLASSES = {
    "machine": "PhysicalObject",
    "component": "PhysicalObject",
    "material": "PhysicalObject",
    "failure-mode": "State",
    "maintenance": "Activity",
}
"""MaintIE's class of each category of the lexicon of manufacturing."""
CONSULTATIONS = {
    "use": "csv",
    "path": "medical/chinese_medical_dialogue_zh/sample_internal_medicine_gb18030.csv",
    "columns": {"text": "ask", "label": "department"},
}
FILES = {
    "education/exam-subject-zh": RealFile(
        "GAOKAO-Bench, nine files", {"train": {"use": "gaokao-bench", "path": "education/gaokao_zh/*/*.json"}}
    ),
    "education/reading-level": RealFile(
        "OneStopEnglish",
        {"train": {"use": "one-stop-english", "path": "education/onestop_english"}},
        150,
        more={"training": {"per_device_train_batch_size": 16}},
    ),
    "education/writing-feedback": RealFile(
        "SciEntsBank, 3-way, unseen answers",
        {
            "train": {"use": "scientsbank", "path": "education/semeval2013_scientsbank_3way/train/*.xml"},
            "test": {"use": "scientsbank", "path": "education/semeval2013_scientsbank_3way/test-unseen-answers/*.xml"},
            "split": PUBLISHED,
        },
        300,
    ),
    "finance/customer-intent": RealFile(
        "BANKING77",
        {
            "train": {"use": "csv", "path": "finance/banking77/train.csv"},
            "test": {"use": "csv", "path": "finance/banking77/test.csv"},
            "split": PUBLISHED,
        },
        300,
    ),
    "finance/entities": RealFile(
        "SEC filings (CoNLL)",
        {
            "train": _annotated("finance/sec_filings_ner/train/*.txt"),
            "test": _annotated("finance/sec_filings_ner/test/*.txt"),
            "split": PUBLISHED,
        },
        500,
    ),
    "finance/report-analysis": RealFile(
        "TAT-QA, spans of paragraphs",
        {
            "train": {"use": "tat-qa", "path": "finance/tatqa/tatqa_dataset_dev.json", "part": "spans"},
            "test": {"use": "tat-qa", "path": "finance/tatqa/tatqa_dataset_test_gold.json", "part": "spans"},
            "split": {"validation": 0.1, "by": "group", "group": "table"},
        },
        150,
    ),
    "finance/sentiment": RealFile(
        "Financial PhraseBank, 50 % agree",
        {"train": {"use": "financial-phrasebank", "path": "finance/financial_phrasebank/Sentences_50Agree.txt"}},
        150,
        more={"adapt": []},
    ),
    "finance/sentiment-zh": RealFile(
        "FinFE of FinCUGE",
        {
            "train": {"use": "fincuge-finfe", "path": "finance/fincuge_finfe_zh/train_list.json"},
            "test": {"use": "fincuge-finfe", "path": "finance/fincuge_finfe_zh/eval_list.json"},
            "split": PUBLISHED,
        },
        150,
    ),
    "legal/clause-classification": RealFile(
        "CUAD, twelve categories",
        {"train": {"use": "cuad", "path": "legal/cuad/master_clauses.csv"}},
        100,
        more={"adapt": []},
    ),
    "legal/dispute-focus-zh": RealFile(
        "LawBench 2-2", {"train": {"use": "lawbench", "path": "legal/lawbench_zh/2-2.json"}}, 120
    ),
    "legal/entities": RealFile(
        "German LER",
        {
            "train": _annotated("legal/german_ler/ler_dev.conll"),
            "test": _annotated("legal/german_ler/ler_test.conll"),
            "split": PUBLISHED,
        },
        300,
    ),
    "manufacturing/entities": RealFile(
        "MaintIE, five upper classes",
        {"train": _annotated("manufacturing/maintie/gold_release.json", label_depth=1), "split": APART},
        400,
        more={"task": {"use": "token-classification", "on_overlap": "longest", "lexicon_labels": UPPER_CLASSES}},
    ),
    "manufacturing/fault-to-action": RealFile(
        "NASA LLIS, event to recommendation",
        {
            "train": {
                "use": "nasa-llis",
                "path": "manufacturing/nasa_llis/llis.jsonl",
                "parts": ["driving_event"],
                "columns": {"answer": "recommendation"},
            }
        },
        30,
        more={"task": {"max_new_tokens": 64}, "training": {"max_length": 256}},
    ),
    "manufacturing/work-order-triage": RealFile(
        "NIST's excavators, major system",
        {
            "train": {"use": "nestor-work-orders", "path": "manufacturing/excavators_mwo/excavators_annotated.csv"},
            "split": {"validation": 0.1, "test": 0.25},
        },
        600,
        more={"task": {"use": "text-classification", "pooling": "mean", "multi_label": True}},
    ),
    "medical/department-zh": RealFile("Chinese medical dialogues, internal medicine", {"train": CONSULTATIONS}, 80),
    "medical/entities": RealFile(
        "NCBI disease (CoNLL)",
        {
            "train": _annotated("medical/ncbi_disease_ner/train.tsv"),
            "validation": _annotated("medical/ncbi_disease_ner/devel.tsv"),
            "test": _annotated("medical/ncbi_disease_ner/test.tsv"),
            "split": {"validation": 0},
        },
        500,
    ),
    "medical/record-generation": RealFile(
        "MTS-Dialog, validation file",
        {
            "train": {"use": "mts-dialog", "path": "medical/mts_dialog/MTS-Dialog-TrainingSet.csv"},
            "test": {"use": "mts-dialog", "path": "medical/mts_dialog/MTS-Dialog-ValidationSet.csv"},
            "split": {"validation": 0},
        },
        30,
        more={"task": {"max_new_tokens": 96}, "training": {"max_length": 320}},
    ),
}
"""Recipe to file. The others have none in the folder of real data."""


def rows(names: Sequence[str], data: Path, folder: Path, seeds: int, *, runs: bool) -> Iterator[str]:
    """Yield the table's lines, each as its run is done; without `runs`, those of what was run before."""
    for name in names or FILES:
        chosen, place = FILES[name], folder / "recipes" / f"{name.replace('/', '-')}.yaml"
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(json.dumps(chosen.recipe(name, data.resolve()), indent=1, ensure_ascii=False), "utf-8")
        latest = run(str(place), folder / place.stem, seeds) if runs else finished(folder / place.stem, seeds)
        if latest is None:
            print(f"{name}: not run yet")
            continue
        made = line(name, chosen.title, str(chosen.steps), *measured(latest))
        print(made, flush=True)
        yield made


def write(page: Path, lines: Sequence[str], seeds: int) -> None:
    """Put what was measured into the page, in place of what was there."""
    facts = environment()
    missing = "" if len(lines) == len(FILES) else ", or were not run"
    how = (
        "The same recipes from published files, whole, in the formats in which people download them: the recipe "
        "extended by `data`, with the label set of the file, and training bounded to so many steps, which for the "
        "larger files is an epoch or two. Published test rows where there are some, else a fifth to a quarter of all. "
        f"{seeds} seeds, as above. The recipes that are not here have no published file of their kind "
        f"at hand{missing}; `medical/diagnosis-chapter` has the published codes as its sample. "
        f"{facts['processor']}, {facts['cores']} cores."
    )
    parts = [BEGIN, "", "## From real files", "", how, "", line(*HEAD), f"|{'---|' * len(HEAD)}", *lines, "", END]
    pages.put(page, "\n".join(parts))


def main() -> None:
    """Run what is asked for, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", choices=[*FILES, []], help="recipes; all where none is named")
    parser.add_argument("--data", type=Path, required=True, help="the folder with finance/, medical/ and so on")
    parser.add_argument("--runs", type=Path, default=Path("runs-of-files"))
    parser.add_argument("--seeds", type=int, default=3)
    parser.add_argument("--no-runs", action="store_true", help="write of what was run before, and run nothing")
    parser.add_argument("--no-page", action="store_true", help="leave the page as it is")
    options = parser.parse_args()
    lines = list(rows(options.names, options.data, options.runs, options.seeds, runs=not options.no_runs))
    if not options.no_page:
        write(PAGE, lines, options.seeds)


if __name__ == "__main__":
    main()
