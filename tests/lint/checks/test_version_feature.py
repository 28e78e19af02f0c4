"""Tests of ``version-feature``: features that a version lacks, or has only behind a flag."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.version_feature import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of


def found(text: str, **facts: object) -> tuple[Finding, ...]:
    """Lint one rule file."""
    return findings(estate_of(Example({"rules.yml": text}, facts)), [CHECK])


def rule(expression: str) -> str:
    """Write a rule file of one recording rule."""
    return f"groups: [{{name: g, rules: [{{record: a, expr: '{expression}'}}]}}]\n"


@pytest.mark.parametrize(
    ("expression", "before", "since"),
    [
        ("absent_over_time(x[5m])", (2, 15), (2, 16)),
        ("group by (job) (x)", (2, 19), (2, 20)),
        ("last_over_time(x[5m])", (2, 25), (2, 26)),
        ("a atan2 b", (2, 30), (2, 31)),
        ("x @ start()", (2, 32), (2, 33)),
        ("x offset -5m", (2, 32), (2, 33)),
        ("histogram_avg(x)", (2, 50), (2, 51)),
        ('{"http.requests"}', (2, 50), (2, 51)),
        ('x{"http.code"="200"}', (2, 50), (2, 51)),
        ("first_over_time(x[5m])", (3, 6), (3, 14)),
        ("x * 1_000", (2, 53), (2, 54)),
        ("x > 5m", (2, 53), (2, 54)),
        ("rate(x[300])", (2, 53), (2, 54)),
        ("x offset 0s", (2, 53), (2, 54)),
        ("sum by (a:b) (x)", (2, 54), (3, 0)),
        ("rate(x[1m + 1m])", (3, 3), (3, 14)),
        ("x offset (1m)", (3, 3), (3, 14)),
        ("x offset +1m", (3, 3), (3, 4)),
        ("histogram_count(h </ 4)", (3, 10), (3, 11)),
        ("histogram_count(h >/ 4)", (3, 10), (3, 11)),
        ("increase(x[1m] anchored)", (3, 6), (3, 16)),
        ("rate(x[1m] smoothed)", (3, 6), (3, 16)),
    ],
)
def test_a_feature_is_an_error_before_its_version(
    expression: str, before: tuple[int, int], since: tuple[int, int]
) -> None:
    """From its version on the feature is not found."""
    (one,) = found(rule(expression), version=before)
    assert one.severity == "error"
    assert "refuses the whole file" in one.message
    assert found(rule(expression), version=since) == ()


def test_a_removed_function_is_an_error_with_its_new_name() -> None:
    """2.42 knows ``holt_winters``, and no 3.x does."""
    text = rule("holt_winters(x[5m], 0.5, 0.5)")
    assert found(text, version=(2, 42)) == ()
    (one,) = found(text, version=(3, 0))
    assert "double_exponential_smoothing" in one.message


@pytest.mark.parametrize(
    ("features", "severity"), [(None, "warning"), (frozenset(), "error"), (frozenset({"other"}), "error")]
)
@pytest.mark.parametrize("expression", ["mad_over_time(x[5m])", "limitk(2, x)"])
def test_an_experimental_function_needs_its_flag(
    expression: str, features: frozenset[str] | None, severity: str
) -> None:
    """The finding is a warning if the flags are not known, and an error if the flag is not set."""
    (one,) = found(rule(expression), version=(3, 5), features=features)
    assert one.severity == severity
    assert "--enable-feature=promql-experimental-functions" in one.message


@pytest.mark.parametrize(
    ("expression", "version", "flag"),
    [
        ("rate(x[1m + 1m])", (3, 5), "promql-duration-expr"),
        ("rate(x[1m] anchored)", (3, 9), "promql-extended-range-selectors"),
        ("http.requests > 1", (3, 16), "promql-unquoted-utf8-names"),
        ("integral(x[5m])", (3, 16), "promql-experimental-functions"),
        ("a + fill(0) b", (3, 16), "promql-binop-fill-modifiers"),
    ],
)
def test_syntax_behind_a_flag_needs_the_flag_of_its_version(
    expression: str, version: tuple[int, int], flag: str
) -> None:
    """Without the flag the finding names it."""
    (one,) = found(rule(expression), version=version, features=frozenset())
    assert f"--enable-feature={flag}" in one.message
    assert found(rule(expression), version=version, features=frozenset({flag})) == ()


def test_an_experimental_function_with_its_flag_is_not_found() -> None:
    """With its flag a function is no finding."""
    assert found(rule("info(x)"), version=(3, 5), features=frozenset({"promql-experimental-functions"})) == ()
    (one,) = found(rule("x + fill(0) y"), version=(3, 11), features=frozenset())
    assert "promql-binop-fill-modifiers" in one.message


def test_keys_newer_than_the_version_are_found() -> None:
    """Each finding is at its own key."""
    text = """\
groups:
  - name: g
    query_offset: 1m
    labels: {team: web}
    limit: 3
    rules:
      - alert: A
        expr: up == 0
        keep_firing_for: 5m
      - {alert: B, expr: up == 0}
"""
    told = found(text, version=(2, 41))
    assert [(one.where.start.line, one.message.split()[5].rstrip(",")) for one in told] == [
        (3, "query_offset"),
        (4, "labels"),
        (9, "keep_firing_for"),
    ]
    assert [one.where.start.line for one in found(text, version=(2, 42))] == [3, 4]
    assert found(text, version=(3, 0)) == ()


NAMES = """\
groups:
  - name: g
    rules:
      - record: http.requests:sum
        expr: up
        labels: {service.name: web}
      - alert: Any text at all.
        expr: up == 0
        labels: {b-c: x}
        annotations: {run.book: y}
"""


@pytest.mark.parametrize(
    ("version", "lines"), [((2, 42), [4, 6, 9, 10]), ((2, 54), [4, 6, 9, 10]), ((3, 0), [4]), ((3, 1), [4])]
)
def test_a_name_that_the_version_refuses_is_an_error(version: tuple[int, int], lines: list[int]) -> None:
    """Names of labels and annotations are free since 3.0, and recorded names since 3.2."""
    told = found(NAMES, version=version)
    assert [one.where.start.line for one in told] == lines
    assert {str(one.severity) for one in told} == {"error"}
    assert "does not know the recorded name 'http.requests:sum', and refuses the whole file" in told[0].message
    assert told[0].message.endswith("3.2 added it")


@pytest.mark.parametrize(
    ("features", "severity"), [(None, "warning"), (frozenset(), "error"), (frozenset({"other"}), "error")]
)
def test_2_55_accepts_free_label_names_behind_a_flag(features: frozenset[str] | None, severity: str) -> None:
    """Recorded names have no such flag."""
    recorded, *others = found(NAMES, version=(2, 55), features=features)
    assert (recorded.where.start.line, str(recorded.severity)) == (4, "error")
    assert [(one.where.start.line, str(one.severity)) for one in others] == [(line, severity) for line in (6, 9, 10)]
    assert all(one.message.startswith("only servers with --enable-feature=utf8-names can read ") for one in others)
    assert len(found(NAMES, version=(2, 55), features=frozenset({"utf8-names"}))) == 1


QUOTED_IN_BRACES = ['{"x"}', '{"http.requests"}', 'x{"a"="b"}', 'x{"service.name"="web"}']
QUOTED_LABELS = ['sum by ("a") (x)', 'x + on ("a") y', 'x + on (a) group_left ("b") y']
FREE_LABELS = ['sum by ("service.name") (x)', "sum by (a:b) (x)"]


@pytest.mark.parametrize(
    ("expressions", "since", "always"),
    [
        (QUOTED_IN_BRACES, (2, 51), (2, 51)),
        (QUOTED_LABELS, (2, 55), (2, 55)),
        (FREE_LABELS, (2, 55), (3, 0)),
    ],
)
def test_quoted_names_came_before_free_names(
    expressions: list[str], since: tuple[int, int], always: tuple[int, int]
) -> None:
    """Quotes in braces are read since 2.51. A list of labels refuses free names before 3.0 without a flag."""
    assert expressions
    for expression in expressions:
        (early,) = found(rule(expression), version=(since[0], since[1] - 1), features=frozenset())
        assert early.message.endswith(f"{since[0]}.{since[1]} added it")
        flagged = found(rule(expression), version=since, features=frozenset())
        assert len(flagged) == int(since != always)
        assert all("--enable-feature=utf8-names" in one.message for one in flagged)
        assert found(rule(expression), version=since, features=frozenset({"utf8-names"})) == ()
        assert found(rule(expression), version=always, features=frozenset()) == ()


def test_free_names_are_not_found_since_3_2() -> None:
    """Since 3.2 every name may be any text."""
    assert found(NAMES, version=(3, 2)) == ()


def test_an_unreadable_expression_is_not_found() -> None:
    """Other checks report it."""
    assert found(rule("mad_over_time("), version=(2, 42)) == ()
