"""The server has no such series, and had none in the last 7 days, so the rule never gives a result.

An alert on a metric that is misspelled, renamed or no longer scraped never fires. Checked with a running server
(`--prometheus URL`). Series that the linted rules record, and those under `absent`, on the right of `unless` or in a
branch of `or`, may be missing. If the metric exists and only some label value does not, this is a warning: errors that
have not happened yet look the same. While the server has no sample of `up`, or has not scraped all its targets once, no
missing series is reported, because it may only be late.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.lint.core.live import Live, narrowings, needed
from gonogo.promql.canonical import instant
from gonogo.promql.tree import Vector


def find(estate: Estate, live: Live) -> Iterator[Hit]:
    """Yield the selectors for which the server has no series."""
    for rule in estate.rules:
        for vector in needed(rule):
            if live.found.get(instant(vector)) is False:
                message, severity = _described(vector, live)
                yield rule.hit(rule.at(vector), message, severity)


def _described(vector: Vector, live: Live) -> tuple[str, Severity]:
    metric, *single = narrowings(vector) or (vector,)
    if not live.found.get(instant(metric)):
        return f"the server has no series of {vector.metric}, and had none in 7 days; correct the name, or scrape it", (
            Severity.ERROR
        )
    alone = [instant(one) for one in single if live.found.get(instant(one)) is False]
    culprit = (
        f"none like {', none like '.join(alone)}" if alone else f"none like {instant(vector)}, all matchers together"
    )
    return f"the server has series of {vector.metric}, but {culprit}, now and in the last 7 days", Severity.WARNING


_BAD = "groups: [{name: web, rules: [{alert: Errors, expr: 'rate(htpp_errors_total[5m]) > 1'}]}]\n"

CHECK = Check(
    id="unknown-metric",
    severity=Severity.ERROR,
    find=WhenKnown(lambda estate: estate.live, find),
    bad=Example({"rules.yml": _BAD}, {"live": Live(found={"htpp_errors_total": False})}),
    good=Example({"rules.yml": _BAD.replace("htpp", "http")}, {"live": Live(found={"http_errors_total": True})}),
)
