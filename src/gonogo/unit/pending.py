"""Alerts that are asserted not to fire while they are pending: promtool compares only what fires.

That an alert is still held back by its ``for`` is well worth a test, beside one that
sees it fire. Where no test of the file ever expects it to fire, it is not quiet, but
about to fire, and nobody looks.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from gonogo.durations import format_duration
from gonogo.errors import Problem
from gonogo.unit.flow import flow, joined, quoted
from gonogo.unit.loaded import Loaded
from gonogo.unit.read import AlertAssertion, Loc


@dataclass(frozen=True, slots=True)
class Suspect:
    """An assertion of quiet that a pending alert could satisfy; ``number`` tells it from the others of the file."""

    number: int
    test: Loc
    assertion: AlertAssertion

    @property
    def query(self) -> str:
        """What finds the pending alert; the number is in it so that promtool's words tell which it was."""
        alert = quoted(self.assertion.alertname)
        return f'ALERTS{{alertname={alert}, alertstate="pending", gonogo_probe!="{self.number}"}}'


def suspects(loaded: Loaded) -> tuple[Suspect, ...]:
    """List the assertions of quiet about alerts with a ``for`` that no test of the file sees fire."""
    firing = {one.alertname for test in loaded.unit.tests for one in test.alerts if one.expected}
    found = (
        (test.loc, one)
        for test in loaded.unit.tests
        for one in test.alerts
        if not one.expected
        and one.alertname not in firing
        and any(rule.held for rule in loaded.alerts.get(one.alertname, ()))
    )
    return tuple(Suspect(number, test, one) for number, (test, one) in enumerate(found))


def probing(loaded: Loaded, suspected: Sequence[Suspect]) -> str:
    """Write a test file that fails for each suspect whose alert is pending, and for nothing else."""
    document = loaded.unit.document
    tests = []
    for loc in dict.fromkeys(one.test for one in suspected):
        head = flow(document, loc, ("alert_rule_test", "promql_expr_test"))
        probes = ", ".join(_probe(one) for one in suspected if one.test == loc)
        tests.append(joined(head, f"promql_expr_test: [{probes}]"))
    return joined(flow(document, (), ("tests",)), f"tests: [{', '.join(tests)}]") + "\n"


def pending_problems(suspected: Sequence[Suspect], words: str) -> tuple[Problem, ...]:
    """List the suspects that promtool found pending; ``words`` is what it wrote of the probing file."""
    return tuple(
        Problem(
            one.assertion.where,
            f"{one.assertion.alertname} is expected not to fire at {format_duration(one.assertion.at)}, but it is "
            "pending then, and no test sees it fire",
            "assert what comes of it once its 'for' has passed",
        )
        for one in suspected
        if f'gonogo_probe!=\\"{one.number}\\"' in words
    )


def _probe(one: Suspect) -> str:
    return f"{{expr: {quoted(one.query)}, eval_time: {format_duration(one.assertion.at)}, exp_samples: []}}"
