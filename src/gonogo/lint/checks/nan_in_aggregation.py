"""A sum or an average of quotients: one series with 0 / 0 makes the whole result NaN.

``avg(rate(errors_total[5m]) / rate(requests_total[5m]))`` is NaN as soon as one instance has no traffic. A comparison
with NaN is never true, so the alert is silent for all other instances too. Exclude idle series with
``rate(requests_total[5m]) > 0``, bound the divisor with ``clamp_min``, or divide sums instead of summing quotients. It
is a warning if the divisor is 0 whenever nothing happens: rates, increases and sums of them. For other divisors without
a lower bound, such as a gauge, only the author can know, so they are a note.
"""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum

from gonogo.lint.core.check import Check, Estate, Example, Hit, Severity
from gonogo.promql.tree import COMPARISONS, Aggregation, Binary, Call, Expression, Negation, Number, Subquery

_SPOILT = frozenset({"sum", "avg", "stddev", "stdvar"})
_SPOILT_OVER_TIME = frozenset(f"{name}_over_time" for name in _SPOILT)
_DIVISIONS = frozenset({"/", "%"})
_ARITHMETIC = frozenset({"+", "-", "*", "^"}) | _DIVISIONS
_SETS = frozenset({"and", "unless"})
_IDLE_AT_ZERO = frozenset({"rate", "irate", "increase", "changes", "resets"})
_SHAPING = frozenset({"abs", "ceil", "floor", "round", "scalar", "sum_over_time", "avg_over_time", "max_over_time"})
_NEVER_ZERO = frozenset({"count", "group"})


class Zero(IntEnum):
    """The times at which a divisor is 0, the least likely first."""

    NEVER = 0
    PERHAPS = 1
    WHEN_IDLE = 2


def find(estate: Estate) -> Iterator[Hit]:
    """Yield the divisions that can make an aggregation around them NaN."""
    for rule in estate.rules:
        for node in rule.nodes:
            summed = _summed(node)
            for division in () if summed is None else _divisions(summed):
                idle = _zero(division.right) is Zero.WHEN_IDLE
                when = "a series without events is" if idle else "a series with the divisor 0 can be"
                yield rule.hit(
                    rule.at(division),
                    f"{when} 0 {division.operator} 0, and one NaN makes the {_name(node)} of all series NaN; "
                    "exclude such series with a divisor '> 0', or divide after aggregating",
                    None if idle else Severity.INFO,
                )


def _summed(node: Expression) -> Expression | None:
    """Return the expression that a node adds up; None if it adds nothing up."""
    match node:
        case Aggregation(operator=operator, inner=inner) if operator in _SPOILT:
            return inner
        case Call(function=function, arguments=(Subquery(inner=inner),)) if function in _SPOILT_OVER_TIME:
            return inner
        case _:
            return None


def _name(node: Expression) -> str:
    return node.operator if isinstance(node, Aggregation) else "average over time"


def _divisions(node: Expression) -> Iterator[Binary]:
    """Yield the unfiltered divisions whose divisor may be 0."""
    match node:
        case Binary(operator=operator, right=right) if operator in _DIVISIONS and _zero(right) is not Zero.NEVER:
            yield node
        case Binary(operator=operator, left=left, right=right) if operator in _ARITHMETIC or operator == "or":
            yield from _divisions(left)
            yield from _divisions(right)
        case Negation(inner=inner):
            yield from _divisions(inner)
        case Call(arguments=arguments):
            for argument in arguments:
                yield from _divisions(argument)
        case _:
            return


def _zero(node: Expression) -> Zero:
    """Return when a divisor is 0, as far as its form shows."""
    match node:
        case Call() | Aggregation():
            return _zero_of(node)
        case Number(value=value):
            return Zero.NEVER if value else Zero.PERHAPS
        case Binary(operator=operator, boolean=boolean) if operator in COMPARISONS | _SETS:
            return Zero.PERHAPS if boolean else Zero.NEVER
        case Binary(operator="+" | "or" | "*" | "/" as operator, left=left, right=right):
            return _combined(operator, _zero(left), _zero(right))
        case _:
            return Zero.PERHAPS


def _zero_of(node: Call | Aggregation) -> Zero:
    match node:
        case Call(function="clamp_min" | "clamp", arguments=(_, Number(value=least), *_)) if least > 0:
            return Zero.NEVER
        case Call(function=function) if function in _IDLE_AT_ZERO:
            return Zero.WHEN_IDLE
        case Call(function=function, arguments=(inner, *_)) if function in _SHAPING:
            return _zero(inner.inner if isinstance(inner, Subquery) else inner)
        case Aggregation(operator=operator, inner=inner):
            return Zero.NEVER if operator in _NEVER_ZERO else _zero(inner)
        case _:
            return Zero.PERHAPS


def _combined(operator: str, left: Zero, right: Zero) -> Zero:
    """Combine two operands: a sum is 0 if both are, a product if one is, a quotient if its left side is."""
    match operator:
        case "+":
            return min(left, right)
        case "/":
            return left
        case _:
            return max(left, right)


_BAD = """\
groups:
  - name: web
    rules:
      - alert: ManyErrors
        expr: avg by (job) (rate(errors_total[5m]) / rate(requests_total[5m])) > 0.05
"""

CHECK = Check(
    id="nan-in-aggregation",
    severity=Severity.WARNING,
    find=find,
    bad=Example({"rules.yml": _BAD}),
    good=Example({"rules.yml": _BAD.replace("rate(requests_total[5m])", "(rate(requests_total[5m]) > 0)")}),
)
