"""Finds the series without which an expression certainly gives nothing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import Aggregation, Binary, Call, Expression, Negation, Range, Subquery, Vector

LOOKBACK = timedelta(minutes=5)
"""The time for which promtool's tests use a sample if no newer sample follows."""

ALWAYS = ABSENCE_FUNCTIONS | {"scalar", "vector", "info"}
"""The functions that give a result for an empty input."""


def certainly_empty(root: Expression, missing: Callable[[Vector], bool]) -> bool:
    """Return True if an expression certainly gives nothing when the ``missing`` selectors find nothing."""
    match root:
        case Vector():
            return missing(root)
        case Range(vector=vector):
            return missing(vector)
        case Binary(operator="or", left=left, right=right):
            return certainly_empty(left, missing) and certainly_empty(right, missing)
        case _:
            return any(certainly_empty(part, missing) for part in _needed(root))


def _needed(node: Expression) -> tuple[Expression, ...]:
    """Return the parts of an expression that must all have a result: if one is empty, the expression is empty."""
    match node:
        case Binary(operator="unless", left=left):
            return (left,)
        case Binary(left=left, right=right, fill=(None, None)):
            return (left, right)
        case Aggregation(inner=inner) | Subquery(inner=inner) | Negation(inner=inner):
            return (inner,)
        case Call(function=function, arguments=arguments) if function not in ALWAYS:
            return arguments
        case _:
            return ()
