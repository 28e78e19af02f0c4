"""A rule reads a recorded metric that no rule records, so it finds nothing and never fires or records.

Names with ``:`` belong to recording rules. Usually the rule was renamed or removed, or the name is misspelled. The same
holds for ``ALERTS{alertname="x"}`` if no alert has that name. It is an error if all rules of the server are known and
no series come from other servers. Otherwise it is a note, because another file or another server may have the rule.
Record the metric, or correct the name.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.canonical import instant
from gonogo.promql.graph import ALERT_METRICS
from gonogo.promql.tree import Vector

ALERT_NAME = "alertname"
_DOUBT = " in the files that are known here; correct the name, unless another file or server has the rule"
_EXAMPLE = "global: {scrape_interval: 15s}\nrule_files: ['*.yml']\n"


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the selectors of series that no rule makes."""
    configuration = estate.configuration
    closed = estate.complete and configuration is not None and not configuration.outside
    severity = Severity.ERROR if closed else Severity.INFO
    alerts = frozenset(rule.name for rule in estate.alerts)
    for rule in estate.rules:
        for node in rule.nodes:
            if isinstance(node, Vector) and (what := _missing(estate, node, alerts)):
                consequence = ", so this finds no series; correct the name, or add the rule" if closed else _DOUBT
                yield rule.hit(rule.at(node), f"{what}{consequence}", severity)


def _missing(estate: Estate, vector: Vector, alerts: frozenset[str]) -> str:
    """Return what a selector reads that no rule makes, as a clause; empty if all is there."""
    if vector.metric is None or _found_live(estate, vector):
        return ""
    if vector.metric in ALERT_METRICS:
        matchers = [matcher for matcher in vector.matchers if matcher.label == ALERT_NAME]
        named = any(not matcher.accepts("") for matcher in matchers)
        if not named or any(all(matcher.accepts(name) for matcher in matchers) for name in alerts):
            return ""
        return f"no alert has a name that fits {vector.metric}{{{ALERT_NAME}…}}"
    if ":" in vector.metric and not estate.graph.recorded_by(vector.metric):
        return f"no rule records {vector.metric}"
    return ""


def _found_live(estate: Estate, vector: Vector) -> bool:
    return estate.live is not None and estate.live.found.get(instant(vector), False)


_BAD = (
    "groups: [{name: web, rules: [\n"
    "  {record: 'job:errors:rate5m', expr: 'sum by (job) (rate(errors_total[5m]))'},\n"
    "  {alert: Errors, expr: 'job:errors:rate1m > 1'}]}]\n"
)

CHECK = Check(
    id="dangling-recorded-metric",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"prometheus.yml": _EXAMPLE, "rules.yml": _BAD}),
    good=Example({"prometheus.yml": _EXAMPLE, "rules.yml": _BAD.replace("rate1m", "rate5m")}),
    requires=lambda estate: estate.configuration,
)
