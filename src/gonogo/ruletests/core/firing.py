"""The alerts that tests expect to fire or not to fire, and alerts that are pending while a test expects no alert.

promtool compares only firing alerts. An assertion that ``for`` still holds an alert back is useful, beside an assertion
that sees the alert fire. If no test of the file ever expects the alert to fire, the alert may be about to fire, and no
test notices. Alerts of one name are distinguished by their labels.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from gonogo.durations import format_duration
from gonogo.errors import Problem
from gonogo.formats.flow import flow, joined, quoted
from gonogo.formats.test_file import AlertAssertion, Assertion, UnitFile
from gonogo.formats.yaml import Loc
from gonogo.model.rule import Rule, RuleKind
from gonogo.promql.matchers import bearing
from gonogo.promql.parser import parse
from gonogo.promql.selectors import Selector
from gonogo.promql.tree import NAME_LABEL, Vector
from gonogo.ruletests.core.loaded import Loaded
from gonogo.ruletests.core.trial import Trial, rewritten


def expects_firing(units: Iterable[UnitFile], rule: Rule) -> bool:
    """Return True if some assertion expects the alert to fire, with the labels that this rule gives it."""
    return any(_expectation(one, rule) is True for unit in units for test in unit.tests for one in test.assertions)


def expects_quiet(units: Iterable[UnitFile], rule: Rule) -> bool:
    """Return True if some assertion expects the alert not to fire, with the labels that this rule gives it."""
    return any(_expectation(one, rule) is False for unit in units for test in unit.tests for one in test.assertions)


def _expectation(one: Assertion, rule: Rule) -> bool | None:
    """Return True if an assertion expects the alert, False if it expects no such alert, None if neither."""
    if rule.kind is not RuleKind.ALERT:
        return None
    if isinstance(one, AlertAssertion):
        if one.alertname != rule.name:
            return None
        return any(_fits(expected.labels, rule) for expected in one.expected)
    try:
        root = parse(one.expression)
    except ValueError:
        return None
    certain = {NAME_LABEL: "ALERTS", "alertstate": "firing", "alertname": rule.name, **_fixed_labels(rule)}
    if not isinstance(root, Vector) or root.metric != "ALERTS" or not Selector.of(root).may_match(certain):
        return None
    return bool(one.expected)


def _fits(labels: Mapping[str, str], rule: Rule) -> bool:
    return all(labels.get(name) == value for name, value in _fixed_labels(rule).items())


def _fixed_labels(rule: Rule) -> dict[str, str]:
    """Return the labels that are the same in all alerts of a rule."""
    return {name: value for name, value in rule.labels.items() if value and "{{" not in value}


class Suspect(Struct, frozen=True):
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
    def probe(self) -> str:
        """The assertion that fails if the alert is pending."""
        return f"{{expr: {quoted(self.query)}, eval_time: {format_duration(self.assertion.at)}, exp_samples: []}}"

    @property
    def alert(self) -> str:
        """The alert's name, with the labels of its rule."""
        labels = bearing(self.labels)
        return f"{self.assertion.alertname}{{{labels}}}" if labels else self.assertion.alertname


def suspects(loaded: Loaded) -> tuple[Suspect, ...]:
    """List the assertions that an alert with a ``for`` does not fire, if no test of the file sees the alert fire."""
    unseen = {
        name: [_fixed_labels(rule) for rule in rules if rule.held and not expects_firing([loaded.unit], rule)]
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


def probing(loaded: Loaded, suspected: Sequence[Suspect]) -> Trial:
    """Return the trial that fails for each suspect with a pending alert, and for no other reason."""
    document = loaded.unit.document
    tests = []
    for loc in dict.fromkeys(one.test for one in suspected):
        head = flow(document, loc, ("alert_rule_test", "promql_expr_test"))
        probes = ", ".join(one.probe for one in suspected if one.test == loc)
        tests.append(joined(head, f"promql_expr_test: [{probes}]"))
    return rewritten(loaded, "tests", f"[{', '.join(tests)}]")


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
