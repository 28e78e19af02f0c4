"""How an expression's result depends on the series it reads: which must be there, and how far back it looks."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from gonogo.rules.selectors import ABSENCE_FUNCTIONS
from gonogo.rules.tree import Aggregation, Binary, Call, Expression, Negation, Range, Subquery, Vector

LOOKBACK = timedelta(minutes=5)
"""How long a sample stands in for a newer one in promtool's tests."""

_ALWAYS = ABSENCE_FUNCTIONS | {"scalar", "vector"}
"""Functions that give something for nothing."""


@dataclass(frozen=True, slots=True)
class Read:
    """A selector of an expression, and how old the newest sample may be that still tells in the result.

    Attributes:
        vector: the selector.
        reach: ``None`` where a fixed time (``@``) decides that.
        instant: whether it is no range selector: then it ends at once where staleness is
            marked, as it is for what a rule records no more.
    """

    vector: Vector
    reach: timedelta | None
    instant: bool = True


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
        case Call(function=function, arguments=arguments) if function not in _ALWAYS:
            return arguments
        case _:
            return ()


def reads(root: Expression) -> Iterator[Read]:
    """List the selectors of an expression, each with its reach, from left to right."""
    return _reads(root, timedelta(0))


def _reads(node: Expression, further: timedelta | None) -> Iterator[Read]:
    match node:
        case Vector():
            yield Read(node, _sum(further, LOOKBACK, node))
        case Range(vector=vector, range=length):
            yield Read(vector, _sum(further, length, vector), instant=False)
        case Subquery(inner=inner, range=length):
            yield from _reads(inner, _sum(further, length, node))
        case Binary(left=left, right=right):
            yield from _reads(left, further)
            yield from _reads(right, further)
        case Aggregation(inner=inner) | Negation(inner=inner):
            yield from _reads(inner, further)
        case Call(arguments=arguments):
            for argument in arguments:
                yield from _reads(argument, further)
        case _:
            return


def _sum(further: timedelta | None, length: timedelta, node: Vector | Subquery) -> timedelta | None:
    return None if further is None or node.at else further + length + node.offset
