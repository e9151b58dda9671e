"""Recipes with one fault each, for tests with fake components and for tests through the command line."""

from __future__ import annotations

from tests.faulty.component_cases import COMPONENT_CASES, MODEL_CASES
from tests.faulty.file_cases import EXTENDS_CASES, FILE_CASES
from tests.faulty.source_cases import COMMAND_LINE_CASES, SOURCE_CASES
from tests.faulty.value_cases import KEY_CASES, VALUE_CASES

CASES = [
    *(*FILE_CASES, *EXTENDS_CASES, *KEY_CASES, *VALUE_CASES, *COMPONENT_CASES),
    *(*MODEL_CASES, *SOURCE_CASES, *COMMAND_LINE_CASES),
]
"""Faults that a plan finds: exit code 2, and nothing is written."""
