"""Alertmanager's routes, and the receivers that an alert may come to if only some of its labels are known.

An alert goes down the tree. A route takes the alert if all its matchers accept it. The first child that takes the alert
ends the search among its siblings, unless the child says ``continue``. An alert that no child takes stays with the
route itself. Source: Alertmanager documentation, "Configuration", route.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gonogo.model.finding import Span
from gonogo.promql.re2 import accepts
from gonogo.promql.tree import Matcher


@dataclass(frozen=True, slots=True)
class RouteMatcher:
    """A matcher of a route, and its place."""

    matcher: Matcher
    where: Span


@dataclass(frozen=True, slots=True)
class Route:
    """A route and the routes below it.

    Attributes:
        receiver: the route's receiver, or that of the nearest route above with one.
        matchers: the matchers, which must all accept an alert.
        readable: True if all matchers could be read. Otherwise the route may take any alert.
        goes_on: True if the route says ``continue``, so that its later siblings are asked as well.
        children: the routes below it.
        where: the place where the route begins.
    """

    receiver: str
    where: Span
    matchers: tuple[RouteMatcher, ...] = ()
    readable: bool = True
    goes_on: bool = False
    children: tuple[Route, ...] = ()

    def takes(self, labels: Mapping[str, str]) -> bool | None:
        """Return whether the route takes an alert with these labels and perhaps others; ``None`` means perhaps."""
        judged = [_judged(one.matcher, labels.get(one.matcher.label)) for one in self.matchers]
        if False in judged:
            return False
        return True if self.readable and None not in judged else None

    def walk(self) -> Iterator[Route]:
        """Yield the route and every route below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Routes:
    """The tree of routes, and the receivers that notify nobody."""

    path: str
    root: Route
    silent: frozenset[str] = frozenset()

    def ends(self, labels: Mapping[str, str]) -> tuple[Route, ...]:
        """Return the routes at which an alert with these labels, and perhaps others, may end."""
        return tuple(_ends(self.root, labels))


def _judged(matcher: Matcher, value: str | None) -> bool | None:
    """Return whether a matcher accepts a value; ``None`` if the value or the meaning of the pattern is not known."""
    if value is None:
        return None
    if matcher.op in {"=", "!="}:
        return (value == matcher.value) is (matcher.op == "=")
    accepted = accepts(matcher.value, value)
    return None if accepted is None else accepted is (matcher.op == "=~")


def _ends(route: Route, labels: Mapping[str, str]) -> Iterator[Route]:
    taken = False
    for child in route.children:
        takes = child.takes(labels)
        if takes is not False:
            yield from _ends(child, labels)
        if takes:
            taken = True
            if not child.goes_on:
                break
    if not taken:
        yield route
