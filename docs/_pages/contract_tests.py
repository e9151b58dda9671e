"""The page of all contract tests: what each asks for, and what to do when it fails."""

from __future__ import annotations

import inspect

from metier import testing
from metier.testing.guard import contract_tests

INTRODUCTION = """# Contract tests

Every test that the contract kit brings, by contract, and what to do when it fails. All of them are run by
`metier plugins check PATH`.
"""


def page() -> str:
    """Return the page."""
    common = contract_tests(testing.ComponentContract)
    parts = [INTRODUCTION, _section(testing.ComponentContract, set())]
    for name in testing.__all__:
        if name != "ComponentContract":
            parts.append(_section(getattr(testing, name), set(common)))
    return "\n".join(parts)


def _section(contract: type, leave_out: set[str]) -> str:
    lines = [f"## {contract.__name__}\n", inspect.getdoc(contract) or "", "", "| test | when it fails |", "|---|---|"]
    for name, test in contract_tests(contract).items():
        if name not in leave_out:
            text = " ".join((inspect.getdoc(test) or "").removeprefix("When it fails:").split()).replace("|", "\\|")
            lines.append(f"| `{name}` | {text} |")
    return "\n".join([*lines, ""])
