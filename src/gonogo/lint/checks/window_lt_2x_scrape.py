"""A window shorter than two scrapes holds too few samples for a rate.

``rate``, ``increase``, ``delta``, ``changes`` and similar functions compare samples, so they need two. A window under
twice the scrape interval often holds only one: the result has gaps, or says that nothing changes. With a window under
four intervals, one failed scrape does the same, which is a warning. If several jobs may scrape a metric, the quickest
one decides. A window that is too short only for a slower job is a note. Recorded series have the interval of their
group, and subqueries have their step. Look back at least four intervals, or scrape more often.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.formats.sources import WrittenRule
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.lint.core.sampling import Pace, Sampling
from gonogo.promql.tree import Call, Range, Subquery

COMPARING = frozenset(
    {"rate", "irate", "increase", "delta", "idelta", "deriv", "predict_linear", "resets", "changes"}
    | {"holt_winters", "double_exponential_smoothing"}
)
"""The functions that need more than one sample."""

FEWEST = 2
"""The number of intervals in a window that holds two samples."""

SAFE = 4
"""The number of intervals in a window that still holds two samples after one failed scrape."""


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the windows that hold too few samples."""
    sampling = Sampling(estate)
    for rule in estate.rules:
        for call in rule.nodes:
            if isinstance(call, Call) and call.function in COMPARING:
                yield from _in_call(rule, call, sampling)


def _in_call(rule: WrittenRule, call: Call, sampling: Sampling) -> Iterator[Hit]:
    for argument in call.arguments:
        if isinstance(argument, Range):
            if paces := sampling.paces(argument.vector):
                yield from _judged(rule, argument, call.function, argument.range, paces)
        elif isinstance(argument, Subquery):
            step = argument.step or (sampling.estate.configuration and sampling.estate.evaluation_interval)
            if step and argument.range < FEWEST * step:
                pace = Pace(step, "the subquery is evaluated")
                yield rule.hit(rule.at(argument), _too_short(call.function, argument.range, pace))


def _judged(
    rule: WrittenRule, argument: Range, function: str, window: timedelta, paces: tuple[Pace, ...]
) -> Iterator[Hit]:
    quickest, slowest = paces[0], paces[-1]
    over = f"{function} over {format_duration(window)}"
    if window < FEWEST * quickest.interval:
        yield rule.hit(rule.at(argument), _too_short(function, window, quickest))
    elif window < SAFE * quickest.interval:
        message = (
            f"{quickest.source} every {format_duration(quickest.interval)}, so a single lost sample leaves {over} "
            f"with too few; look back at least {format_duration(SAFE * quickest.interval)}"
        )
        yield rule.hit(rule.at(argument), message, Severity.WARNING)
    elif window < FEWEST * slowest.interval:
        message = (
            f"{over} would hold fewer than two samples where {slowest.source} every "
            f"{format_duration(slowest.interval)}; add a matcher on 'job'"
        )
        yield rule.hit(rule.at(argument), message, Severity.INFO)


def _too_short(function: str, window: timedelta, pace: Pace) -> str:
    return (
        f"{function} needs two samples, but {pace.source} every {format_duration(pace.interval)}, so "
        f"{format_duration(window)} often holds fewer; look back at least {format_duration(SAFE * pace.interval)}"
    )


_CONFIGURATION = """\
global: {scrape_interval: 15s, evaluation_interval: 15s}
rule_files: [rules.yml]
scrape_configs: [{job_name: web}, {job_name: batch, scrape_interval: 1m}]
"""
_BAD = "groups: [{name: web, rules: [\n  {record: 'job:done:rate', expr: 'rate(done_total{job=\"batch\"}[90s])'}]}]\n"

CHECK = Check(
    id="window-lt-2x-scrape",
    severity=Severity.ERROR,
    find=find,
    bad=Example({"prometheus.yml": _CONFIGURATION, "rules.yml": _BAD}),
    good=Example({"prometheus.yml": _CONFIGURATION, "rules.yml": _BAD.replace("[90s]", "[5m]")}),
    requires=lambda estate: estate.configuration,
)
