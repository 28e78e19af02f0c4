"""Groups are found wherever resources hold them."""

from __future__ import annotations

import pytest

from gonogo.formats.resources import homes
from gonogo.formats.yaml import Loc, parse


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", [((), False)]),
        ("groups: []", [((), False)]),
        ("kind: Service", [((), False)]),
        ("kind: 7", [((), False)]),
        ("[]", [((), False)]),
        ("kind: PrometheusRule", [(("spec",), True)]),
        ("kind: List\nitems: 7", [((), False)]),
        ("kind: List\nitems: []", []),
        ("kind: List\nitems: [{kind: PrometheusRule}, {kind: Service}, 7, {}]", [(("items", 0, "spec"), True)]),
        ("kind: PrometheusRuleList\nitems: [{}, {kind: Service}, 7]", [(("items", 0, "spec"), True)]),
        (
            "kind: List\nitems: [{kind: PrometheusRuleList, items: [{spec: {}}]}]",
            [(("items", 0, "items", 0, "spec"), True)],
        ),
    ],
)
def test_homes(text: str, expected: list[tuple[Loc, bool]]) -> None:
    """Groups are at the top, in a resource, or in the items of lists. Items of other kinds have no groups."""
    assert list(homes(parse(text, "f"))) == expected
