"""A test of freshness that only proves that a target was scraped, not that the writer is alive.

``timestamp(x)`` is the time of the scrape. A Pushgateway serves the last value for ever, and node_exporter reads a text
file as long as it exists, so the time of the scrape is always now. ``node_textfile_mtime_seconds`` also changes when
somebody touches or empties the file. And an instant selector never finds a sample older than the lookback, 5 minutes by
default, so ``time() - timestamp(x) > 600`` is never true: an ended series is absent. Let the writer put its own time
into a metric, compare ``time()`` with that metric, and add ``absent()`` for the case that it is gone. If no label shows
how a metric comes to the server, its ``timestamp`` is only a note.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.durations import format_duration
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.tree import Binary, Call, Expression, Number, Vector, walk

_OF_SCRAPE = (
    "timestamp() is the time of the scrape, which stays new even if the writer of a pushed metric or a text file is "
    "dead; compare with a time that the writer puts into a metric"
)
_OF_FILE = "an empty or touched file looks as new as a good one; compare with a time that the writer puts into a metric"
_MTIME = "node_textfile_mtime_seconds"
_WRITERS = frozenset({"textfile", "pushgateway", "push"})
_WRITTEN_BY = frozenset({"via", "job", "exported_job"})
_PASSED_ON = frozenset({"exported_job", "exported_instance"})
"""Labels of series that were written by another program than the target that serves them."""


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the ages that are taken from scrapes or from files instead of from the writer."""
    signals = estate.interest.metrics if estate.interest else frozenset()
    for rule in estate.rules:
        for node in rule.nodes:
            match node:
                case Call(function="timestamp", arguments=(Vector() as vector,)):
                    known = _passed_on(vector) or rule.name in signals
                    yield rule.hit(rule.at(node), _OF_SCRAPE, None if known else Severity.INFO)
                case Binary(operator="-", left=Call(function="time"), right=right):
                    yield from (rule.hit(rule.at(one), _OF_FILE) for one in walk(right) if _is_mtime(one))
                case Binary(operator=">" | ">=" as operator, left=age, right=Number(value=limit)) if _age_of_sample(
                    age
                ) and _beyond(operator, limit, estate.lookback.total_seconds()):
                    yield rule.hit(
                        rule.at(node),
                        f"no sample found here is older than {format_duration(estate.lookback)}, so this is never "
                        "true; use absent(), or a time that the writer puts into a metric",
                    )
                case _:
                    continue


def _passed_on(vector: Vector) -> bool:
    """Return whether the labels of a selector show that its series are pushed, or read from a text file."""
    return "_textfile_" in (vector.metric or "") or any(
        (one.label in _PASSED_ON and one.op in {"=", "=~"})
        or (one.label in _WRITTEN_BY and one.op == "=" and one.value in _WRITERS)
        for one in vector.matchers
    )


def _is_mtime(node: Expression) -> bool:
    return isinstance(node, Vector) and node.metric == _MTIME


def _beyond(operator: str, limit: float, lookback: float) -> bool:
    """Return whether no age up to the lookback satisfies the comparison; 2.x still finds a sample exactly that old."""
    return limit >= lookback if operator == ">" else limit > lookback


def _age_of_sample(node: Expression) -> bool:
    match node:
        case Binary(
            operator="-",
            left=Call(function="time"),
            right=Call(function="timestamp", arguments=(Vector(offset=offset, at=""),)),
        ):
            return not offset
        case _:
            return False


_RULES = """\
groups:
  - name: heartbeat
    rules:
      - alert: WriterDead
        expr: time() - {} > 120
"""

CHECK = Check(
    id="freshness-by-scrape-time",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _RULES.format("timestamp(duri_textfile_heartbeat_seq)")}),
    good=Example({"rules.yml": _RULES.format("duri_textfile_heartbeat_ts")}),
    requires=lambda estate: estate.interest,
)
