"""Keeps contract tests whole: a subclass may expect one to fail, and say why, but not replace it."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any

import pytest


class Guarded:
    """Refuses subclasses that override a test of their contract.

    An override marked `xfail(reason=...)` is the one way out; its body is replaced by the contract's own, and the mark
    is made strict, so that a test that passes again says so.
    """

    def __init_subclass__(cls, **arguments: Any) -> None:
        super().__init_subclass__(**arguments)
        if cls.__module__.startswith("metier.testing."):
            return
        for name, original in contract_tests(cls).items():
            mine = inspect.getattr_static(cls, name)
            if mine is original or getattr(mine, "contract_test", None) is original:
                continue
            setattr(cls, name, _expected_to_fail(original, reason=_reason(mine, where=f"{cls.__name__}.{name}")))


def contract_tests(cls: type) -> dict[str, Callable[..., Any]]:
    """Return the tests that `cls` inherits from the kit, by name."""
    tests: dict[str, Callable[..., Any]] = {}
    for base in reversed(cls.__mro__):
        if base.__module__.startswith("metier.testing."):
            tests.update({name: value for name, value in vars(base).items() if name.startswith("test_")})
    return tests


def _reason(override: object, *, where: str) -> str:
    for mark in getattr(override, "pytestmark", ()):
        if mark.name == "xfail" and mark.kwargs.get("reason"):
            return str(mark.kwargs["reason"])
    raise TypeError(
        f"{where} overrides a contract test\n"
        "  hint: give your test another name, or mark this one @pytest.mark.xfail(reason='...')"
    )


def _expected_to_fail(original: Callable[..., Any], *, reason: str) -> Callable[..., Any]:
    @functools.wraps(original)
    def test(*arguments: Any, **named: Any) -> Any:
        return original(*arguments, **named)

    test.contract_test = original  # type: ignore[attr-defined]
    test.pytestmark = list(getattr(original, "pytestmark", ()))  # type: ignore[attr-defined]
    marked: Callable[..., Any] = pytest.mark.xfail(reason=reason, strict=True)(test)
    return marked
