"""Writes the canonical text of an expression: valid PromQL that is equal for all spellings of the same tree.

Two rules are the same if their canonical texts are the same.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from math import copysign, isinf, isnan
from typing import TYPE_CHECKING, Any

from gonogo.durations import format_duration
from gonogo.model.series import is_classic_metric
from gonogo.promql.matchers import label, quoted
from gonogo.promql.parser import parse
from gonogo.promql.tree import (
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

if TYPE_CHECKING:
    from gonogo.promql.spans import Spans

_WORDS = frozenset(
    {"and", "or", "unless", "atan2", "on", "ignoring", "group_left", "group_right", "bool", "inf", "nan"}
    | {"smoothed", "anchored"}
)
"""Words, in any case, that some version does not read as a metric's name."""

_NO_LABELS = frozenset({"without", "inf", "nan"})
"""Words that cannot be a label in a list of labels, unless in quotes."""

_MILLISECOND = timedelta(milliseconds=1)


def canonical(expression: str) -> str | None:
    """Return the canonical text of an expression, or ``None`` if the expression cannot be read."""
    try:
        return written(parse(expression))
    except ValueError:
        return None


def written(node: Expression) -> str:
    """Write a tree as PromQL that reads back as the same tree."""
    return _WRITERS[type(node)](node)


def instant(vector: Vector) -> str:
    """Write a selector as an instant vector, without its offset and ``@``."""
    metric, matchers = vector.metric or "", vector.matchers
    nameable = is_classic_metric(metric) and metric.lower() not in _WORDS
    if metric and (not nameable or any(m.label == NAME_LABEL for m in matchers)):
        return _braces(vector)
    return f"{metric}{{{','.join(map(_matcher, matchers))}}}" if matchers or not metric else metric


def _braces(vector: Vector) -> str:
    """Write a selector as braces alone."""
    named = (Matcher(NAME_LABEL, "=", vector.metric),) if vector.metric else ()
    return f"{{{','.join(map(_matcher, sorted((*vector.matchers, *named))))}}}"


def _matcher(matcher: Matcher) -> str:
    return f"{label(matcher.label)}{matcher.op}{quoted(matcher.value)}"


def _vector(node: Vector) -> str:
    return instant(node) + _extended(node) + _moved(node.offset, node.at)


def _range(node: Range) -> str:
    vector = node.vector
    length = _length(node.range, node.spans, "range")
    return f"{instant(vector)}[{length}]{_extended(vector)}{_moved(vector.offset, vector.at)}"


def _subquery(node: Subquery) -> str:
    length = _length(node.range, node.spans, "range")
    step = "" if node.step is None else _length(node.step, node.spans, "step")
    return f"{_operand(node.inner)}[{length}:{step}]{_moved(node.offset, node.at)}"


def _extended(vector: Vector) -> str:
    return f" {vector.extended}" if vector.extended else ""


def _length(value: timedelta, spans: Spans, name: str) -> str:
    """Write a length of time. Arithmetic stays only if its value is not positive: a literal must be positive."""
    if value > timedelta(0):
        return _duration(value)
    from gonogo.promql.spans import written as span_text  # noqa: PLC0415 - hardly any expression has such a length

    return next((span_text(span) for field, span in spans if field == name), "0s")


def _duration(value: timedelta) -> str:
    return repr(value.total_seconds()) if value % _MILLISECOND else format_duration(value)


def _call(node: Call) -> str:
    arguments = list(map(written, node.arguments))
    if node.function == "info" and isinstance(selection := node.arguments[-1], Vector) and len(arguments) > 1:
        arguments[1] = _braces(selection)  # info refuses a name before the braces
    return f"{node.function}({', '.join(arguments)})"


def _binary(node: Binary) -> str:
    return f"{_operand(node.left)} {_operator(node)} {_operand(node.right)}"


def _number(value: float) -> str:
    if isnan(value):
        return "NaN"
    if isinf(value):
        return "Inf" if value > 0 else "-Inf"
    return repr(value).removesuffix(".0")


def _moved(offset: timedelta, at: str) -> str:
    time = f" @ {at}" if at else ""
    if not offset:
        return time
    sign = "-" if offset < timedelta(0) else ""
    return f"{time} offset {sign}{_duration(abs(offset))}"


def _operand(node: Expression) -> str:
    """Write an operand of an operator, in parentheses if the operand has an operator or a sign itself."""
    loose = isinstance(node, Binary | Negation) or (isinstance(node, Number) and copysign(1, node.value) < 0)
    return f"({written(node)})" if loose else written(node)


def _aggregation(node: Aggregation) -> str:
    grouping = "" if node.grouping is None else f" {_labels(node.grouping)} "
    parameter = "" if node.parameter is None else f"{written(node.parameter)}, "
    return f"{node.operator}{grouping}({parameter}{written(node.inner)})"


def _operator(node: Binary) -> str:
    parts = [node.operator, "bool" if node.boolean else ""]
    matching = node.matching or (Labels("ignoring", ()) if node.group else None)
    parts += [_labels(labels) for labels in (matching, node.group) if labels]
    sides = zip(("fill_left", "fill_right"), node.fill, strict=True)
    parts += [f"{word} ({_number(value)})" for word, value in sides if value is not None]
    return " ".join(filter(None, parts))


def _labels(labels: Labels) -> str:
    names = (quoted(name) if name.lower() in _NO_LABELS else label(name) for name in labels.names)
    return f"{labels.word} ({', '.join(names)})"


_WRITERS: dict[type, Callable[[Any], str]] = {
    Number: lambda node: _number(node.value),
    Text: lambda node: quoted(node.value),
    Vector: _vector,
    Range: _range,
    Subquery: _subquery,
    Call: _call,
    Aggregation: _aggregation,
    Binary: _binary,
    Negation: lambda node: f"-{_operand(node.inner)}",
}
