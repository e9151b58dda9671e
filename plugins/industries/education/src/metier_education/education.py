"""The industry `education`: its words, label sets, sensitive data and recipes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import ClassVar

from metier.components import Industry
from metier.lexicon import read_lexicon
from metier.values import Term
from metier_education import labels

HERE = Path(__file__).parent


class Education(Industry):
    """What the trade of education knows: teaching, assessment, learning, literacy and school life."""

    name: ClassVar[str] = "education"

    def lexicon(self) -> Sequence[Term]:
        """Return educational terms with categories, synonyms and Chinese names."""
        return read_lexicon(HERE / "data" / "lexicon.csv")

    def label_sets(self) -> Mapping[str, Sequence[str]]:
        """Return the labels of the recipes, finer grades of answers, and what talk does in class."""
        return {
            "writing-feedback": labels.GRADES,
            "reading-level": labels.LEVELS,
            "exam-subject-zh": labels.SUBJECTS,
            "grade-five": labels.GRADES_FIVE,
            "student-move": labels.STUDENT_MOVES,
            "teacher-move": labels.TEACHER_MOVES,
        }

    def sensitive_patterns(self) -> Mapping[str, str]:
        """Return patterns of students' numbers and dates of birth."""
        from metier_education.sensitive import PATTERNS

        return PATTERNS

    def recipes(self) -> Mapping[str, Path]:
        """Return the recipes that run as they stand."""
        return {path.stem: path for path in sorted((HERE / "recipes").glob("*.yaml"))}
