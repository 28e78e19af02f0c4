"""Tests of ``syntax``: mistakes of form, each at its place."""

from __future__ import annotations

import pytest

from gonogo.errors import Position, Problem
from gonogo.formats.sources import SourceFile, source_file
from gonogo.lint.checks.syntax import find
from gonogo.lint.core.arbiter import Arbiter
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Severity


def found(text: str, **facts: object) -> list[tuple[int, int, int, str]]:
    """Return line, column, length and message of each finding in a file."""
    hits = find(Estate((source_file(text, "f"),)).having(**facts))
    return [(hit.where.start.line, hit.where.start.column, hit.where.length, hit.message) for hit in hits]


RULE = "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: {}\n"


def test_mistakes_of_form_are_marked() -> None:
    """Each mistake is marked at its word, with the next step."""
    (one, two) = found("groups:\n- name: g\n  interva: 5m\n  rules:\n  - alert: A\n    expr: x\n    expr: y\n")
    assert one == (7, 5, 4, "the key 'expr' is here again, first in line 6; keep one of them")
    assert two[:3] == (3, 3, 7)
    assert two[3].startswith("unknown key 'interva'; known here: ")


def test_a_problem_without_a_place_is_at_the_beginning_of_the_file() -> None:
    """The file may be empty."""
    file = SourceFile("f", "", problems=(Problem(None, "it cannot be read"), Problem(Position("f", 9, 2), "m", "n")))
    hits = list(find(Estate((file,))))
    assert [(str(hit.where.start), hit.where.length, hit.message) for hit in hits] == [
        ("f:1:1", 1, "it cannot be read"),
        ("f:9:2", 1, "m; n"),
    ]


@pytest.mark.parametrize(
    ("expression", "line", "column", "length"),
    [
        ("rate(x) > 1", 5, 16, 1),
        ("'a{b=''c''} + raet(x[5m])'", 5, 25, 4),
        ("|\n      a\n      + b c", 7, 11, 1),
        (">-\n      a\n      +", 7, 8, 1),
    ],
)
def test_an_invalid_expression_is_marked_at_its_mistake(expression: str, line: int, column: int, length: int) -> None:
    """The wrong characters are marked at their place in the file."""
    ((*where, message),) = found(RULE.format(expression))
    assert where == [line, column, length]
    assert message.startswith("this is not PromQL: ")


def test_an_expression_that_the_newer_promtool_accepts_is_not_found() -> None:
    """If the newer promtool accepts a file, no expression of it is refused."""
    text = RULE.format("rate(x)")
    accepting = Arbiter("promtool", "3.9.0", frozenset({"f"}))
    older = Arbiter("promtool", "2.42.0")
    same = Arbiter("there", "3.9.1")
    assert found(text, arbiters=(accepting, older)) == found(text, arbiters=(older, accepting)) == []
    assert found(text, arbiters=(accepting, same)) == []
    assert len(found(text, arbiters=(same, accepting))) == 1
    assert len(found(text, arbiters=(Arbiter("newer", "3.16.0"), accepting))) == 1


def test_names_that_are_invalid_in_every_version_are_found() -> None:
    """Braces in a recorded name and an empty label name are mistakes in every version."""
    text = "groups:\n- name: g\n  rules:\n  - record: {0}\n    expr: up\n    labels: {{{1}: e}}\n"
    assert sorted(one[0] for one in found(text.format("'a{b}'", "''"))) == [4, 6]
    assert found(text.format("a.b", "c-d")) == []


def test_expressions_beyond_the_parser_are_not_found() -> None:
    """The newest syntax is read, and expressions beyond the parser's limits are not called wrong."""
    assert found(RULE.format("x[5m + 1m] @ 5")) == found(RULE.format("x @ 1e18")) == []


LABELLED = (
    "groups:\n- name: g\n  rules:\n  - alert: A\n    expr: up\n    labels: {{a: {0}}}\n    annotations: {{b: {0}}}\n"
)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("no", "false"),
        ("On", "true"),
        ("true", "true"),
        ("1", "the number 1"),
        ("1.10", "the number 1.1"),
    ],
)
def test_a_label_value_that_yaml_reads_as_another_type_is_a_warning(written: str, read: str) -> None:
    """Prometheus reads the characters as written, and other programs do not."""
    (hit,) = find(Estate((source_file(LABELLED.format(written), "f"),)))
    assert (str(hit.where.start), hit.where.length, hit.severity) == ("f:6:17", len(written), Severity.WARNING)
    assert f"reads as a text and other programs as {read}; write '{written}' in quotes" in hit.message


@pytest.mark.parametrize("written", ["'no'", '"1"', "nono", "", "~", "1:30", "2020-01-01", "[]"])
def test_a_label_value_that_is_text_is_not_found(written: str) -> None:
    """Quoted values and plain texts are not found. Other checks report values that are not single."""
    file = source_file(LABELLED.format(written), "f")
    assert [hit for hit in find(Estate((file,))) if "without quotes" in hit.message] == []


def test_a_label_value_in_a_resource_must_be_text() -> None:
    """Kubernetes refuses values of other types, in labels and annotations."""
    spec = LABELLED.format("no").replace("\n", "\n  ").rstrip()
    hits = list(find(Estate((source_file(f"kind: PrometheusRule\nspec:\n  {spec}\n", "f"),))))
    assert [(hit.where.start.line, hit.severity) for hit in hits] == [(8, None), (9, None)]
    assert "which Kubernetes refuses" in hits[0].message
