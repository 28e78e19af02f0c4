"""Tests of the reader of Alertmanager's configuration."""

from __future__ import annotations

import pytest

from gonogo.lint.core.routes import Routes
from gonogo.lint.core.routes_file import read_routes


def read(text: str) -> Routes:
    """Read routes, and require that there are no problems."""
    routes, problems = read_routes(text, "alertmanager.yml")
    assert problems == ()
    assert routes is not None
    return routes


@pytest.mark.parametrize("text", ["", "receivers: []\n", "- a\n", "route: x\n", "route: [\n"])
def test_what_has_no_routes_is_a_problem(text: str) -> None:
    """The problem says which file to name."""
    routes, problems = read_routes(text, "a.yml")
    assert routes is None
    assert any("Alertmanager's own" in str(problem) for problem in problems)


def test_receivers_without_integration_are_silent() -> None:
    """An empty list of integrations counts as none."""
    text = """\
route: {receiver: a}
receivers:
  - name: a
  - {name: b, webhook_configs: []}
  - {name: c, email_configs: [{to: x}]}
  - nonsense
"""
    assert read(text).silent == {"a", "b"}
    assert read("route: {receiver: a}\nreceivers: x\n").silent == frozenset()


def test_routes_inherit_their_receiver_and_have_their_place() -> None:
    """A route has a receiver, a place, and the value of ``continue``."""
    text = """\
route:
  receiver: root
  routes:
    - continue: true
      routes:
        - receiver: deep
    - continue: false
      routes: nonsense
"""
    first, second = read(text).root.children
    assert (first.receiver, first.goes_on, first.where.start.line) == ("root", True, 4)
    assert [child.receiver for child in first.children] == ["deep"]
    assert (second.goes_on, second.children) == (False, ())


@pytest.mark.parametrize(
    ("written", "read_as"),
    [
        ("match: {severity: page}", [("severity", "=", "page")]),
        ("match_re: {severity: 'a|b'}", [("severity", "=~", "a|b")]),
        ("matchers: ['severity = \"page\"']", [("severity", "=", "page")]),
        ('matchers: [severity=page, team!~"w.*"]', [("severity", "=", "page"), ("team", "!~", "w.*")]),
        ('matchers: \'{severity="page",team!="a,b"}\'', [("severity", "=", "page"), ("team", "!=", "a,b")]),
        ("matchers: ['{severity=\"page\",}']", [("severity", "=", "page")]),
        (r"""matchers: ['a="b\"c\\d"']""", [("a", "=", 'b"c\\d')]),
        ("matchers: ['a=\"\"']", [("a", "=", "")]),
        (r"""matchers: ['"service.name"="x", "a\"b"=~y']""", [("service.name", "=", "x"), ('a"b', "=~", "y")]),
        ("matchers: [service.name=x, ä!=y]", [("service.name", "=", "x"), ("ä", "!=", "y")]),
        ("match: nonsense", []),
        ("receiver: b", []),
    ],
)
def test_matchers_in_every_notation(written: str, read_as: list[tuple[str, str, str]]) -> None:
    """Old and new notations are read, with and without braces."""
    (child,) = read(f"route:\n  receiver: a\n  routes:\n    - {written}\n").root.children
    assert child.readable
    assert [(one.matcher.label, one.matcher.op, one.matcher.value) for one in child.matchers] == read_as
    assert all(one.where.start.line == 4 for one in child.matchers)


@pytest.mark.parametrize("written", ["['what is this']", "['a=\"b\" c']", "['']", "['a=\"b\"', {c: d}]", "'{}'"])
def test_a_matcher_that_cannot_be_read_leaves_the_route_open(written: str) -> None:
    """A route with an unreadable matcher may take any alert."""
    (child,) = read(f"route:\n  receiver: a\n  routes:\n    - matchers: {written}\n").root.children
    assert not child.readable
    assert child.takes({"a": "b"}) is None
