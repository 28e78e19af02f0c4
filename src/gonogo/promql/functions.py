"""The functions and aggregations of PromQL, with the types of their arguments and values.

Source: Prometheus, ``promql/parser/functions.go`` of 2.42 to 3.16.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """The type of an expression, in the words of messages."""

    SCALAR = "scalar"
    STRING = "string"
    VECTOR = "instant vector"
    MATRIX = "range vector"


S, T, V, M = Type.SCALAR, Type.STRING, Type.VECTOR, Type.MATRIX
UNLIMITED = 1000
"""A number of arguments that no expression reaches."""


@dataclass(frozen=True, slots=True)
class Signature:
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
