"""Tests of gonogo.promql.drift."""

from __future__ import annotations

from datetime import timedelta

import pytest

from gonogo.model.replacing import replace
from gonogo.model.rule import Rule, VmalertKeys
from gonogo.promql.drift import drift
from tests.formats.rule_samples import MINUTE, alert, of_file, of_server, record

M = record("m", "sum(a) / b")
A = record("a", 'rate(raw{x="1",y="2"}[90s])', job="j")


@pytest.mark.parametrize(
    ("loaded", "expected"),
    [
        ((), "rule m of group g is in the policy's rule files but not on the server"),
        ((M,), "rule a of group g is in the policy's rule files but not on the server"),
        (
            (M, replace(A, labels={})),
            (
                "rule a of group g is in the policy's rule files but not on the server "
                "(the server has it in group g with no labels)"
            ),
        ),
        (
            (M, replace(A, labels={"job": "k", "n": "1"})),
            (
                "rule a of group g is in the policy's rule files but not on the server "
                '(the server has it in group g with labels job="k", n="1")'
            ),
        ),
        (
            (replace(M, expression="sum(a) / c"), A),
            "on the server rule m of group g is sum(a) / c, in the policy's rule files sum(a) / b",
        ),
        ((M, A, record("b", "raw")), "rule b of group g is on the server but not in the policy's rule files"),
        ((M, A, A), "rule a of group g is on the server more often than in the policy's rule files"),
        (
            (M, replace(A, expression='rate(raw{x="1",y="2"}[2m])')),
            (
                'on the server rule a of group g is rate(raw{x="1",y="2"}[2m]), '
                """in the policy's rule files rate(raw{x="1",y="2"}[1m30s])"""
            ),
        ),
    ],
)
def test_a_difference_anywhere_under_the_metric_is_drift(loaded: tuple[Rule, ...], expected: str) -> None:
    """Rules are missing, added, relabelled, repeated or changed, at the top or below."""
    assert drift("m", (of_file(M, A),), (of_server(*loaded),)) == expected


def test_a_rule_in_another_group_is_drift() -> None:
    """A group is evaluated in order and at its own interval."""
    found = drift("m", (of_file(M, name="one"),), (of_server(M, name="two"),))
    assert found is not None
    assert found.endswith("not on the server (the server has it in group two with no labels)")


def test_a_metric_whose_rules_are_only_on_the_server_has_drifted() -> None:
    """The policy's files do not contain the rules of the metric."""
    assert drift("m", (), (of_server(M),)) is not None


def test_another_interval_is_drift_if_the_file_gives_one() -> None:
    """Without an interval in the file, the server's default applies."""
    files = (of_file(M, interval=timedelta(seconds=15)),)
    found = drift("m", files, (of_server(M, interval=MINUTE),))
    assert found == "on the server rule m of group g is evaluated every 1m, by the policy's rule files 15s"
    assert drift("m", (of_file(M),), (of_server(M, interval=MINUTE),)) is None


@pytest.mark.parametrize(
    ("keys", "found"),
    [
        (VmalertKeys("graphite"), "on the server rule m of group g has type graphite, in {files} prometheus"),
        (VmalertKeys(params=("a=b", "c=d")), "on the server rule m of group g has params a=b, c=d, in {files} none"),
        (VmalertKeys(delay="3600 s"), "on the server rule m of group g has eval_delay 3600 s, in {files} 0 s"),
        (VmalertKeys(offset="5 s"), "on the server rule m of group g has eval_offset 5 s, in {files} 0 s"),
        (VmalertKeys(headers=("Tenant: hush",)), "on the server rule m of group g has other headers than in {files}"),
    ],
)
def test_another_key_of_vmalert_is_drift(keys: VmalertKeys, found: str) -> None:
    """A parameter such as ``extra_filters[]`` changes which series a rule reads. A header is never shown."""
    theirs = replace(of_server(M), vmalert=keys)
    assert drift("m", (of_file(M),), (theirs,)) == found.format(files="the policy's rule files")
    assert drift("m", (replace(of_file(M), vmalert=keys),), (theirs,)) is None


@pytest.mark.parametrize(
    "theirs", [replace(alert("A", "x > 1"), held=MINUTE), replace(alert("A", "x > 1"), keep_firing=MINUTE)]
)
def test_an_alert_under_the_metric_is_compared_with_its_durations(theirs: Rule) -> None:
    """A metric made from ALERTS changes if an alert fires later or longer."""
    counting, ours = record("m", "count(ALERTS)"), alert("A", "x > 1")
    assert drift("m", (of_file(counting, ours),), (of_server(counting, ours),)) is None
    found = drift("m", (of_file(counting, ours),), (of_server(counting, theirs),))
    assert found is not None
    assert "1m, by the policy's rule files 0s" in found


@pytest.mark.parametrize(
    ("written", "answered"),
    [
        ("sum by () (x)", "sum(x)"),
        ('x{b="1",a="2"}', 'x{a="2",b="1"}'),
        ("rate(x[90s])", "rate(x[1m30s])"),
        ("x <= 0.60", "x <= 0.6"),
        (r"x{a=~`\d`}", r'x{a=~"\\d"}'),
        ("holt_winters(x[5m],0.1,0.2)", "holt_winters(x[5m], 0.1, 0.2)"),
        ("sum(x)\n/\n  sum(y)", "sum(x) / sum(y)"),
        ("new_function( x )\n> 1", "new_function( x ) > 1"),
    ],
)
def test_a_rule_in_another_spelling_is_no_drift(written: str, answered: str) -> None:
    """An unreadable expression is compared as text."""
    assert drift("m", (of_file(record("m", written)),), (of_server(record("m", answered)),)) is None


def test_an_unreadable_expression_in_another_spelling_is_drift() -> None:
    """No evidence shows that both expressions are the same."""
    assert drift("m", (of_file(record("m", "new_function(x)")),), (of_server(record("m", "new_function (x)")),))


def test_groups_of_one_name_in_several_files_are_matched_rule_by_rule() -> None:
    """The path and the order of files do not matter, and a stated interval is matched with the same interval."""
    files = (of_file(M), of_file(M, interval=timedelta(seconds=30)), of_file(A))
    server = (of_server(A), of_server(M, interval=timedelta(seconds=30)), of_server(M))
    assert drift("m", files, server) is None


def test_rules_that_are_not_under_the_metric_do_not_matter() -> None:
    """Other teams may change their rules. A metric without rules cannot drift."""
    assert drift("m", (of_file(M, A, record("other", "x")),), (of_server(M, A), of_server(record("more", "y")))) is None
    assert drift("raw", (of_file(M, A),), ()) is None
