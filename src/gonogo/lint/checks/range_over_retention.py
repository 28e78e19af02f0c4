"""A range or an offset looks back further than the server keeps samples.

Samples older than the retention are deleted: ``increase(x[30d])`` on a server that keeps 15 days is the increase of 15
days under another name, and ``x offset 30d`` is empty. Shorten the range, record the long view step by step, or give
the server a longer retention (``--storage.tsdb.retention.time``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity, WhenKnown
from gonogo.promql.tree import Expression, Range, Subquery, Vector, children

_NONE = timedelta(0)


def find(estate: Estate, retention: timedelta) -> Iterator[Hit]:
    """Yield the selectors that look back too far, including the ranges of the subqueries around them."""
    for rule in estate.rules:
        for node, reach in _reaches(rule.tree) if rule.tree is not None else ():
            if reach > retention:
                yield rule.hit(
                    rule.at(node),
                    f"this looks back {format_duration(reach)}, but the server keeps only "
                    f"{format_duration(retention)}: "
                    "older samples are missing without an error; shorten the range, or keep samples longer",
                )


def _reaches(tree: Expression) -> Iterator[tuple[Expression, timedelta]]:
    """Yield every selector with the time that it looks back, except those at a fixed time."""
    waiting = [(tree, _NONE)]
    while waiting:
        node, reach = waiting.pop()
        match node:
            case Vector(offset=offset, at=""):
                yield node, reach + offset
            case Range(vector=Vector(offset=offset, at=""), range=length):
                yield node, reach + offset + length
            case Subquery(offset=offset, at="", range=length, inner=inner):
                waiting.append((inner, reach + offset + length))
            case Vector() | Range() | Subquery():
                continue
            case _:
                waiting.extend((part, reach) for part in children(node))


_RULES = "groups: [{{name: web, rules: [{{record: 'job:requests:month', expr: 'increase(requests_total[{}])'}}]}}]\n"
_FACTS = {"retention": timedelta(days=15)}

CHECK = Check(
    id="range-over-retention",
    severity=Severity.WARNING,
    find=WhenKnown(lambda estate: estate.retention, find),
    bad=Example({"rules.yml": _RULES.format("30d")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("14d")}, _FACTS),
)
