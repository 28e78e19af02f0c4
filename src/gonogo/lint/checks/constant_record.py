"""A recording rule whose value is invented, not measured, says nothing about the system.

The rule and all rules below it have no selector, or a branch of ``or`` has none, or all series are multiplied by 0.
Readers of the record take ``vector(0.01)``, or the 0 that replaces a lost source, for a measurement. It is an error if
a signal of the policy depends on the record, because then a verdict depends on it. Elsewhere a default may be intended,
and it is a note. ``ALERTS`` counts as measured. Record a measurement, and leave missing values absent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.interest import Interest
from gonogo.promql.graph import RuleGraph
from gonogo.promql.synthetic import synthetic_rules
from gonogo.promql.tree import Binary, Expression, Vector


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the recording rules whose values are invented."""
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
            yield linted.hit(linted.at(), f"{why}; rules that read it take it for a measurement", Severity.INFO)


def _suspects(estate: Estate) -> tuple[str, ...]:
    """Return the recorded metrics whose value may be invented. All others are certainly measured."""
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
    """Return whether a node can invent a value although it has a selector: by a fallback or a multiplication by 0."""
    return isinstance(node, Binary) and node.operator in {"or", "*"}


def _read_by_policy(interest: Interest | None, graph: RuleGraph) -> dict[int, str]:
    """Return the rules below each signal of the policy, by ``id()``, with one such signal."""
    metrics = interest.metrics if interest else frozenset[str]()
    return {id(rule): metric for metric in sorted(metrics) for rule in graph.closure(metric)}


_FACTS = {"interest": Interest("metric_realm", "prod", frozenset({"web_failure_ratio"}))}
CHECK = Check(
    id="constant-record",
    severity=Severity.ERROR,
    find=find,
    bad=Example(
        {"rules.yml": "groups: [{name: web, rules: [{record: web_failure_ratio, expr: vector(0.01)}]}]\n"}, _FACTS
    ),
    good=Example(
        {
            "rules.yml": "groups: [{name: web, rules: [\n"
            "  {record: web_failure_ratio, expr: 'sum(rate(errors_total[5m])) / sum(rate(requests_total[5m]))'}]}]\n"
        },
        _FACTS,
    ),
    requires=lambda estate: estate.interest,
)
