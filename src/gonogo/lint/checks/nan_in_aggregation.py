"""A sum or an average over quotients: one idle series makes 0 / 0, and the whole result NaN.

``avg(rate(errors_total[5m]) / rate(requests_total[5m]))`` is NaN as soon as one instance has no traffic, and a
comparison with NaN is never true: the alert is silent for all the others too. Keep the idle ones out with
``rate(requests_total[5m]) > 0``, bound the divisor with ``clamp_min``, or divide sums instead of summing quotients.
Only divisors that become 0 when nothing happens are told: rates, increases and sums of such.
"""

from __future__ import annotations

from collections.abc import Iterator

from gonogo.lint.check import Check, Example
from gonogo.lint.estate import Estate
from gonogo.lint.finding import Hit, Severity
from gonogo.rules.tree import Aggregation, Binary, Call, Expression, Negation, Subquery

_SPOILT = frozenset({"sum", "avg", "stddev", "stdvar"})
_SPOILT_OVER_TIME = frozenset(f"{name}_over_time" for name in _SPOILT)
_DIVISIONS = frozenset({"/", "%"})
_ARITHMETIC = frozenset({"+", "-", "*", "^"}) | _DIVISIONS
_IDLE_AT_ZERO = frozenset({"rate", "irate", "increase", "changes", "resets"})
_SHAPING = frozenset({"abs", "ceil", "floor", "round", "scalar", "sum_over_time", "avg_over_time", "max_over_time"})
_NEVER_ZERO = frozenset({"count", "group", "count_values"})


def find(estate: Estate) -> Iterator[Hit]:
    """List the divisions that can spoil an aggregation around them."""
    for rule in estate.rules:
        for node in rule.nodes:
            summed = _summed(node)
            for division in () if summed is None else _divisions(summed):
                yield rule.hit(
                    rule.at(division),
                    f"where nothing happens this is 0 {division.operator} 0, and one NaN spoils the {_name(node)} of "
                    "all; keep idle series out with a divisor '> 0', or divide after aggregating",
                )


def _summed(node: Expression) -> Expression | None:
    """Give what a node adds up, if it does."""
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
    """List the divisions by what may be 0 whose result nothing filters."""
    match node:
        case Binary(operator=operator, left=left, right=right) if operator in _DIVISIONS and _may_be_zero(right):
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


def _may_be_zero(node: Expression) -> bool:
    match node:
        case Call(function=function, arguments=(inner, *_)):
            shaped = inner.inner if isinstance(inner, Subquery) else inner
            return function in _IDLE_AT_ZERO or (function in _SHAPING and _may_be_zero(shaped))
        case Aggregation(operator=operator, inner=inner):
            return operator not in _NEVER_ZERO and _may_be_zero(inner)
        case Binary(operator="+", left=left, right=right):
            return _may_be_zero(left) and _may_be_zero(right)
        case Binary(operator="*" | "or", left=left, right=right):
            return _may_be_zero(left) or _may_be_zero(right)
        case Binary(operator="/", left=left):
            return _may_be_zero(left)
        case _:
            return False


CHECK = Check(
    id="nan-in-aggregation",
    severity=Severity.WARNING,
    find=find,
    bad=Example(
        {
            "rules.yml": """\
groups:
  - name: web
    rules:
      - alert: ManyErrors
        expr: avg by (job) (rate(errors_total[5m]) / rate(requests_total[5m])) > 0.05
""",
        },
    ),
    good=Example(
        {
            "rules.yml": """\
groups:
  - name: web
    rules:
      - alert: ManyErrors
        expr: avg by (job) (rate(errors_total[5m]) / (rate(requests_total[5m]) > 0)) > 0.05
""",
        },
    ),
)
