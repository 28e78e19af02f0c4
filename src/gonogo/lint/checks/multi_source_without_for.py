"""An alert compares aggregates of different jobs, and fires when one job is scraped later than the other.

Jobs are scraped at different times. After a restart of the server, or while a job's targets return, one aggregate is
complete and the other still lacks series. A ratio or comparison of the two is then wrong for a moment, and without a
``for`` that moment raises an alert. Add a ``for`` of a few scrapes.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.tree import COMPARISONS, Aggregation, Binary, Expression, Vector, walk

_COMPUTING = COMPARISONS | {"+", "-", "*", "/", "%", "^", "atan2"}


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the alerts without ``for`` that compute with aggregates of different jobs."""
    for rule in estate.alerts:
        if rule.rule.held:
            continue
        for node in rule.nodes:
            if isinstance(node, Binary) and node.operator in _COMPUTING and (jobs := _jobs_apart(node)):
                message = (
                    f"this compares aggregates of the jobs {jobs}, which are not scraped at the same time, and fires"
                    " at once when one of them lags; add a 'for' of a few scrapes"
                )
                yield rule.hit(rule.at(node), message)
                break


def _jobs_apart(node: Binary) -> str:
    """Return the jobs of both sides if both are aggregated, all jobs are known, and they differ; else an empty text."""
    left, right = _jobs(node.left), _jobs(node.right)
    if not left or not right or left & right:
        return ""
    return " and ".join(", ".join(map(repr, sorted(jobs))) for jobs in (left, right))


def _jobs(side: Expression) -> frozenset[str]:
    """Return the jobs that an operand's selectors name; none without an aggregate or if a selector names no job."""
    nodes = tuple(walk(side))
    if not any(isinstance(node, Aggregation) for node in nodes):
        return frozenset()
    named = [_job(node) for node in nodes if isinstance(node, Vector)]
    return frozenset() if "" in named else frozenset(named)


def _job(vector: Vector) -> str:
    return next((m.value for m in vector.matchers if m.label == "job" and m.op == "="), "")


_EXPRESSION = 'sum(rate(errors_total{job=\\"web\\"}[5m])) / sum(rate(requests_total{job=\\"proxy\\"}[5m])) > 0.1'
CHECK = Check(
    id="multi-source-without-for",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": f'groups: [{{name: web, rules: [{{alert: Errors, expr: "{_EXPRESSION}"}}]}}]\n'}),
    good=Example(
        {"rules.yml": f'groups: [{{name: web, rules: [{{alert: Errors, expr: "{_EXPRESSION}", for: 5m}}]}}]\n'}
    ),
)
