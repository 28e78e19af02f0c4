"""Rule files as the smoke run loads them."""

from __future__ import annotations

import pytest

from gonogo.errors import ActionFailed
from gonogo.formats.files import read_rules
from gonogo.smoke.stage import quick

TEXT = """\
groups:
  - name: a
    interval: 30s
    limit: 10
    rules:
      - alert: X
        expr: |
          changes(x[6m]) # six minutes stay six minutes
            < 1
        for: 5m
        labels: {on: yes, version: 1.10, empty: ""}
        annotations: {text: "Größe: {{ $value }}"}
  - rules: [{record: y, expr: 'sum(x{a="b\\\\c"})'}]
    name: b
"""


@pytest.mark.parametrize("text", ["", "a: [", "rules: []", "groups: 1", "- groups"])
def test_a_file_without_groups_is_refused(text: str) -> None:
    """The error says that the file is not a rule file."""
    with pytest.raises(ActionFailed, match=r"a\.yml: the file is not a rule file"):
        quick(text, "a.yml")


def test_only_the_interval_changes() -> None:
    """Every scalar keeps its spelling. ``yes`` and ``1.10`` stay the same texts."""
    (before_a, before_b), (after_a, after_b) = (
        read_rules(text, "a.yml").groups for text in (TEXT, quick(TEXT, "a.yml"))
    )
    for before, after in ((before_a, after_a), (before_b, after_b)):
        assert after.interval is not None
        assert after.interval.total_seconds() == 1
        assert after.name == before.name
        for old, new in zip(before.rules, after.rules, strict=True):
            assert (new.name, new.expression, new.labels, new.annotations, new.held) == (
                old.name,
                old.expression,
                old.labels,
                old.annotations,
                old.held,
            )
    assert dict(after_a.rules[0].labels) == {"on": "yes", "version": "1.10", "empty": ""}


def test_a_malformed_group_is_left_to_the_server() -> None:
    """Prometheus reports the mistake in the group."""
    assert quick("groups: [1]", "a.yml") == "groups: [1]\n"
