"""Alerts that an assertion expects not to fire while they are pending: promtool compares only firing alerts.

An assertion that ``for`` still holds an alert back is useful, beside an assertion that sees the alert fire. If no test
of the file ever expects the alert to fire, the alert may be about to fire, and no test notices. Alerts of one name are
distinguished by their labels.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gonogo.durations import format_duration
from gonogo.errors import Problem
from gonogo.formats.flow import flow, joined, quoted
from gonogo.formats.test_file import AlertAssertion, Loc
from gonogo.promql.matchers import bearing
from gonogo.ruletests.core.firing import expects_firing, fixed_labels
from gonogo.ruletests.core.loaded import Loaded


@dataclass(frozen=True, slots=True)
class Suspect:
    """An assertion that passes while an alert is pending. ``number`` is its own among the suspects of the file.

    ``labels`` are the labels of all alerts of the rule. No assertion of the file expects an alert with them to fire.
    """

    number: int
    test: Loc
    assertion: AlertAssertion
    labels: Mapping[str, str]

    @property
    def query(self) -> str:
        """The query that finds the pending alert. Its number shows in promtool's output."""
        known = {"alertname": self.assertion.alertname, **self.labels, "alertstate": "pending"}
        return f'ALERTS{{{bearing(known)}, gonogo_probe!="{self.number}"}}'

    @property
    def alert(self) -> str:
        """The alert's name, with the labels of its rule."""
        labels = bearing(self.labels)
        return f"{self.assertion.alertname}{{{labels}}}" if labels else self.assertion.alertname


def suspects(loaded: Loaded) -> tuple[Suspect, ...]:
    """List the assertions that an alert with a ``for`` does not fire, if no test of the file sees the alert fire."""
    unseen = {
        name: [fixed_labels(rule) for rule in rules if rule.held and not expects_firing([loaded.unit], rule)]
        for name, rules in loaded.alerts.items()
    }
    found = (
        (test.loc, one, labels)
        for test in loaded.unit.tests
        for one in test.alerts
        for place, labels in enumerate(unseen.get(one.alertname, ()))
        if labels not in unseen[one.alertname][:place]
    )
    return tuple(Suspect(number, *suspect) for number, suspect in enumerate(found))


def probing(loaded: Loaded, suspected: Sequence[Suspect]) -> str:
    """Write a test file that fails for each suspect with a pending alert, and for no other reason."""
    document = loaded.unit.document
    tests = []
    for loc in dict.fromkeys(one.test for one in suspected):
        head = flow(document, loc, ("alert_rule_test", "promql_expr_test"))
        probes = ", ".join(_probe(one) for one in suspected if one.test == loc)
        tests.append(joined(head, f"promql_expr_test: [{probes}]"))
    return joined(flow(document, (), ("tests",)), f"tests: [{', '.join(tests)}]") + "\n"


def pending_problems(suspected: Sequence[Suspect], words: str) -> tuple[Problem, ...]:
    """Return a problem for each suspect that promtool found pending, according to its output on the probing file."""
    return tuple(
        Problem(
            one.assertion.where,
            f"{one.alert} is expected not to fire at {format_duration(one.assertion.at)}, but it is "
            "pending then, and no test sees it fire",
            "assert what the alert does after its 'for' has passed",
        )
        for one in suspected
        if f'gonogo_probe!=\\"{one.number}\\"' in words
    )


def _probe(one: Suspect) -> str:
    return f"{{expr: {quoted(one.query)}, eval_time: {format_duration(one.assertion.at)}, exp_samples: []}}"
