"""Tests of Alertmanager's tree of routes, with labels that are only partly known."""

from __future__ import annotations

import pytest

from gonogo.errors import Position
from gonogo.lint.core.routes import Route, RouteMatcher, Routes, read_routes
from gonogo.model.finding import Span
from gonogo.promql.tree import Matcher

HERE = Span(Position("alertmanager.yml", 1, 1))


def route(receiver: str, *matchers: tuple[str, str, str], children: tuple[Route, ...] = (), on: bool = False) -> Route:
    """Return a route with matchers written as triples."""
    return Route(receiver, HERE, tuple(RouteMatcher(Matcher(*one), HERE) for one in matchers), True, on, children)


@pytest.mark.parametrize(
    ("matcher", "takes"),
    [
        (("severity", "=", "page"), True),
        (("severity", "!=", "page"), False),
        (("severity", "=~", "p.*"), True),
        (("severity", "!~", "p.*"), False),
        (("severity", "=~", "(a|b)+"), None),
        (("team", "=", "web"), None),
        (("team", "!~", "web"), None),
    ],
)
def test_a_matcher_matches_does_not_match_or_is_not_certain(
    matcher: tuple[str, str, str], *, takes: bool | None
) -> None:
    """An unknown label, or a pattern that only RE2 can judge, gives no certain answer."""
    assert route("a", matcher).takes({"severity": "page"}) is takes


def test_all_matchers_of_a_route_must_match() -> None:
    """With an unknown matcher the answer is not certain."""
    labels = {"severity": "page"}
    assert route("a", ("severity", "=", "page"), ("team", "=", "web")).takes(labels) is None
    assert route("a", ("severity", "=", "low"), ("team", "=", "web")).takes(labels) is False
    assert Route("a", HERE, readable=False).takes(labels) is None


def test_the_first_matching_child_ends_the_search() -> None:
    """A child that says ``continue`` does not end the search."""
    page, rest = ("severity", "=", "page"), ("severity", "!=", "low")
    ends = Routes("a.yml", route("root", children=(route("a", page), route("b", rest)))).ends({"severity": "page"})
    assert [one.receiver for one in ends] == ["a"]
    ends = Routes("a.yml", route("root", children=(route("a", page, on=True), route("b", rest)))).ends(
        {"severity": "page"}
    )
    assert [one.receiver for one in ends] == ["a", "b"]


def test_an_alert_that_no_child_matches_stays_with_the_route() -> None:
    """The same happens at every level. If a child may match, both routes are possible."""
    inner = route("a", ("severity", "=", "page"), children=(route("deep", ("team", "=", "web")),))
    routes = Routes("a.yml", route("root", children=(inner,)))
    assert [one.receiver for one in routes.ends({"severity": "low"})] == ["root"]
    assert [one.receiver for one in routes.ends({"severity": "page"})] == ["deep", "a"]
    assert [one.receiver for one in routes.ends({})] == ["deep", "a", "root"]


def test_walking_visits_every_route() -> None:
    """A route comes before the routes below it."""
    tree = route("root", children=(route("a", children=(route("b"),)), route("c")))
    assert [one.receiver for one in tree.walk()] == ["root", "a", "b", "c"]


def read(text: str) -> Routes:
    """Read routes, and require that there are no problems."""
    routes, problems = read_routes(text, "alertmanager.yml")
    assert problems == ()
    assert routes is not None
    return routes


@pytest.mark.parametrize("text", ["", "receivers: []\n", "- a\n", "route: x\n", "route: [\n"])
def test_a_file_without_routes_is_a_problem(text: str) -> None:
    """The problem says which file to name."""
    routes, problems = read_routes(text, "a.yml")
    assert routes is None
    assert any("Alertmanager's own" in str(problem) for problem in problems)


def test_a_receiver_without_an_integration_is_silent() -> None:
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


def test_a_route_inherits_its_receiver() -> None:
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
def test_matchers_are_read_in_every_notation(written: str, read_as: list[tuple[str, str, str]]) -> None:
    """Old and new notations are read, with and without braces."""
    (child,) = read(f"route:\n  receiver: a\n  routes:\n    - {written}\n").root.children
    assert child.readable
    assert [(one.matcher.label, one.matcher.op, one.matcher.value) for one in child.matchers] == read_as
    assert all(one.where.start.line == 4 for one in child.matchers)


@pytest.mark.parametrize("written", ["['what is this']", "['a=\"b\" c']", "['']", "['a=\"b\"', {c: d}]", "'{}'"])
def test_a_route_with_an_unreadable_matcher_may_match_any_alert(written: str) -> None:
    """The answer for every alert is not certain."""
    (child,) = read(f"route:\n  receiver: a\n  routes:\n    - matchers: {written}\n").root.children
    assert not child.readable
    assert child.takes({"a": "b"}) is None
