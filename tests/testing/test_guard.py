"""A contract test cannot be replaced, only expected to fail for a reason."""

from __future__ import annotations

import pytest

from metier.components import Industry
from metier.testing import IndustryContract


class Mute(Industry):
    """Knows nothing."""

    name = "mute"


def test_overriding_a_contract_test_is_refused() -> None:
    with pytest.raises(TypeError, match=r"TestMute\.test_has_a_summary overrides a contract test\n  hint: "):

        class TestMute(IndustryContract):
            component = Mute

            def test_has_a_summary(self) -> None:
                pass


def test_deleting_a_contract_test_is_refused() -> None:
    with pytest.raises(TypeError, match="test_has_a_summary"):

        class TestMute(IndustryContract):
            component = Mute
            test_has_a_summary = None


def test_a_mixin_cannot_override_either() -> None:
    class Quiet:
        def test_has_a_summary(self) -> None:
            pass

    with pytest.raises(TypeError, match="test_has_a_summary"):

        class TestMute(Quiet, IndustryContract):
            component = Mute


def test_an_xfail_without_reason_is_refused() -> None:
    with pytest.raises(TypeError, match="xfail"):

        class TestMute(IndustryContract):
            component = Mute

            @pytest.mark.xfail
            def test_knows_something(self) -> None:
                pass


class TestExpectedToFail(IndustryContract):
    """Not found in any distribution, and mute: both are said, and the rest holds."""

    component = Mute

    @pytest.mark.xfail(reason="defined in a test, provided by no plugin")
    def test_is_found_under_its_name(self) -> None:
        pass

    @pytest.mark.xfail(reason="it knows nothing on purpose")
    def test_knows_something(self) -> None:
        pass


def test_an_expected_failure_runs_the_contract_own_body() -> None:
    test = TestExpectedToFail.test_knows_something
    assert test.contract_test is IndustryContract.test_knows_something
    marks = [mark for mark in test.pytestmark if mark.name == "xfail"]
    assert [mark.kwargs for mark in marks] == [{"reason": "it knows nothing on purpose", "strict": True}]


def test_a_further_subclass_keeps_the_expectation() -> None:
    class TestAgain(TestExpectedToFail):
        pass

    assert TestAgain.test_knows_something is TestExpectedToFail.test_knows_something
