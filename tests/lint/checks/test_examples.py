"""Every check finds what its bad example has, and nothing in its good one."""

from __future__ import annotations

import pytest

from gonogo.lint.core.catalogue import checks, findings
from gonogo.lint.core.check import Check
from tests.example_estate import estate_of


@pytest.mark.parametrize("check", checks().values(), ids=lambda check: check.id)
def test_the_bad_example_is_found(check: Check) -> None:
    """Each bad example has findings with a place and a message."""
    found = findings(estate_of(check.bad), [check])
    assert found
    assert all(one.check == check.id and one.message and one.where.start.line >= 1 for one in found)


@pytest.mark.parametrize("check", checks().values(), ids=lambda check: check.id)
def test_the_good_example_is_clean(check: Check) -> None:
    """Each good example has no finding of its check."""
    assert findings(estate_of(check.good), [check]) == ()
