"""Trees of a server and of our parser in one form that can be compared."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from gonogo.promql.spans import Seconds, Span
from gonogo.promql.tree import (
    NAME_LABEL,
    Aggregation,
    Binary,
    Call,
    Expression,
    Labels,
    Negation,
    Number,
    Range,
    Subquery,
    Text,
    Vector,
)

Form = tuple[Any, ...]
_MILLISECOND = timedelta(milliseconds=1)


def form_of_tree(node: Expression, *, arithmetic: bool) -> Form:
    """Return our tree as plain values. Without ``arithmetic`` a computed length has no value."""
    return _Ours(arithmetic).form(node)


def form_of_answer(answer: Mapping[str, Any], *, arithmetic: bool) -> Form:
    """Return the answer of ``/api/v1/parse_query`` as plain values of the same form."""
    return _Theirs(arithmetic).form(answer)


class _Ours:
    def __init__(self, arithmetic: bool) -> None:  # noqa: FBT001 - it is the only one
        self._arithmetic = arithmetic

    def form(self, node: Expression) -> Form:
        match node:
            case Number() | Text() | Vector() | Range():
                return self._leaf(node)
            case Call(function=function, arguments=arguments):
                return ("call", function, *map(self.form, arguments))
            case Negation(inner=inner):
                return ("minus", self.form(inner))
            case Aggregation():
                parameter = node.parameter and self.form(node.parameter)
                return ("aggregation", node.operator, self.form(node.inner), _labels(node.grouping), parameter)
            case Binary():
                sides = (self.form(node.left), self.form(node.right))
                words = (node.boolean, _labels(node.matching), _labels(node.group), tuple(map(repr, node.fill)))
                return ("binary", node.operator, *sides, *words)
        step = node.step or timedelta(0)
        lengths = (self._span(node, "range", node.range), self._span(node, "step", step))
        return ("subquery", self.form(node.inner), *lengths, self._span(node, "offset", node.offset), node.at)

    def _leaf(self, node: Number | Text | Vector | Range) -> Form:
        match node:
            case Number(value=value):
                return ("number", repr(value))
            case Text(value=value):
                return ("text", _shown(value))
            case Vector():
                return ("vector", *self._selector(node))
            case Range(vector=vector):
                return ("range", *self._selector(vector), self._span(node, "range", node.range))

    def _selector(self, node: Vector) -> Form:
        matchers = {(m.label, m.op, _shown(m.value)) for m in node.matchers}
        if node.metric is not None:
            matchers.add((NAME_LABEL, "=", _shown(node.metric)))
        extended = node.extended if self._arithmetic else ""
        return (tuple(sorted(matchers)), self._span(node, "offset", node.offset), node.at, extended)

    def _span(self, node: Vector | Range | Subquery, name: str, value: timedelta) -> object:
        span = dict(node.spans).get(name)
        if span is None:
            return math.trunc(value / _MILLISECOND) if value >= timedelta(0) else -((-value) // _MILLISECOND)
        return _arithmetic(span) if self._arithmetic else None


class _Theirs:
    def __init__(self, arithmetic: bool) -> None:  # noqa: FBT001 - it is the only one
        self._arithmetic = arithmetic

    def form(self, node: Mapping[str, Any]) -> Form:
        return getattr(self, f"_{node['type']}")(node)  # type: ignore[no-any-return]

    def _numberLiteral(self, node: Mapping[str, Any]) -> Form:  # noqa: N802 - the server's own name
        return ("number", repr(float(node["val"])))

    def _stringLiteral(self, node: Mapping[str, Any]) -> Form:  # noqa: N802 - the server's own name
        return ("text", node["val"])

    def _parenExpr(self, node: Mapping[str, Any]) -> Form:  # noqa: N802 - the server's own name
        return self.form(node["expr"])

    def _unaryExpr(self, node: Mapping[str, Any]) -> Form:  # noqa: N802 - the server's own name
        inner = self.form(node["expr"])
        if node["op"] == "+":
            return inner
        return ("number", repr(-float(inner[1]))) if inner[0] == "number" else ("minus", inner)

    def _selector(self, node: Mapping[str, Any]) -> Form:
        matchers = sorted({(m["name"], m["type"], m["value"]) for m in node["matchers"]})
        extended = "anchored" if node.get("anchored") else "smoothed" if node.get("smoothed") else ""
        return (tuple(matchers), self._span(node, "offset"), _time(node), extended)

    def _vectorSelector(self, node: Mapping[str, Any]) -> Form:  # noqa: N802 - the server's own name
        return ("vector", *self._selector(node))

    def _matrixSelector(self, node: Mapping[str, Any]) -> Form:  # noqa: N802 - the server's own name
        return ("range", *self._selector(node), self._span(node, "range"))

    def _subquery(self, node: Mapping[str, Any]) -> Form:
        lengths = (self._span(node, "range"), self._span(node, "step"))
        return ("subquery", self.form(node["expr"]), *lengths, self._span(node, "offset"), _time(node))

    def _call(self, node: Mapping[str, Any]) -> Form:
        return ("call", node["func"]["name"], *map(self.form, node["args"]))

    def _aggregation(self, node: Mapping[str, Any]) -> Form:
        labels = tuple(sorted(set(node["grouping"])))
        grouping = ("without" if node["without"] else "by", labels) if labels or node["without"] else None
        parameter = node["param"] and self.form(node["param"])
        return ("aggregation", node["op"], self.form(node["expr"]), grouping, parameter)

    def _binaryExpr(self, node: Mapping[str, Any]) -> Form:  # noqa: N802 - the server's own name
        sides = (self.form(node["lhs"]), self.form(node["rhs"]))
        words = (node["bool"], *_matching(node["matching"]))
        return ("binary", node["op"], *sides, *words)

    def _span(self, node: Mapping[str, Any], name: str) -> object:
        expression = node.get(f"{name}Expr")
        return _their_arithmetic(expression) if expression else node[name]


def _shown(value: str) -> str:
    """Return a text as the server's JSON has it: U+FFFD replaces each byte that is not UTF-8."""
    return "".join("\ufffd" if "\ud800" <= letter <= "\udfff" else letter for letter in value)


def _labels(labels: Labels | None) -> Form | None:
    return None if labels is None else (labels.word, labels.names)


def _matching(matching: Mapping[str, Any] | None) -> Form:
    if matching is None:
        return (None, None, ("None", "None"))
    labels = tuple(sorted(set(matching["labels"])))
    on = ("on" if matching["on"] else "ignoring", labels) if labels or matching["on"] else None
    sides = {"many-to-one": "group_left", "one-to-many": "group_right"}
    side = sides.get(matching["card"])
    fills = matching.get("fillValues") or {"lhs": None, "rhs": None}
    values = tuple(repr(None if fills[key] is None else float(fills[key])) for key in ("lhs", "rhs"))
    return (on, side and (side, tuple(sorted(set(matching["include"])))), values)


def _time(node: Mapping[str, Any]) -> str:
    if node["startOrEnd"]:
        return f"{node['startOrEnd']}()"
    return "" if node["timestamp"] is None else repr(node["timestamp"] / 1000)


def _arithmetic(span: Span) -> Form:
    if isinstance(span, Seconds):
        return (repr(span.value),)
    return (span.operator, *map(_arithmetic, span.operands))


def _their_arithmetic(node: Mapping[str, Any]) -> Form:
    if node["type"] == "numberLiteral":
        return (repr(float(node["val"])),)
    operands = [_their_arithmetic(side) for side in (node["lhs"], node["rhs"]) if side]
    if node["wrapped"] and node["op"] == "+" and not node["lhs"]:
        return ("(", *operands)
    if node["op"] == "+" and not node["lhs"]:
        return operands[0]
    form = (node["op"], *operands)
    return ("(", form) if node["wrapped"] else form
