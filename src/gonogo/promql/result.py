"""The type of an expression's result."""

from __future__ import annotations

from gonogo.promql.parser import parse
from gonogo.promql.refusal import Refusal
from gonogo.promql.tree import Expression
from gonogo.promql.types import Type, type_of


def is_number(expression: str) -> bool:
    """Return whether the result is a number without labels. An expression that cannot be read is none."""
    try:
        return type_of(parse(expression)) is Type.SCALAR
    except Refusal:
        return False


def unrecordable(tree: Expression) -> str:
    """Return the type of a result that no rule can record; empty for an instant vector or a number."""
    found = type_of(tree)
    return "" if found in {Type.VECTOR, Type.SCALAR} else found.value
