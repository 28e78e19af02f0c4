"""Alertmanager's routes, and the receivers that an alert may come to if only some of its labels are known.

An alert goes down the tree. A route takes the alert if all its matchers accept it. The first child that takes the alert
ends the search among its siblings, unless the child says ``continue``. An alert that no child takes stays with the
route itself. Source: Alertmanager documentation, "Configuration", route.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from msgspec import Struct

from gonogo.errors import Problem
from gonogo.formats.yaml import Loc, YamlDocument, parse
from gonogo.model.finding import Span
from gonogo.promql.re2 import accepts
from gonogo.promql.tree import Matcher


class RouteMatcher(Struct, frozen=True):
    """A matcher of a route, and its place."""

    matcher: Matcher
    where: Span


class Route(Struct, frozen=True):
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


class Routes(Struct, frozen=True):
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


_TEXT = r'"((?:[^"\\]|\\.)*)"'
_MATCHER = re.compile(rf"\s*(?:{_TEXT}|([^\s{{}}!=~,\\\"'`]+))\s*(=~|!~|!=|=)\s*(?:{_TEXT}|([^\s\"{{}},]*))\s*")
"""A name (since Alertmanager 0.27 any text), the operator, and a value; name and value with or without quotes."""
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\n": "\n"}
_ESCAPE = re.compile(r'\\["\\n]')


def read_routes(text: str, path: str) -> tuple[Routes | None, tuple[Problem, ...]]:
    """Read the configuration of an Alertmanager; ``None`` if it has no routes."""
    document = parse(text, path)
    if not isinstance(document.at(("route",)), dict):
        problem = Problem(
            document.position(()), "the file has no 'route'", "name Alertmanager's own configuration file"
        )
        return None, (*document.problems, problem)
    root = _route(document, ("route",), "")
    return Routes(path, root, frozenset(_silent(document))), document.problems


def _route(document: YamlDocument, loc: Loc, inherited: str) -> Route:
    receiver = document.text((*loc, "receiver")) or inherited
    read = list(_matchers(document, loc))
    return Route(
        receiver,
        document.text_span(loc),
        tuple(one for one in read if one),
        None not in read,
        document.at((*loc, "continue")) is True,
        tuple(_route(document, child, receiver) for child in document.items((*loc, "routes"))),
    )


def _matchers(document: YamlDocument, loc: Loc) -> Iterator[RouteMatcher | None]:
    """Yield the matchers of a route, in all three notations. ``None`` stands for a matcher that cannot be read."""
    for key, operator in (("match", "="), ("match_re", "=~")):
        for label, value in document.texts((*loc, key)).items():
            yield RouteMatcher(Matcher(label, operator, value), document.text_span((*loc, key, label)))
    listed: Loc = (*loc, "matchers")
    for at in (listed,) if isinstance(document.at(listed), str) else document.items(listed):
        matchers = _read(document.text(at) or "")
        yield from (matchers and (RouteMatcher(matcher, document.text_span(at)) for matcher in matchers)) or (None,)


def _read(written: str) -> tuple[Matcher, ...]:
    """Read ``a="b"`` or ``{a="b",c!="d"}``; return nothing if the text is neither."""
    text = written.strip().removeprefix("{").removesuffix("}").rstrip().removesuffix(",")
    matchers = []
    place = 0
    while found := _MATCHER.match(text, place):
        quoted_name, name, operator, quoted_value, value = found.groups()
        matchers.append(Matcher(_plain(quoted_name, name), operator, _plain(quoted_value, value)))
        place = found.end()
        if place == len(text):
            return tuple(matchers)
        if text[place] != ",":
            break
        place += 1
    return ()


def _plain(quoted: str | None, bare: str) -> str:
    return bare if quoted is None else _ESCAPE.sub(lambda escape: _ESCAPES[escape[0]], quoted)


def _silent(document: YamlDocument) -> Iterator[str]:
    """Yield the names of receivers without any integration."""
    for loc in document.items(("receivers",)):
        receiver = document.at(loc)
        if isinstance(receiver, dict) and not any(key.endswith("_configs") and receiver[key] for key in receiver):
            yield document.text((*loc, "name")) or ""
