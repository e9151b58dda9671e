"""The label sets of `education`."""

from __future__ import annotations

GRADES = ("correct", "contradictory", "incorrect")
"""A student's answer says what the reference says, says the contrary, or neither (SemEval-2013 task 7, three-way)."""

GRADES_FIVE = ("correct", "partially_correct_incomplete", "contradictory", "irrelevant", "non_domain")
"""The five-way scheme of the same task, as its files write it."""

LEVELS = ("elementary", "intermediate", "advanced")
"""How hard a text is to read for a learner of English."""

SUBJECTS = ("biology", "chemistry", "chinese", "geography", "history", "math", "physics", "political-science")
"""Subjects of the Chinese college entrance examination that are examined in Chinese."""

STUDENT_MOVES = (
    "none",
    "relating-to-another-student",
    "asking-for-more-information",
    "making-a-claim",
    "providing-evidence",
)
"""What a student's sentence does in a discussion, in the order of TalkMoves' numbers from 0."""

TEACHER_MOVES = (
    "none",
    "keeping-everyone-together",
    "getting-students-to-relate",
    "restating",
    "revoicing",
    "pressing-for-accuracy",
    "pressing-for-reasoning",
)
"""What a teacher's sentence does, in the order of TalkMoves' numbers from 0."""
