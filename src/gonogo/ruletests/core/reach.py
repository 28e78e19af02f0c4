"""How an expression's result depends on the series it reads: which must be there for it to give anything."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import Aggregation, Binary, Call, Expression, Negation, Range, Subquery, Vector

LOOKBACK = timedelta(minutes=5)
"""How long a sample stands in for a newer one in promtool's tests."""

ALWAYS = ABSENCE_FUNCTIONS | {"scalar", "vector", "info"}
"""Functions that give something for nothing."""


def certainly_empty(root: Expression, missing: Callable[[Vector], bool]) -> bool:
    """Tell whether an expression gives nothing for certain, when the selectors that are ``missing`` find nothing."""
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
    """Give the parts of an expression any of which leaves nothing of it when it is empty."""
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
