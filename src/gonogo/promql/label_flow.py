"""The flow of labels through an expression, from the parts of a node to the node.

Source: Prometheus documentation, "Functions"; ``promql/functions.go``.
"""

from __future__ import annotations

from collections.abc import Callable

from gonogo.promql.label_matching import joined
from gonogo.promql.label_set import ABSENT, ANY, BARE, OPEN, PRESENT, SCALAR, Domain, LabelSet, exactly
from gonogo.promql.selectors import ABSENCE_FUNCTIONS
from gonogo.promql.tree import (
    NAME_LABEL,
    Aggregation,
    Binary,
    Call,
    Expression,
    Negation,
    Range,
    Subquery,
    Text,
    Vector,
)

KEEPING_OPERATORS = frozenset({"topk", "bottomk", "limitk", "limit_ratio"})
"""Aggregations that select series and keep their labels."""

SCALARS = frozenset({"scalar", "time", "pi", "start", "end", "range", "step", "max_of", "min_of"})
"""Functions that return a number."""

KEEPING = frozenset({"last_over_time", "first_over_time", "sort", "sort_desc", "sort_by_label", "sort_by_label_desc"})
"""Functions that keep all labels and the metric's name."""

MAPPING = frozenset(
    {"abs", "ceil", "clamp", "clamp_max", "clamp_min", "changes", "day_of_month", "day_of_week"}
    | {"day_of_year", "days_in_month", "deg", "delta", "deriv", "double_exponential_smoothing", "exp", "floor"}
    | {"histogram_avg", "histogram_count", "histogram_stddev", "histogram_stdvar", "histogram_sum"}
    | {"holt_winters", "hour", "idelta", "increase", "irate", "ln", "log10", "log2", "minute", "month"}
    | {"predict_linear", "rad", "rate", "resets", "round", "sgn", "sqrt", "timestamp", "year", "acos", "acosh"}
    | {"asin", "asinh", "atan", "atanh", "cos", "cosh", "sin", "sinh", "tan", "tanh", "avg_over_time"}
    | {"count_over_time", "mad_over_time", "max_over_time", "min_over_time", "present_over_time"}
    | {"quantile_over_time", "stddev_over_time", "stdvar_over_time", "sum_over_time", "ts_of_first_over_time"}
    | {"ts_of_last_over_time", "ts_of_max_over_time", "ts_of_min_over_time"}
)
"""Functions that keep all labels and drop the metric's name."""


def flowed(node: Expression, parts: tuple[LabelSet, ...]) -> LabelSet:
    """Return the labels of a node that is not a selector, from the labels of its ``children``."""
    match node:
        case Call():
            return _called(node, parts)
        case Binary():
            left, right = parts
            return joined(node, left, right)
        case Aggregation():
            return _aggregated(node, parts[-1])
        case Negation():
            return SCALAR if parts[0].scalar else parts[0].unnamed()
        case Range() | Subquery():
            return parts[0]
        case _:
            return SCALAR


def _aggregated(node: Aggregation, inner: LabelSet) -> LabelSet:
    if node.operator in KEEPING_OPERATORS:
        return inner
    grouping = node.grouping
    if grouping is not None and grouping.word == "without":
        kept = inner.less((NAME_LABEL, *grouping.names))
    else:
        kept = inner.only(grouping.names if grouping else ())
    if node.operator != "count_values":
        return kept
    if not isinstance(node.parameter, Text):
        return OPEN
    label = node.parameter.value
    return kept.having(label, ANY if grouping is not None and label in grouping.names else PRESENT)


def _called(node: Call, parts: tuple[LabelSet, ...]) -> LabelSet:
    """Return the labels that the result of a function can have, from the labels of its arguments."""
    vector = next((part for part in parts if not part.scalar), BARE)
    if node.function in SCALARS:
        return SCALAR
    if node.function in ABSENCE_FUNCTIONS:
        return _absence(node.arguments[0])
    if node.function in MAPPING:
        return vector.unnamed()
    if node.function in KEEPING:
        return vector
    special = _SPECIAL.get(node.function)
    return OPEN if special is None else special(node, vector)


def _absence(argument: Expression) -> LabelSet:
    """Return the labels of ``absent``: the labels that its selector sets by ``=``.

    There are no labels if the argument is in brackets. Because of the order of matchers, a label with several matchers
    may be dropped.
    """
    vector = argument.vector if isinstance(argument, Range) else argument
    if not isinstance(vector, Vector):
        return BARE
    named: dict[str, Domain] = {}
    for matcher in vector.matchers:
        if matcher.op == "=" and matcher.label != NAME_LABEL:
            named[matcher.label] = named.get(matcher.label, ABSENT) | exactly([matcher.value])
    return LabelSet(named, ABSENT)


def _replace(node: Call, vector: LabelSet) -> LabelSet:
    """Set a label on series that the pattern matches. Other series keep the old value."""
    match node.arguments:
        case (_, Text(label), Text(""), *_):
            return vector.having(label, vector.of(label) | ABSENT)
        case (_, Text(label), Text(replacement), *_) if "$" not in replacement:
            return vector.having(label, vector.of(label) | exactly([replacement]))
        case (_, Text(label), *_):
            return vector.having(label, ANY)
        case _:
            return OPEN


def _join(node: Call, vector: LabelSet) -> LabelSet:
    match node.arguments:
        case (_, Text(label), Text(separator), *sources):
            domains = [vector.of(source.value) for source in sources if isinstance(source, Text)]
        case _:
            return OPEN
    if (separator and len(sources) > 1) or any(domain.is_guaranteed for domain in domains):
        return vector.having(label, PRESENT)
    return vector.having(label, ABSENT if all(domain.is_absent for domain in domains) else ANY)


_SPECIAL: dict[str, Callable[[Call, LabelSet], LabelSet]] = {
    "vector": lambda _, __: BARE,
    "histogram_quantile": lambda _, vector: vector.less((NAME_LABEL, "le")),
    "histogram_fraction": lambda _, vector: vector.unnamed().having("le", vector.of("le") | ABSENT),
    "label_replace": _replace,
    "label_join": _join,
}
