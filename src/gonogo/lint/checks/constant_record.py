"""A recording rule that makes its value up instead of measuring it says nothing of the system.

It has, through all rules under it, no selector, a branch of ``or`` with none, or only series multiplied by 0: whoever
reads it takes ``vector(0.01)``, or the 0 that stands in for a lost source, for a measurement. It is an error where a
signal of the policy depends on it, for then a verdict does; elsewhere a default may be meant. Record what is
measured, and let what is not there be absent.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.check import Check, Example
from gonogo.lint.estate import Estate
from gonogo.lint.finding import Hit, Severity
from gonogo.lint.interest import Interest
from gonogo.rules.synthetic import synthetic_rules


def find(estate: Estate) -> Iterator[Hit]:
    """List the recording rules whose values are made up."""
    wanted = _read_by_policy(estate)
    metrics = tuple(dict.fromkeys(rule.name for rule in estate.recording))
    for rule, why in synthetic_rules(metrics, estate.graph):
        linted = estate.by_rule[id(rule)]
        if estate.graph.unreadable(rule.name):
            continue
        if signal := wanted.get(id(rule)):
            message = f"{why}, and the policy's signal {signal} depends on it; record what is measured"
            yield linted.hit(linted.at(), message, Severity.ERROR)
        else:
            yield linted.hit(linted.at(), f"{why}; who reads it takes that for a measurement", Severity.INFO)


def _read_by_policy(estate: Estate) -> dict[int, str]:
    """Give the rules under each signal of the policy, by ``id()``, and a signal for each."""
    metrics = estate.interest.metrics if estate.interest else frozenset[str]()
    return {id(rule): metric for metric in sorted(metrics) for rule in estate.graph.closure(metric)}


_FACTS = {"interest": Interest("metric_realm", "prod", frozenset({"web_failure_ratio"}))}
CHECK = Check(
    id="constant-record",
    severity=Severity.ERROR,
    find=find,
    bad=Example(
        {"rules.yml": "groups: [{name: web, rules: [{record: web_failure_ratio, expr: vector(0.01)}]}]\n"},
        _FACTS,
    ),
    good=Example(
        {
            "rules.yml": "groups: [{name: web, rules: [\n"
            "  {record: web_failure_ratio, expr: 'sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))'}]}]\n"
        },
        _FACTS,
    ),
)
