"""The type of an expression's result."""

from __future__ import annotations

from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.tree import COMPARISONS, Binary, Expression
from gonogo.promql.types import Type, type_of


def is_number(expression: str) -> bool:
    """Return whether the result is a number without labels. An expression that cannot be read is none."""
    try:
        return type_of(parse(expression)) is Type.SCALAR
    except Refusal:
        return False


def is_filter(expression: str) -> bool:
    """Return whether the result has only the series that pass a comparison at the top of the expression."""
    try:
        root = parse(expression)
    except Refusal:
        return False
    return isinstance(root, Binary) and root.operator in COMPARISONS and not root.boolean


def unrecordable(tree: Expression) -> str:
    """Return the type of a result that no rule can record; empty for an instant vector or a number."""
    found = type_of(tree)
    return "" if found in {Type.VECTOR, Type.SCALAR} else found.value
