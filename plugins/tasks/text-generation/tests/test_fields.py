"""Fields are found as people write them; one without anything behind it is not filled."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from metier_text_generation.fields import filled, share_filled

NAMES = ("Assessment", "Plan", "诊断")
VALUE = st.text(st.characters(categories=("L", "N")), min_size=1, max_size=8)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Assessment: stable\nPlan: rest", {"Assessment": "stable", "Plan": "rest"}),
        ("## Assessment:\nstable\nfor now\n\n- **Plan:** rest", {"Assessment": "stable\nfor now", "Plan": "rest"}),
        ("1. **Assessment**: stable\n2) PLAN : rest", {"Assessment": "stable", "Plan": "rest"}),
        ("诊断：肺炎\nPlan:", {"诊断": "肺炎"}),
        ("Plan:\nAssessment: stable", {"Assessment": "stable"}),
        ("The plan: none. Assessment stable", {}),
        ("", {}),
        ('{"Plan": ["rest", "fluids"], "Assessment": "", "诊断": null}', {"Plan": '["rest", "fluids"]'}),
        ("[1, 2]", {}),
    ],
)
def test_what_is_filled_is_found(text: str, expected: dict[str, str]) -> None:
    assert filled(text, NAMES) == expected
    assert share_filled(text, NAMES) == pytest.approx(len(expected) / len(NAMES))


@given(st.dictionaries(st.sampled_from(NAMES), VALUE))
def test_lines_and_json_hold_the_same(values: dict[str, str]) -> None:
    lines = "\n".join(f"{name}: {value}" for name, value in values.items())
    assert filled(lines, NAMES) == filled(json.dumps(values), NAMES) == values
