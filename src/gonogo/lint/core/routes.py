"""Alertmanager's routes, and which receivers an alert with labels half known may come to.

An alert goes down the tree: a route takes it when all its matchers accept it, the first
child that takes it ends the search among its brothers unless it says ``continue``, and
what no child takes stays with the route itself. Source: Alertmanager documentation,
"Configuration", route.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from gonogo.model.finding import Span
from gonogo.promql.re2 import accepts
from gonogo.promql.tree import Matcher


@dataclass(frozen=True, slots=True)
class RouteMatcher:
    """A matcher of a route, and where it stands."""

    matcher: Matcher
    where: Span


@dataclass(frozen=True, slots=True)
class Route:
    """A route and those below it.

    Attributes:
        receiver: its own, or that of the nearest route above with one.
        matchers: all must accept an alert.
        readable: whether all its matchers could be read; if not, it may take anything.
        goes_on: whether its brothers after it are asked even when it takes an alert.
        children: the routes below it.
        where: where it begins.
    """

    receiver: str
    where: Span
    matchers: tuple[RouteMatcher, ...] = ()
    readable: bool = True
    goes_on: bool = False
    children: tuple[Route, ...] = ()

    def takes(self, labels: Mapping[str, str]) -> bool | None:
        """Tell whether it takes an alert that has these labels, and perhaps others: ``None`` is perhaps."""
        judged = [_judged(one.matcher, labels.get(one.matcher.label)) for one in self.matchers]
        if False in judged:
            return False
        return True if self.readable and None not in judged else None

    def walk(self) -> Iterator[Route]:
        """Visit it and every route below it."""
        yield self
        for child in self.children:
            yield from child.walk()


@dataclass(frozen=True, slots=True)
class Routes:
    """The tree of routes, and the receivers that tell nobody."""

    path: str
    root: Route
    silent: frozenset[str] = frozenset()

    def ends(self, labels: Mapping[str, str]) -> tuple[Route, ...]:
        """List the routes at which an alert with these labels, and perhaps others, may end."""
        return tuple(_ends(self.root, labels))


def _judged(matcher: Matcher, value: str | None) -> bool | None:
    """Tell whether a value passes; ``None`` where the value, or what the pattern means, is not known."""
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
