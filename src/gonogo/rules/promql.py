"""Reads PromQL text into trees: the only module that knows the parser."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import timedelta
from functools import lru_cache
from typing import Any

import promql_parser as native

from gonogo.durations import format_duration
from gonogo.rules.source_text import Unjudged, parsable
from gonogo.rules.tree import (
    NAME_LABEL,
    Aggregation,
    Binary,
    Call,
    Expression,
    Labels,
    Matcher,
    Negation,
    Number,
    Range,
    Subquery,
    Text,
    Vector,
)

DEEPEST = 200
"""How many operations may stand inside one another; Python's own stack ends at about three times that."""

_OPERATORS = {"MatchOp.Equal": "=", "MatchOp.NotEqual": "!=", "MatchOp.Re": "=~", "MatchOp.NotRe": "!~"}
_SIDES = {"VectorMatchCardinality.ManyToOne": "group_left", "VectorMatchCardinality.OneToMany": "group_right"}
_EDGES = {"AtModifierType.Start": "start()", "AtModifierType.End": "end()"}
_PANIC = "PanicException"
"""How native code reports its own bugs; the class has no public name and is no Exception."""

with suppress(ValueError):  # a parser that knows the function by itself refuses to learn it again
    native.register_extra_functions(
        [
            native.Function(
                "holt_winters",
                [native.ValueType.Matrix, native.ValueType.Scalar, native.ValueType.Scalar],
                native.ValueType.Vector,
            )
        ]
    )


@lru_cache(maxsize=8192)
def parse(expression: str) -> Expression:
    """Read an expression.

    Raises:
        Unjudged: it may be PromQL, but none that can be read here; the message says why.
        ValueError: it is no PromQL, as far as the parser knows; the message says why.
    """
    text = parsable(expression)
    try:
        return _read(native.parse(text), 0)
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        message = f"the parser cannot bear it: {error}"
        raise Unjudged(message) from None


def _read(node: object, depth: int) -> Expression:
    if depth > DEEPEST:
        message = f"more than {DEEPEST} operations stand inside one another; record parts by rules of their own"
        raise Unjudged(message)
    while isinstance(node, native.ParenExpr):
        node = node.expr
    return _READERS[type(node)](node, depth + 1)


def _number(node: native.NumberLiteral, _: int) -> Number:
    return Number(node.val)


def _text(node: native.StringLiteral, _: int) -> Text:
    return Text(node.val)


def _vector(node: native.VectorSelector, _: int) -> Vector:
    if node.matchers.or_matchers:
        message = "'or' between label matchers is no PromQL of Prometheus"
        raise ValueError(message)
    matchers = {Matcher(m.name, _OPERATORS[str(m.op)], m.value) for m in node.matchers.matchers}
    names = {m for m in matchers if m.label == NAME_LABEL and m.op == "="}
    metric = node.name
    if metric is None and len(names) == 1:
        metric = next(iter(names)).value
        matchers -= names
    return Vector(metric, tuple(sorted(matchers)), _offset(node.offset), _at(node.at))


def _range(node: native.MatrixSelector, depth: int) -> Range:
    return Range(_vector(node.vector_selector, depth), _exact(node.range))


def _subquery(node: native.SubqueryExpr, depth: int) -> Subquery:
    step = None if node.step is None else _exact(node.step)
    return Subquery(_read(node.expr, depth), _offset(node.range), step, _offset(node.offset), _at(node.at))


def _call(node: native.Call, depth: int) -> Call:
    return Call(node.func.name, tuple(_read(argument, depth) for argument in node.args))


def _aggregation(node: native.AggregateExpr, depth: int) -> Aggregation:
    parameter = None if node.param is None else _read(node.param, depth)
    return Aggregation(str(node.op), _read(node.expr, depth), _grouping(node.modifier), parameter)


def _negation(node: native.UnaryExpr, depth: int) -> Expression:
    inner = _read(node.expr, depth)
    return Number(-inner.value) if isinstance(inner, Number) else Negation(inner)


def _binary(node: native.BinaryExpr, depth: int) -> Binary:
    left, right = _read(node.lhs, depth), _read(node.rhs, depth)
    if (modifier := node.modifier) is None:
        return Binary(str(node.op), left, right)
    return Binary(
        str(node.op),
        left,
        right,
        modifier.return_bool,
        _matching(modifier.matching),
        _group(modifier),
        (modifier.fill_values.lhs, modifier.fill_values.rhs),
    )


def _grouping(modifier: native.AggModifier | None) -> Labels | None:
    if modifier is None:
        return None
    by = modifier.type == native.AggModifierType.By
    return None if by and not modifier.labels else Labels("by" if by else "without", _sorted(modifier.labels))


def _matching(modifier: native.LabelModifier | None) -> Labels | None:
    if modifier is None:
        return None
    on = modifier.type == native.LabelModifierType.Include
    return Labels("on" if on else "ignoring", _sorted(modifier.labels)) if on or modifier.labels else None


def _group(modifier: native.BinModifier) -> Labels | None:
    side = _SIDES.get(str(modifier.card))
    return None if side is None else Labels(side, _sorted(modifier.group_labels or ()))


def _sorted(labels: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(set(labels)))


def _offset(duration: timedelta | None) -> timedelta:
    return timedelta(0) if duration is None else _exact(duration)


def _exact(duration: timedelta) -> timedelta:
    try:
        format_duration(abs(duration))
    except ValueError as error:
        raise Unjudged(str(error)) from None
    return duration


def _at(modifier: native.AtModifier | None) -> str:
    if modifier is None:
        return ""
    if edge := _EDGES.get(str(modifier.type)):
        return edge
    try:
        return repr(modifier.at.timestamp()) if modifier.at else ""
    except OverflowError:
        message = "the time after @ is beyond the year 9999"
        raise Unjudged(message) from None


_READERS: dict[type, Callable[[Any, int], Expression]] = {
    native.NumberLiteral: _number,
    native.StringLiteral: _text,
    native.VectorSelector: _vector,
    native.MatrixSelector: _range,
    native.SubqueryExpr: _subquery,
    native.Call: _call,
    native.AggregateExpr: _aggregation,
    native.UnaryExpr: _negation,
    native.BinaryExpr: _binary,
}
