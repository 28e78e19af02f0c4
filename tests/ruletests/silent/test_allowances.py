"""``--allow``: a kind, and a reason."""

from __future__ import annotations

import pytest

from gonogo.errors import Problem, UsageError
from gonogo.ruletests.core.report import SilentFinding
from gonogo.ruletests.silent.passes import allowances, under


@pytest.mark.parametrize("text", ["", "no-test", "no-tests", "no-tests  ", "reason no-tests"])
def test_a_kind_and_a_reason_are_needed(text: str) -> None:
    """A value without a kind or without a reason is refused, so nothing is allowed by mistake."""
    with pytest.raises(UsageError, match="--allow"):
        allowances([text])


def test_one_kind_is_allowed() -> None:
    """``--allow`` allows the named kind and no other."""
    allowed = allowances(["no-tests they come  later "])
    assert allowed == {"no-tests": "they come  later"}
    both = [SilentFinding("no-tests", Problem(None, "a")), SilentFinding("no-rules", Problem(None, "b"))]
    assert [one.allowed for one in under(allowed, both)] == ["they come  later", ""]
