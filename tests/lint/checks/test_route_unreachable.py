"""Tests of ``route-unreachable``: alerts that no receiver gets, and routes that no alert takes."""

from __future__ import annotations

import pytest

from gonogo.lint.checks.route_unreachable import CHECK
from gonogo.lint.core.catalogue import findings
from gonogo.lint.core.check import Example
from gonogo.model.finding import Finding
from tests.example_estate import estate_of

ROUTES = """\
route:
  receiver: {root}
  routes:
{routes}
receivers: [{{name: nobody}}, {{name: team, webhook_configs: [{{url: 'http://127.0.0.1/'}}]}}]
"""


def found(
    *routes: str, labels: str = "{severity: high}", root: str = "nobody", configuration: str = "", **facts: object
) -> tuple[Finding, ...]:
    """Lint one alert, Down, against routes written in YAML's flow style."""
    files = {
        "rules.yml": f"groups: [{{name: g, rules: [{{alert: Down, expr: up == 0, labels: {labels}}}]}}]\n",
        "alertmanager.yml": ROUTES.format(
            root=root, routes="\n".join(f"    - {route}" for route in routes) or "    []"
        ),
    }
    if configuration:
        files["prometheus.yml"] = f"rule_files: ['*.yml']\n{configuration}\n"
    return findings(estate_of(Example(files, facts)), [CHECK])


PAGED = "{receiver: team, matchers: ['severity=\"page\"']}"


def test_an_alert_that_no_receiver_gets_is_found() -> None:
    """The finding is at the alert."""
    (one,) = found(PAGED)
    assert (one.rule, one.where.start.path) == ("Down", "rules.yml")
    assert "'nobody', notifies nobody" in one.message


@pytest.mark.parametrize(
    ("routes", "labels"),
    [
        ((PAGED,), "{severity: page}"),
        ((PAGED,), "{}"),
        ((PAGED,), "{severity: '{{ $labels.severity }}'}"),
        (("{receiver: team, matchers: ['instance=\"a\"']}",), "{}"),
        (("{receiver: team, matchers: ['what is this']}",), "{}"),
        (("{receiver: nobody, matchers: ['alertname=\"Down\"']}",), "{}"),
        (("{receiver: team}",), "{}"),
    ],
)
def test_an_alert_that_a_receiver_may_get_is_not_found(routes: tuple[str, ...], labels: str) -> None:
    """Labels of the expression may change the route, and a silent route that names the alert is intended."""
    assert found(*routes, labels=labels) == ()


def test_a_root_with_a_receiver_that_notifies_is_enough() -> None:
    """No alert is found, because the root takes all alerts."""
    assert found(PAGED, root="team") == ()


def test_external_labels_and_relabelling_change_the_route() -> None:
    """Alertmanager sees the labels that the server sends. Relabelling makes the route unknown."""
    external = "{receiver: team, matchers: ['site=\"north\"']}"
    assert found(external, configuration="global: {external_labels: {site: north}}") == ()
    assert len(found(external, configuration="global: {external_labels: {site: south}}")) == 1
    assert found(PAGED, configuration="alerting: {alert_relabel_configs: [{action: labeldrop, regex: x}]}") == ()


def test_a_route_behind_one_that_takes_every_alert_is_found() -> None:
    """The finding is at the later route. With ``continue`` the later route is reached."""
    (one,) = found("{receiver: team}", PAGED)
    assert (one.where.start.path, one.where.start.line) == ("alertmanager.yml", 5)
    assert found("{receiver: team, continue: true}", PAGED) == ()


@pytest.mark.parametrize("matcher", ['alertname="Up"', 'alertname=~"Up|Left"', 'alertname=~"(Up)"'])
def test_a_route_for_an_alert_that_no_rule_raises_is_a_note(matcher: str) -> None:
    """The route is found only if all rules are known."""
    route = f"{{receiver: team, matchers: ['{matcher}']}}"
    (one,) = found(route, root="team", configuration="global: {}")
    assert "no rule of this server raises Up" in one.message
    assert one.severity == "info"
    assert found(route, root="team") == ()


@pytest.mark.parametrize(
    "matcher", ['alertname="Down"', 'alertname=~"Up|Down"', 'alertname=~"U.*"', 'alertname!="Up"', 'job="Up"']
)
def test_a_route_for_an_alert_that_may_exist_is_not_found(matcher: str) -> None:
    """An existing alert, or a pattern, is not found."""
    assert found(f"{{receiver: team, matchers: ['{matcher}']}}", root="team", configuration="global: {}") == ()


def test_without_routes_nothing_is_found() -> None:
    """Without routes the check finds nothing."""
    assert findings(estate_of(Example({})), [CHECK]) == ()
