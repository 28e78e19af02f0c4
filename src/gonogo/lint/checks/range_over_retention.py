"""A range or an offset that reaches back beyond what the server keeps.

What is older than the retention has been deleted: ``increase(x[30d])`` on a server that keeps 15 days is the
increase of 15 days under another name, and ``x offset 30d`` is empty. Shorten it, record the long view step by
step, or give the server a longer retention (``--storage.tsdb.retention.time``).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from gonogo.durations import format_duration
from gonogo.lint.core.check import Check, Example
from gonogo.lint.core.estate import Estate
from gonogo.model.finding import Hit, Severity
from gonogo.promql.tree import Expression, Range, Subquery, Vector, children

_NONE = timedelta(0)


def find(estate: Estate) -> Iterator[Hit]:
    """List the selectors that reach too far, with the ranges of the subqueries around them."""
    retention = estate.retention
    if retention is None:
        return
    for rule in estate.rules:
        for node, reach in _reaches(rule.tree) if rule.tree is not None else ():
            if reach > retention:
                yield rule.hit(
                    rule.at(node),
                    f"this reaches {format_duration(reach)} back, and the server keeps {format_duration(retention)}: "
                    "what is older is missing without a word; shorten it, or keep samples longer",
                )


def _reaches(tree: Expression) -> Iterator[tuple[Expression, timedelta]]:
    """Return every selector with how far it looks back; those at a fixed time are left out."""
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
    find=find,
    bad=Example({"rules.yml": _RULES.format("30d")}, _FACTS),
    good=Example({"rules.yml": _RULES.format("14d")}, _FACTS),
    requires=("retention",),
)
