"""Checks the types of expressions, and the other conditions that a grammar cannot express.

Source: Prometheus, ``promql/parser/parse.go``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from gonogo.promql.functions import AGGREGATIONS, FUNCTIONS, UNLIMITED, Signature, Type
from gonogo.promql.operators import COMPARISONS
from gonogo.promql.refusal import Refusal, Unjudged
from gonogo.promql.tree import Aggregation, Binary, Call, Expression, Negation, Number, Range, Subquery, Text, Vector

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
            message = f"{operator} takes only scalars and instant vectors, not a {found}"
            raise Refusal(message, node.start, node.end)
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
        message = f"{where} takes {_article(wanted)}, not {_article(found)}"
        raise Refusal(message, node.start, node.end)


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
