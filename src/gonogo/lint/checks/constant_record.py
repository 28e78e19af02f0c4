"""A recording rule that makes its value up instead of measuring it says nothing of the system.

It has, through all rules under it, no selector, a branch of ``or`` with none, or only series multiplied by 0: whoever
reads it takes ``vector(0.01)``, or the 0 that stands in for a lost source, for a measurement. It is an error where a
signal of the policy depends on it, for then a verdict does; elsewhere a default may be meant. ``ALERTS`` counts as
measured. Record what is measured, and let what is not there be absent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.lint.core.interest import Interest
from gonogo.model.finding import Hit, Severity
from gonogo.promql.graph import RuleGraph
from gonogo.promql.synthetic import synthetic_rules
from gonogo.promql.tree import Binary, Expression, Vector


def find(estate: Estate) -> Iterator[Hit]:
    """List the recording rules whose values are made up."""
    suspects = _suspects(estate)
    if not suspects:
        return
    graph = RuleGraph(rule.rule for rule in estate.recording)
    wanted = _read_by_policy(estate.interest, graph)
    for rule, why in synthetic_rules(suspects, graph):
        linted = estate.by_rule[id(rule)]
        if signal := wanted.get(id(rule)):
            message = f"{why}, and the policy's signal {signal} depends on it; record what is measured"
            yield linted.hit(linted.at(), message, Severity.ERROR)
        else:
            yield linted.hit(linted.at(), f"{why}; who reads it takes that for a measurement", Severity.INFO)


def _suspects(estate: Estate) -> tuple[str, ...]:
    """List the recorded metrics under which some rule may make its value up; all others surely measure."""
    readers: dict[str | None, list[str]] = defaultdict(list)
    found: dict[str, None] = {}
    for rule in estate.recording:
        read = {node.metric for node in rule.nodes if isinstance(node, Vector)}
        if not read or None in read or any(map(_is_doubtful, rule.nodes)):
            found[rule.name] = None
        for metric in read:
            readers[metric].append(rule.name)
    waiting = list(found)
    for metric in waiting:
        new = [reader for reader in dict.fromkeys(readers[metric]) if reader not in found]
        found.update(dict.fromkeys(new))
        waiting += new
    return tuple(found)


def _is_doubtful(node: Expression) -> bool:
    """Return whether a node can make a value up beside a selector, by a fallback or by 0 times it."""
    return isinstance(node, Binary) and node.operator in {"or", "*"}


def _read_by_policy(interest: Interest | None, graph: RuleGraph) -> dict[int, str]:
    """Return the rules under each signal of the policy, by ``id()``, and a signal for each."""
    metrics = interest.metrics if interest else frozenset[str]()
    return {id(rule): metric for metric in sorted(metrics) for rule in graph.closure(metric)}


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
    requires=("interest",),
)
