"""Tests of Alertmanager's tree of routes, with labels that are only partly known."""

from __future__ import annotations

import pytest

from gonogo.errors import Position
from gonogo.lint.core.routes import Route, RouteMatcher, Routes
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
def test_a_matcher_takes_refuses_or_may(matcher: tuple[str, str, str], *, takes: bool | None) -> None:
    """An unknown label, or a pattern that only RE2 can judge, gives no certain answer."""
    assert route("a", matcher).takes({"severity": "page"}) is takes


def test_one_refusal_refuses_and_one_doubt_leaves_it_open() -> None:
    """All matchers of a route must accept an alert."""
    labels = {"severity": "page"}
    assert route("a", ("severity", "=", "page"), ("team", "=", "web")).takes(labels) is None
    assert route("a", ("severity", "=", "low"), ("team", "=", "web")).takes(labels) is False
    assert Route("a", HERE, readable=False).takes(labels) is None


def test_the_first_that_takes_ends_the_search() -> None:
    """The search ends at the first child that takes the alert, unless the child says ``continue``."""
    page, rest = ("severity", "=", "page"), ("severity", "!=", "low")
    ends = Routes("a.yml", route("root", children=(route("a", page), route("b", rest)))).ends({"severity": "page"})
    assert [one.receiver for one in ends] == ["a"]
    ends = Routes("a.yml", route("root", children=(route("a", page, on=True), route("b", rest)))).ends(
        {"severity": "page"}
    )
    assert [one.receiver for one in ends] == ["a", "b"]


def test_what_no_child_takes_stays_and_what_one_may_take_may_stay() -> None:
    """An alert that no child takes stays with the route, at every level."""
    inner = route("a", ("severity", "=", "page"), children=(route("deep", ("team", "=", "web")),))
    routes = Routes("a.yml", route("root", children=(inner,)))
    assert [one.receiver for one in routes.ends({"severity": "low"})] == ["root"]
    assert [one.receiver for one in routes.ends({"severity": "page"})] == ["deep", "a"]
    assert [one.receiver for one in routes.ends({})] == ["deep", "a", "root"]


def test_walking_visits_every_route() -> None:
    """A route comes before the routes below it."""
    tree = route("root", children=(route("a", children=(route("b"),)), route("c")))
    assert [one.receiver for one in tree.walk()] == ["root", "a", "b", "c"]
