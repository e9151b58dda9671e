"""The options that the README shows are options that there are."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from metier_pretraining.continued_pretraining import ContinuedPretrainingConfig

README = Path(__file__).parents[1] / "README.md"
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
SHOWN = [use for block in BLOCKS for use in yaml.safe_load(block)["adapt"]]


@pytest.mark.parametrize("use", SHOWN, ids=str)
def test_what_is_shown_is_valid(use: dict[str, Any]) -> None:
    options = {name: value for name, value in use.items() if name != "use"}
    assert use["use"] == "continued-pretraining"
    assert ContinuedPretrainingConfig.model_validate(options, strict=True)


def test_every_option_is_in_the_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \|", README.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(rows) == sorted(ContinuedPretrainingConfig.model_fields)
