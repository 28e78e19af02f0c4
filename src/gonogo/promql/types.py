"""Checks the types of expressions, and the other conditions that a grammar cannot express.

Source: Prometheus, ``promql/parser/parse.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

from msgspec import Struct

from gonogo.promql.refusal import Refusal, Unjudged
from gonogo.promql.tree import (
    COMPARISONS,
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Number,
    Range,
    Subquery,
    Text,
    Vector,
)


class Type(StrEnum):
    """The type of an expression, in the words of messages."""

    SCALAR = "scalar"
    STRING = "string"
    VECTOR = "instant vector"
    MATRIX = "range vector"


S, T, V, M = Type.SCALAR, Type.STRING, Type.VECTOR, Type.MATRIX
UNLIMITED = 1000
"""A number of arguments that no expression reaches."""


class Signature(Struct, frozen=True):
    """The arguments of a function. All arguments after the last type have the last type, too.

    Attributes:
        takes: the type of each argument.
        returns: the type of the value.
        fewest: the smallest number of arguments.
        most: the largest number of arguments.
    """

    takes: tuple[Type, ...]
    returns: Type
    fewest: int
    most: int


def _exactly(takes: tuple[Type, ...], names: str, returns: Type = V) -> dict[str, Signature]:
    return dict.fromkeys(names.split(), Signature(takes, returns, len(takes), len(takes)))


def _at_least(fewest: int, most: int, takes: tuple[Type, ...], names: str) -> dict[str, Signature]:
    return dict.fromkeys(names.split(), Signature(takes, V, fewest, most))


FUNCTIONS: Mapping[str, Signature] = {
    **_exactly(
        (V,),
        "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count"
        " histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt"
        " start_timestamp tan tanh timestamp",
    ),
    **_exactly(
        (M,),
        "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate"
        " last_over_time mad_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time"
        " stdvar_over_time sum_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time"
        " ts_of_min_over_time",
    ),
    **_exactly((), "end pi range start step time", S),
    **_exactly((S, S), "max_of min_of", S),
    **_exactly((V,), "scalar", S),
    **_exactly((S,), "vector"),
    **_exactly((V, S, S), "clamp"),
    **_exactly((V, S), "clamp_max clamp_min"),
    **_exactly((M, S, S), "double_exponential_smoothing holt_winters"),
    **_exactly((M, S), "predict_linear"),
    **_exactly((S, M), "quantile_over_time"),
    **_exactly((S, V), "histogram_quantile"),
    **_exactly((S, S, V), "histogram_fraction"),
    **_exactly((V, T, T, T, T), "label_replace"),
    **_at_least(0, 1, (V,), "day_of_month day_of_week day_of_year days_in_month hour minute month year"),
    **_at_least(1, 2, (V, S), "round"),
    **_at_least(1, 2, (V, V), "info"),
    **_at_least(1, 2, (M, S), "integral"),
    **_at_least(1, UNLIMITED, (V, T), "sort_by_label sort_by_label_desc"),
    **_at_least(3, UNLIMITED, (V, T, T, T), "label_join"),
    **_at_least(3, 12, (V, T, S, S), "histogram_quantiles"),
}

AGGREGATIONS: Mapping[str, Type | None] = {
    **dict.fromkeys(["avg", "count", "group", "max", "min", "stddev", "stdvar", "sum"]),
    **dict.fromkeys(["bottomk", "limit_ratio", "limitk", "quantile", "topk"], S),
    "count_values": T,
}
"""The type of each aggregation's parameter; None for an aggregation without a parameter."""


DEEPEST = 200
"""The deepest nesting of operations, so that a function can walk a tree by recursion."""

_SETS = frozenset({"and", "or", "unless"})
_SUMMED = frozenset({Type.SCALAR, Type.VECTOR})


def check(root: Expression) -> None:
    """Refuse an expression whose parts do not match each other.

    Raises:
        Refusal: the type or the number of operands is wrong, or a selector would select everything.
        Unjudged: the expression is nested too deeply.
    """
    _CHECKS[type(root)](root, 0)


def type_of(node: Expression) -> Type:
    """Return the type of an expression that was checked."""
    while isinstance(node, Negation):
        node = node.inner
    if isinstance(node, Binary):
        return Type.VECTOR if Type.VECTOR in {type_of(node.left), type_of(node.right)} else Type.SCALAR
    return FUNCTIONS[node.function].returns if isinstance(node, Call) else _TYPES[type(node)]


_TYPES: Mapping[type, Type] = {
    Number: Type.SCALAR,
    Text: Type.STRING,
    Vector: Type.VECTOR,
    Aggregation: Type.VECTOR,
    Range: Type.MATRIX,
    Subquery: Type.MATRIX,
}


def _of(node: Expression, depth: int) -> Type:
    if depth >= DEEPEST:
        message = f"more than {DEEPEST} operations are nested here; record parts of the expression by other rules"
        raise Unjudged(message, node.start, node.end)
    return _CHECKS[type(node)](node, depth + 1)


def _vector(node: Vector, _: int) -> Type:
    if node.metric is None and not any(not matcher.accepts("") for matcher in node.matchers):
        message = "the selector selects everything; it needs a name, or a matcher that an empty value does not pass"
        raise Refusal(message, node.start, node.end)
    return Type.VECTOR


def _subquery(node: Subquery, depth: int) -> Type:
    _expect(node.inner, Type.VECTOR, "a subquery", depth)
    return Type.MATRIX


def _call(node: Call, depth: int) -> Type:
    signature = FUNCTIONS[node.function]
    _count(node, signature)
    given = node.arguments
    if node.function == "info":
        given = given[:1]
    last = len(signature.takes) - 1
    for place, argument in enumerate(given):
        _expect(argument, signature.takes[min(place, last)], node.function, depth)
    return signature.returns


def _count(node: Call, signature: Signature) -> None:
    given, fewest, most = len(node.arguments), signature.fewest, signature.most
    if fewest <= given <= most:
        return
    if fewest == most:
        takes = str(most)
    else:
        takes = f"at least {fewest}" if given < fewest or most == UNLIMITED else f"at most {most}"
    message = (
        f"{node.function} takes {takes} argument{'' if takes.endswith(' 1') or takes == '1' else 's'}, not {given}"
    )
    raise Refusal(message, node.start, node.end)


def _aggregation(node: Aggregation, depth: int) -> Type:
    if (parameter := node.parameter) is not None:
        _expect(parameter, AGGREGATIONS[node.operator] or Type.SCALAR, f"the parameter of {node.operator}", depth)
    _expect(node.inner, Type.VECTOR, node.operator, depth)
    return Type.VECTOR


def _binary(node: Binary, depth: int) -> Type:
    operator = node.operator
    left, right = _of(node.left, depth), _of(node.right, depth)
    for found in (left, right):
        if found not in _SUMMED:
            raise Refusal(f"{operator} takes only scalars and instant vectors, not a {found}", node.start, node.end)
    scalars = left is right is Type.SCALAR
    both = left is right is Type.VECTOR
    message = ""
    if node.boolean and operator not in COMPARISONS:
        message = f"bool can only follow a comparison, not {operator}"
    elif scalars and operator in COMPARISONS and not node.boolean:
        message = f"a comparison of two scalars needs bool: {operator} bool"
    elif operator in _SETS and not both:
        message = f"{operator} needs an instant vector on both sides"
    elif node.fill != (None, None) and (not both or operator in _SETS):
        message = "fill needs an instant vector on both sides, and no set operator between them"
    if message:
        raise Refusal(message, node.start, node.end)
    return Type.SCALAR if scalars else Type.VECTOR


def _expect(node: Expression, wanted: Type, where: str, depth: int) -> None:
    found = _of(node, depth)
    if found is not wanted:
        raise Refusal(f"{where} takes {_article(wanted)}, not {_article(found)}", node.start, node.end)


def _article(name: Type) -> str:
    return f"an {name}" if name is Type.VECTOR else f"a {name}"


_CHECKS: Mapping[type, Callable[[Any, int], Type]] = {
    Number: lambda _node, _depth: Type.SCALAR,
    Text: lambda _node, _depth: Type.STRING,
    Vector: _vector,
    Range: lambda node, depth: (_vector(node.vector, depth), Type.MATRIX)[1],
    Subquery: _subquery,
    Call: _call,
    Aggregation: _aggregation,
    Binary: _binary,
    Negation: lambda node, depth: _of(node.inner, depth),
}
