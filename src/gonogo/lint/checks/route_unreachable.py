"""An alert that no route brings to a person, or a route that no alert can take.

Alertmanager sends alerts that no route takes to the receiver at the root. If that receiver has no integration, the
alert is lost: often its severity is misspelled, or new. A route for an alert that no rule raises, or behind a sibling
that takes everything, is dead as well. Only certain cases are reported: labels from the expression and relabelling of
alerts may change the result. A route to a receiver without integration that names the alert counts as intended. Another
server may send the alert that no rule here raises, so this is only a note.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.routes import Route, RouteMatcher, Routes

_NAME = "alertname"
_LITERALS = re.compile(r"\(?([\w| -]+)\)?")


def find(estate: Estate, routes: Routes) -> Iterator[Hit]:
    """Yield the alerts that reach nobody, then the routes that no alert takes."""
    if routes.root.receiver in routes.silent and not (estate.configuration and estate.configuration.relabels_alerts):
        for alert in estate.alerts:
            if routes.ends(_labels(alert, estate)) == (routes.root,):
                yield alert.hit(
                    alert.at_key("alert"),
                    f"no route takes this alert, and the receiver at the root, {routes.root.receiver!r}, notifies "
                    "nobody; set a label that a route matches, or add a route",
                )
    for route in routes.root.walk():
        yield from _shadowed(route)
        if estate.complete:
            yield from _nameless(route, {alert.name for alert in estate.alerts})


def _labels(alert: WrittenRule, estate: Estate) -> Mapping[str, str]:
    """Return the labels that an alert certainly has. Values with a template are left out."""
    external = estate.configuration.external_labels if estate.configuration else {}
    own = {**external, **alert.rule.labels}
    return {name: value for name, value in own.items() if "{{" not in value} | {_NAME: alert.name}


def _shadowed(parent: Route) -> Iterator[Hit]:
    greedy: Route | None = None
    for child in parent.children:
        if greedy:
            line = greedy.where.start.line
            yield Hit(child.where, f"the route in line {line} takes every alert before this one; put this route first")
        elif child.readable and not child.matchers and not child.goes_on:
            greedy = child


def _nameless(route: Route, known: set[str]) -> Iterator[Hit]:
    for one in route.matchers:
        if one.matcher.label == _NAME and (names := _names(one)) and not known.intersection(names):
            message = f"no rule of this server raises {' or '.join(names)}; correct the name, or remove the route"
            yield Hit(one.where, message, severity=Severity.INFO)


def _names(one: RouteMatcher) -> tuple[str, ...]:
    """Return the alerts that a matcher accepts, if it lists them one by one."""
    if one.matcher.op == "=":
        return (one.matcher.value,)
    literals = _LITERALS.fullmatch(one.matcher.value) if one.matcher.op == "=~" else None
    return tuple(literals[1].split("|")) if literals else ()


_RULES = "groups: [{{name: web, rules: [{{alert: Down, expr: up == 0, for: 5m, labels: {{severity: {}}}}}]}}]\n"
_ALERTMANAGER = """\
route:
  receiver: nobody
  routes:
    - receiver: on-call
      matchers: ['severity =~ "critical|warning"']
receivers:
  - name: nobody
  - name: on-call
    webhook_configs: [{url: 'http://127.0.0.1:8080/'}]
"""

CHECK = Check(
    id="route-unreachable",
    severity=Severity.WARNING,
    find=WhenKnown(lambda estate: estate.routes, find),
    bad=Example({"rules.yml": _RULES.format("high"), "alertmanager.yml": _ALERTMANAGER}),
    good=Example({"rules.yml": _RULES.format("critical"), "alertmanager.yml": _ALERTMANAGER}),
)
